import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noRecord, TimingWheel, words } from './timing-wheel.ts';

/** All events of the wheel up to a time, as (time, head), each adding what `follow` says. */
function drain(wheel: TimingWheel, untilMs: number, follow: (head: number, nowMs: number) => void = () => undefined): number[][] {
  const seen: number[][] = [];
  while (wheel.nowMs < untilMs) {
    wheel.tick();
    for (let record = wheel.next(); record !== noRecord; record = wheel.next()) {
      const head = wheel.records[record + words.head] as number;
      seen.push([wheel.nowMs, head]);
      wheel.release(record);
      follow(head, wheel.nowMs);
    }
  }
  return seen;
}

describe('the timing wheel', () => {
  it('lets everything happen at its time, and in the order of asking where times are equal', () => {
    fc.assert(fc.property(fc.array(fc.nat(400_000), { maxLength: 200 }), (times) => {
      const wheel = new TimingWheel(1);
      times.forEach((atMs, order) => wheel.add(atMs + 1, order));
      const expected = times.map((atMs, order) => [atMs + 1, order]).toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
      expect(drain(wheel, 400_001)).toEqual(expected);
      expect(wheel.pending).toBe(0);
    }), { numRuns: 60 });
  });

  it('keeps that order for what is asked for while time passes', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3_000), fc.nat(3_000)), { minLength: 1, maxLength: 50 }), (pairs) => {
      const wheel = new TimingWheel(4);
      const asked: number[][] = [];
      const ask = (atMs: number): void => {
        asked.push([atMs, asked.length]);
        wheel.add(atMs, asked.length - 1);
      };
      for (const [atMs] of pairs) ask(atMs + 1);
      const seen = drain(wheel, 8_000, (head, nowMs) => {
        if (head < pairs.length) ask(nowMs + (pairs[head] as [number, number])[1]);
      });
      expect(seen).toEqual(asked.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!));
    }), { numRuns: 60 });
  });

  it('reuses the records of the past', () => {
    const wheel = new TimingWheel(8);
    const before = wheel.bytes;
    for (let i = 0; i < 1_000; i++) {
      for (let k = 0; k < 8; k++) wheel.add(wheel.nowMs + 1 + k, k);
      drain(wheel, wheel.nowMs + 9);
    }
    expect(wheel.bytes).toBe(before);
  });
});
