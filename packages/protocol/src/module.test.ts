import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Epoch, Incarnation } from './ids.ts';
import { compareIncarnation } from './module.ts';

const points = fc.record({
  epoch: fc.oneof(fc.nat(2), fc.integer({ min: 0, max: 0xffff_ffff })).map((value) => value as Epoch),
  incarnation: fc.oneof(fc.nat(2), fc.integer({ min: 0, max: 0xffff })).map((value) => value as Incarnation),
});

describe('compareIncarnation', () => {
  it('is a total order: one of two is later unless they are the same', () => {
    fc.assert(fc.property(points, points, (first, second) => {
      // `0 -` and not `-`: the negative zero is another value to the matcher.
      expect(compareIncarnation(second, first)).toBe(0 - compareIncarnation(first, second));
      const areEqual = first.epoch === second.epoch && first.incarnation === second.incarnation;
      expect(compareIncarnation(first, second) === 0).toBe(areEqual);
    }));
  });

  it('is a total order: what is later than a later point is later', () => {
    fc.assert(fc.property(points, points, points, (...three) => {
      const [first, second, third] = three.toSorted(compareIncarnation);
      expect(first && second && compareIncarnation(first, second)).toBeLessThanOrEqual(0);
      expect(second && third && compareIncarnation(second, third)).toBeLessThanOrEqual(0);
      expect(first && third && compareIncarnation(first, third)).toBeLessThanOrEqual(0);
    }));
  });

  it('lets a restart win over any refutation before it', () => {
    const refuted = { epoch: 4 as Epoch, incarnation: 0xffff as Incarnation };
    const restarted = { epoch: 5 as Epoch, incarnation: 0 as Incarnation };
    expect(compareIncarnation(restarted, refuted)).toBeGreaterThan(0);
  });
});
