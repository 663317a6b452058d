/**
 * From public key to `PeerId` and back. An ed25519 identity is short enough to be its own name: libp2p's identity
 * multihash (0x00, length 36) of the protobuf `PublicKey{type: Ed25519, data}`, written in base58.
 */
import { decodeBase58, encodeBase58 } from './base58.ts';
import type { PeerId } from './ids.ts';
import { publicKeyBytes } from './signature-scheme.ts';

const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
/** 38 bytes are at most ⌈38 · 8 / log2 58⌉ = 52 characters. */
const textLengthMax = 52;

/** Text form of a 32-byte ed25519 public key. */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  const bytes = new Uint8Array(prefix.length + publicKeyBytes);
  bytes.set(prefix);
  bytes.set(publicKey, prefix.length);
  return encodeBase58(bytes) as PeerId;
}

/** The 32-byte public key that the text names, or undefined where it names none. */
export function publicKeyOfPeerId(text: string): Uint8Array | undefined {
  if (text.length > textLengthMax) return undefined;
  const bytes = decodeBase58(text);
  if (bytes === undefined || bytes.length !== prefix.length + publicKeyBytes) return undefined;
  return prefix.every((byte, i) => byte === bytes[i]) ? bytes.subarray(prefix.length) : undefined;
}
