import fc from 'fast-check';
import type { Epoch, LogMark, Sequence } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { halfSipHash, logFingerprint, logMix } from './fingerprint.ts';

const word = fc.nat(0xffff_ffff);
const mark = fc.record({
  tagHigh: word, tagLow: word, epoch: word.map((value) => value as Epoch), sequence: fc.nat(2 ** 48 - 1).map((value) => value as Sequence),
});
const hash48 = fc.nat(2 ** 48 - 1);
const digest = fc.record({ high: word, low: word });

describe('halfSipHash', () => {
  // Its authors' vectors for the key 00 01 .. 07 and the bytes 00 01 02 ...
  it.each([
    [0, '218d1f59b9b83cc8'],
    [1, 'd5e78a175be52ea1'],
    [2, 'edfee820bce4858c'],
    [3, '7bc71f9faef5c799'],
    [7, '2d925ffb1e0016b5'],
  ])('of %i words is %s', (count, expected) => {
    const wordFrom = (first: number): number => first + 0x100 * (first + 1) + 0x1_0000 * (first + 2) + 0x100_0000 * (first + 3);
    const { low, high } = halfSipHash(Array.from({ length: count }, (_, at) => wordFrom(4 * at)), { low: wordFrom(0), high: wordFrom(4) });
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setUint32(0, low, true);
    bytes.setUint32(4, high, true);
    expect(bytes.getBigUint64(0).toString(16).padStart(16, '0')).toBe(expected);
  });
});

describe('GOS35: what is compared in place of logs depends on every bit of them', () => {
  type Part = keyof LogMark | 'hash48';
  const parts: readonly (readonly [Part, number])[] = [['tagHigh', 32], ['tagLow', 32], ['epoch', 32], ['sequence', 48], ['hash48', 48]];
  /** The same log but for one bit. */
  function flipped(log: LogMark & { hash48: number }, part: Part, bit: number): LogMark & { hash48: number } {
    const value = log[part];
    return { ...log, [part]: Math.floor(value / 2 ** bit) % 2 === 0 ? value + 2 ** bit : value - 2 ** bit };
  }

  it.each(parts)('%s', (part, bits) => {
    fc.assert(fc.property(mark, hash48, digest, fc.nat(bits - 1), (log, hash, key, bit) => {
      const before = { ...log, hash48: hash };
      const after = flipped(before, part, bit);
      expect(logFingerprint(after, after.hash48, key)).not.toEqual(logFingerprint(before, hash, key));
      expect(logMix(after, after.hash48)).not.toEqual(logMix(before, hash));
    }));
  });

  it('and under another key fingerprints are others, and so is the sum of any two', () => {
    fc.assert(fc.property(mark, mark, hash48, digest, digest, (one, other, hash, key, otherKey) => {
      fc.pre(key.high !== otherKey.high || key.low !== otherKey.low);
      const sumUnder = (nonce: typeof key): number[] => {
        const [first, second] = [logFingerprint(one, hash, nonce), logFingerprint(other, hash, nonce)];
        return [(first.high + second.high) >>> 0, (first.low + second.low) >>> 0];
      };
      expect(sumUnder(key)).not.toEqual(sumUnder(otherKey));
    }));
  });
});
