import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jittered, mix32, pickBelow, random32, shuffle } from './random.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
/** Draws that differ in one input only, as neighboring nodes, steps and draws do. */
const draws = Array.from({ length: 1 << 16 }, (_, i) => random32(42, i & 0xff, (i >> 8) & 0xf, i >> 12));

/** Chi-squared of the draws over equal bins; its mean is bins - 1, its deviation √(2 · (bins - 1)). */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function ones(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

describe('mix32', () => {
  // fmix32 of MurmurHash3 by its published constants.
  it.each([[0, 0], [1, 1364076727], [0xdeadbeef, 233162409]])('mixes %i to %i', (value, mixed) => {
    expect(mix32(value)).toBe(mixed);
  });

  it('takes no two values to the same one', () => {
    expect(new Set(Array.from({ length: 100_000 }, (_, value) => mix32(value))).size).toBe(100_000);
  });
});

describe('random32', () => {
  it.each([
    [0, 0, 0, 0, 3668273091],
    [7, 0, 0, 1, 2050764821],
    [1, 2, 3, 4, 808986874],
    [0xffff_ffff, 999_999, 123_456, 7, 1664269673],
  ])('draws for seed %i, node %i, step %i, draw %i always %i', (seed, node, step, draw, value) => {
    expect(random32(seed, node, step, draw)).toBe(value);
  });

  it('depends on its four inputs alone, not on what was drawn before', () => {
    fc.assert(fc.property(fc.array(fc.tuple(word, word, word, word), { maxLength: 20 }), (inputs) => {
      const forward = inputs.map((input) => random32(...input));
      const backward = inputs.toReversed().map((input) => random32(...input)).toReversed();
      expect(backward).toEqual(forward);
      expect(forward.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)).toBe(true);
    }));
  });

  it('spreads neighboring inputs evenly over its range', () => {
    const counts = Array.from({ length: 256 }, () => 0);
    for (const draw of draws) counts[draw >>> 24] = (counts[draw >>> 24] as number) + 1;
    // Mean 255, deviation 22.6: five deviations.
    expect(chiSquared(counts)).toBeLessThan(255 + 5 * 22.6);
    expect(chiSquared(counts)).toBeGreaterThan(255 - 5 * 22.6);
  });

  it('repeats itself as seldom as chance does', () => {
    // 65,536 draws of 2^32 collide 0.5 times on average.
    expect(new Set(draws).size).toBeGreaterThan(draws.length - 6);
  });

  it.each(['seed', 'node', 'step', 'draw'])('changes half of its bits when one bit of the %s changes', (name) => {
    const at = ['seed', 'node', 'step', 'draw'].indexOf(name);
    let changed = 0;
    for (let i = 0; i < 3_200; i++) {
      const input: [number, number, number, number] = [mix32(i), i % 97, i % 89, i % 7];
      const other = input.with(at, ((input[at] as number) ^ (1 << i % 16)) >>> 0) as typeof input;
      changed += ones(random32(...input) ^ random32(...other));
    }
    expect(changed / 3_200).toBeGreaterThan(15.5);
    expect(changed / 3_200).toBeLessThan(16.5);
  });
});

describe('pickBelow', () => {
  it('stays below the bound for every draw', () => {
    fc.assert(fc.property(word, fc.integer({ min: 1, max: 2 ** 32 }), (draw, bound) => {
      const picked = pickBelow(draw, bound);
      expect(Number.isInteger(picked) && picked >= 0 && picked < bound).toBe(true);
    }));
  });

  it('reaches both ends', () => {
    expect(pickBelow(0, 10)).toBe(0);
    expect(pickBelow(0xffff_ffff, 10)).toBe(9);
    expect(pickBelow(0xffff_ffff, 1)).toBe(0);
  });

  it('picks each of seven about equally often', () => {
    const counts = Array.from({ length: 7 }, (_, value) => draws.filter((draw) => pickBelow(draw, 7) === value).length);
    expect(chiSquared(counts)).toBeLessThan(6 + 5 * Math.sqrt(12));
  });
});

describe('jittered', () => {
  it('stays within the share', () => {
    fc.assert(fc.property(fc.nat(1e6), fc.nat(100), word, (value, percent, draw) => {
      const share = percent / 100;
      expect(jittered(value, share, draw)).toBeGreaterThanOrEqual(value * (1 - share));
      expect(jittered(value, share, draw)).toBeLessThanOrEqual(value * (1 + share));
    }));
  });

  it('gives both ends, and the value itself in the middle', () => {
    expect(jittered(100, 0.25, 0)).toBe(75);
    expect(jittered(100, 0.25, 0x8000_0000)).toBe(100);
    expect(jittered(100, 0.25, 0xffff_ffff)).toBeCloseTo(125, 6);
  });
});

describe('shuffle', () => {
  it('permutes the first cells and touches no other', () => {
    fc.assert(fc.property(fc.array(fc.integer()), fc.nat(40), word, (values, wanted, seed) => {
      const length = Math.min(wanted, values.length);
      const cells = Int32Array.from(values);
      shuffle(cells, length, (index) => random32(seed, 0, 0, index));
      const ordered = (part: ArrayLike<number>): number[] => Array.from(part).toSorted((a, b) => a - b);
      expect(ordered(cells.subarray(0, length))).toEqual(ordered(Int32Array.from(values).subarray(0, length)));
      expect(cells.subarray(length)).toEqual(Int32Array.from(values).subarray(length));
    }));
  });

  it('makes each order about equally often', () => {
    const counts = new Map<string, number>();
    for (let step = 0; step < 6_000; step++) {
      const cells = Int32Array.of(0, 1, 2);
      shuffle(cells, 3, (index) => random32(1, 0, step, index));
      counts.set(cells.join(), (counts.get(cells.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    expect(chiSquared([...counts.values()])).toBeLessThan(5 + 5 * Math.sqrt(10));
  });
});
