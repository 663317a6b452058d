import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupOrder, joinSignature, torsionPoints } from './crafted-signature.ts';
import { honest, smallOrderEncodings, unreducedEncodings } from './negative-vectors.ts';
import { isStrictKeyEncoding, isStrictSignatureEncoding } from './strict-encoding.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const honestCommitment = honest.signature.subarray(0, 32);
const isStrictScalar = (scalar: bigint): boolean => isStrictSignatureEncoding(joinSignature(honestCommitment, scalar));
const isStrictCommitment = (commitment: Uint8Array): boolean =>
  isStrictSignatureEncoding(joinSignature(commitment, 1n));

describe('strict encoding', () => {
  it('refuses the eight points of small order, as key and as R', () => {
    const encodings = torsionPoints.map((point) => point.toBytes());
    expect(new Set(encodings.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(8);
    expect(encodings.filter(isStrictKeyEncoding)).toEqual([]);
    expect(encodings.filter(isStrictCommitment)).toEqual([]);
  });

  it('refuses every other encoding of a point of small order, and every unreduced y', () => {
    const encodings = [...smallOrderEncodings, ...unreducedEncodings].map(hex);
    expect(encodings.filter(isStrictKeyEncoding)).toEqual([]);
    expect(encodings.filter(isStrictCommitment)).toEqual([]);
  });

  it('takes the largest reduced y that is not of small order, with both signs', () => {
    expect(isStrictKeyEncoding(hex(`eb${'ff'.repeat(30)}7f`))).toBe(true);
    expect(isStrictKeyEncoding(hex(`eb${'ff'.repeat(31)}`))).toBe(true);
  });

  it('takes S exactly below L', () => {
    expect([0n, 1n, groupOrder - 1n].map(isStrictScalar)).toEqual([true, true, true]);
    expect([groupOrder, groupOrder + 1n, 2n ** 253n, 2n ** 256n - 1n].map(isStrictScalar)).toEqual(
      [false, false, false, false]);
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt({ min: -300n, max: 300n }),
      (anywhere, near) => isStrictScalar(anywhere) === anywhere < groupOrder
        && isStrictScalar(groupOrder + near) === near < 0n));
  });

  it('refuses every other length', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      if (bytes.length !== 32) expect(isStrictKeyEncoding(bytes)).toBe(false);
      if (bytes.length !== 64) expect(isStrictSignatureEncoding(bytes)).toBe(false);
    }));
  });
});
