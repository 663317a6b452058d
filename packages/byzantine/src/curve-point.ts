/**
 * Does an encoded key name a point of edwards25519 (RFC 8032, 5.1.3)? Asked at admission, once per key, so BigInt is
 * fast enough (under a millisecond), and the answer needs neither `@noble/ed25519` nor a native library.
 */
import { readLittleEndian } from './little-endian.ts';

const prime = 2n ** 255n - 19n;
/** d = -121665/121666, the constant of the curve -x^2 + y^2 = 1 + d x^2 y^2. */
const curveConstant = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
/** The top bit of an encoded point is the sign of x, not a part of y. */
const withoutSign = 2n ** 255n - 1n;

/**
 * True if some x belongs to the y in the 32 bytes: x^2 = (y^2 - 1) / (d y^2 + 1) must be a square. d is none, so the
 * divisor is never 0, and a quotient is a square exactly if the product is one (Euler's criterion).
 */
export function isOnCurve(encodedPoint: Uint8Array): boolean {
  const y = readLittleEndian(encodedPoint) & withoutSign;
  const ySquared = (y * y) % prime;
  const product = ((ySquared - 1n + prime) * (curveConstant * ySquared + 1n)) % prime;
  const residue = power(product, (prime - 1n) / 2n);
  return residue === 1n || residue === 0n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}
