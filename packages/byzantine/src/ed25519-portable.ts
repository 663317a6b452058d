/**
 * The scheme without native code, and the oracle of the tests: points of `@noble/ed25519`, if installed. Its `verify`
 * with `{ zip215: false }` decodes strictly but still multiplies the equation by the cofactor, and so accepts an R
 * moved by a point of small order, which the native libraries refuse [measured, 3.2.0]. Hence the equation itself,
 * exactly, over its points and its strict decoding.
 */
import { createHash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import type * as Noble from '@noble/ed25519';
import type { SignatureScheme, SignedBytes } from '@murmuration/protocol';
import { readLittleEndian } from './little-endian.ts';
import { loadOptional } from './optional-package.ts';
import { strictScheme } from './strict-scheme.ts';

/** Bytes of R, before S, in a signature. */
const commitmentBytes = 32;

/** Makes the scheme `portable`, or returns undefined if `@noble/ed25519` is absent. */
export function portableScheme(): SignatureScheme | undefined {
  const noble = loadOptional<typeof Noble>('@noble/ed25519');
  return noble && strictScheme('portable', (signed) => equationHolds(noble.Point, signed));
}

/** R = [S]B - [k]A with k = SHA-512(R, A, message), where S is below the group order (RFC 8032, 5.1.7). */
function equationHolds(Point: typeof Noble.Point, { publicKey, message, signature }: SignedBytes): boolean {
  const key = decodeStrictly(Point, publicKey);
  if (key === undefined) return false;
  const commitment = signature.subarray(0, commitmentBytes);
  const scalar = readLittleEndian(signature.subarray(commitmentBytes));
  const digest = createHash('sha512').update(commitment).update(publicKey).update(message).digest();
  const challenge = readLittleEndian(digest) % Point.CURVE().n;
  // Nothing here is secret: the multiplication may take as long as it takes.
  const expected = Point.BASE.multiply(scalar, false).subtract(key.multiply(challenge, false));
  return Buffer.compare(expected.toBytes(), commitment) === 0;
}

function decodeStrictly(Point: typeof Noble.Point, bytes: Uint8Array): Noble.Point | undefined {
  try {
    return Point.fromBytes(bytes, false);
  } catch {
    return undefined;
  }
}
