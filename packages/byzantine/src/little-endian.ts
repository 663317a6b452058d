/** Numbers as ed25519 encodes them: the lowest byte first. */
import { Buffer } from 'node:buffer';

/** Reads an unsigned number from one byte or more. */
export function readLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
}
