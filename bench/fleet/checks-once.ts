/**
 * A signature scheme for the join of a fleet in one process: what one node has checked is not checked again by the others, because
 * a thousand nodes that meet check a million certificates, and the join is not measured. `endJoin` gives each node its own checks.
 */
import { signatureScheme } from '@murmuration/byzantine/schemes';
import type { SignatureScheme, SignedBytes } from '@murmuration/protocol';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

export class ChecksOnce implements SignatureScheme {
  readonly #scheme = signatureScheme();
  readonly #valid = new Map<string, Uint8Array>();
  readonly #acceptable = new Set<string>();
  #isJoining = true;

  get name(): string {
    return this.#scheme.name;
  }

  /** From here on everything is checked by everybody. */
  endJoin(): void {
    this.#isJoining = false;
    this.#valid.clear();
    this.#acceptable.clear();
  }

  isAcceptableKey(publicKey: Uint8Array): boolean {
    if (!this.#isJoining) return this.#scheme.isAcceptableKey(publicKey);
    const key = textOf(publicKey);
    if (this.#acceptable.has(key)) return true;
    const isAcceptable = this.#scheme.isAcceptableKey(publicKey);
    if (isAcceptable) this.#acceptable.add(key);
    return isAcceptable;
  }

  verify(signed: SignedBytes): boolean {
    if (!this.#isJoining) return this.#scheme.verify(signed);
    const key = textOf(signed.signature) + textOf(signed.publicKey);
    const message = this.#valid.get(key);
    if (message !== undefined && Buffer.compare(message, signed.message) === 0) return true;
    const isValid = this.#scheme.verify(signed);
    if (isValid) this.#valid.set(key, new Uint8Array(signed.message));
    return isValid;
  }

  verifyBatch(signed: readonly SignedBytes[]): boolean[] {
    return signed.map((each) => this.verify(each));
  }

  hash(message: Uint8Array): Uint8Array {
    return this.#scheme.hash(message);
  }
}
