/**
 * Test tool: signatures that no honest signer makes, put together from points of `@noble/ed25519`. For scalars a and r
 * the answer is S = r + k a, so that key aB + T and commitment rB + U satisfy the equation up to small-order T and U.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Point } from '@noble/ed25519';
import type { SignedBytes } from '@murmuration/protocol';
import { readLittleEndian } from './little-endian.ts';

/** Order of the base point. */
export const groupOrder: bigint = Point.CURVE().n;

/** The eight points whose order divides 8: the multiples of one of order 8, the identity first. */
export const torsionPoints: readonly Point[] = multiplesOf(
  Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
);

/** What to craft. Scalars are below the group order; the encodings need not be canonical, nor points. */
export interface Craft {
  readonly keyScalar: bigint;
  readonly commitmentScalar: bigint;
  /** Default: the key that belongs to the scalar. */
  readonly publicKey?: Uint8Array;
  /** Default: the R that belongs to the scalar. */
  readonly commitment?: Uint8Array;
  readonly message: Uint8Array;
}

/** Returns key, message, and R with S = r + k a, where k hashes the encodings as they are given. */
export function craft({ keyScalar, commitmentScalar, message, ...given }: Craft): SignedBytes {
  const publicKey = given.publicKey ?? multipleOfBase(keyScalar).toBytes();
  const commitment = given.commitment ?? multipleOfBase(commitmentScalar).toBytes();
  const digest = createHash('sha512').update(commitment).update(publicKey).update(message).digest();
  const scalar = (commitmentScalar + readLittleEndian(digest) * keyScalar) % groupOrder;
  return { publicKey, message, signature: joinSignature(commitment, scalar) };
}

/** Returns nB, also for n = 0. */
export function multipleOfBase(scalar: bigint): Point {
  return Point.BASE.multiply(scalar, false);
}

/** Returns R followed by 32 little-endian bytes of a number below 2^256. */
export function joinSignature(commitment: Uint8Array, scalar: bigint): Uint8Array {
  const bigEndian = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  return new Uint8Array([...commitment, ...bigEndian.toReversed()]);
}

function multiplesOf(generator: Point): readonly Point[] {
  const multiples = [Point.ZERO];
  for (let i = 1; i < 8; i += 1) multiples.push((multiples[i - 1] as Point).add(generator));
  return multiples;
}
