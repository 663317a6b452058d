import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextHybridTime, type HybridTime } from './hlc.ts';
import type { WallMillis } from './units.ts';

const at = (wallMs: number, counter: number): HybridTime => ({ wallMs: wallMs as WallMillis, counter });
const isLater = (first: HybridTime, second: HybridTime): boolean =>
  first.wallMs > second.wallMs || (first.wallMs === second.wallMs && first.counter > second.counter);

describe('nextHybridTime', () => {
  it('NET11: rises strictly, whatever the wall clock does, and is never behind it', () => {
    const wallClock = fc.array(fc.oneof(fc.nat(5), fc.nat(2 ** 31 - 1)), { maxLength: 200 });
    const nearlyFull = fc.integer({ min: 0xfff0, max: 0xffff });
    fc.assert(fc.property(wallClock, fc.nat(5), nearlyFull, (readings, wallMs, counter) => {
      let last = at(wallMs, counter);
      for (const reading of readings) {
        const next = nextHybridTime(last, reading as WallMillis);
        expect(isLater(next, last)).toBe(true);
        expect(next.wallMs).toBeGreaterThanOrEqual(reading);
        expect(next.counter).toBeLessThanOrEqual(0xffff);
        last = next;
      }
    }));
  });

  it('starts a new millisecond at counter 0', () => {
    expect(nextHybridTime(at(1_000, 7), 1_001 as WallMillis)).toEqual(at(1_001, 0));
  });

  it('counts within a millisecond, and while the wall clock is behind', () => {
    expect(nextHybridTime(at(1_000, 7), 1_000 as WallMillis)).toEqual(at(1_000, 8));
    expect(nextHybridTime(at(1_000, 7), 10 as WallMillis)).toEqual(at(1_000, 8));
  });

  it('takes the next millisecond where the counter is full', () => {
    expect(nextHybridTime(at(1_000, 0xffff), 1_000 as WallMillis)).toEqual(at(1_001, 0));
  });
});
