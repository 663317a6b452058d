/**
 * What all schemes refuse before any curve arithmetic, by comparing bytes (RFC 8032, section 5.1; D6). Libraries differ
 * exactly here: one takes a small-order key, another a small-order R, a third an unreduced y. Whoever refuses these
 * first, and then asks for the exact equation, gives the same answer with every library.
 */
import { Buffer } from 'node:buffer';
import { publicKeyBytes, signatureBytes } from '@murmuration/protocol';

/** Bytes of an encoded point, and of a scalar; the halves of a signature. */
const halfBytes = 32;
const lastByte = halfBytes - 1;
/** The top bit of an encoded point is the sign of x, not a part of y. */
const withoutSign = 0x7f;

/** Little-endian order of the base point: L = 2^252 + 27742317777372353535851937790883648493. */
const groupOrder: Uint8Array = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex');
/** Little-endian field prime: p = 2^255 - 19. */
const fieldPrime: Uint8Array = Buffer.from(`ed${'ff'.repeat(30)}7f`, 'hex');
/** The y of the eight points whose order divides 8. With either sign of x they are five values, little-endian. */
const smallOrderYs: readonly Uint8Array[] = [
  '00'.repeat(32), // order 4
  `01${'00'.repeat(31)}`, // order 1
  `ec${'ff'.repeat(30)}7f`, // order 2
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
].map((hex) => Buffer.from(hex, 'hex'));

/** True if 32 bytes name a y below p of a point that is not of small order. Says nothing about lying on the curve. */
export function isStrictKeyEncoding(publicKey: Uint8Array): boolean {
  return publicKey.length === publicKeyBytes && isStrictPointAt(publicKey);
}

/** True if 64 bytes hold an R that passes as a key would, and an S below L. */
export function isStrictSignatureEncoding(signature: Uint8Array): boolean {
  return signature.length === signatureBytes && isScalarBelowOrder(signature) && isStrictPointAt(signature);
}

/** The point is in the first 32 bytes. An unreduced y is no alias of a small-order point: it is refused itself. */
function isStrictPointAt(bytes: Uint8Array): boolean {
  return isBelow(bytes, 0, fieldPrime, withoutSign) && !smallOrderYs.some((y) => isSameY(bytes, y));
}

function isScalarBelowOrder(signature: Uint8Array): boolean {
  return isBelow(signature, halfBytes, groupOrder, 0xff);
}

/** Compares from the highest byte down; honest bytes differ in the first or second. */
function isBelow(bytes: Uint8Array, offset: number, bound: Uint8Array, topMask: number): boolean {
  for (let i = lastByte; i >= 0; i -= 1) {
    const mask = i === lastByte ? topMask : 0xff;
    const difference = (byteAt(bytes, offset + i) & mask) - byteAt(bound, i);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isSameY(bytes: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < lastByte; i += 1) if (bytes[i] !== y[i]) return false;
  return (byteAt(bytes, lastByte) & withoutSign) === y[lastByte];
}

/** The lengths are checked before the first read. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
