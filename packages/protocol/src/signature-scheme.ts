/**
 * Port: how bytes are signed, verified and hashed. The rule is strict RFC 8032 (D6): every implementation gives the same
 * answer for every input, so that a batch which one node accepts is accepted by all. Implementations live in
 * `@murmuration/byzantine/schemes`; the simulator has a tagged stand-in.
 */

/** Bytes of an ed25519 public key. */
export const publicKeyBytes = 32;
/** Bytes of an ed25519 signature. */
export const signatureBytes = 64;
/** Bytes of a hash. */
export const hashBytes = 32;

/** One signature to check. The arrays are borrowed for the call. */
export interface SignedBytes {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Verifies and hashes. Never throws on bytes from outside: what is malformed is not valid. */
export interface SignatureScheme {
  /** Name for logs and status, for example `node-crypto`. */
  readonly name: string;
  /** True if the key is 32 bytes, a canonical encoding of a point on the curve, and not of small order. */
  isAcceptableKey(publicKey: Uint8Array): boolean;
  /** True if the signature is valid by strict RFC 8032: canonical R and S, no small-order key. */
  verify(signed: SignedBytes): boolean;
  /** Verifies many; the answer at i is that of `verify` for the i-th. */
  verifyBatch(signed: readonly SignedBytes[]): boolean[];
  /** SHA-256, 32 bytes. */
  hash(message: Uint8Array): Uint8Array;
}

/** Signs for one identity. The secret never leaves it. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Returns 64 bytes; the same message gives the same signature. */
  sign(message: Uint8Array): Uint8Array;
}
