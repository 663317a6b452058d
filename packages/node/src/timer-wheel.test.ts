/** The wheel against the plainest thing that could do its work: a list, sorted by due time. */
import type { Millis } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerWheel } from './timer-wheel.ts';

const ms = (value: number): Millis => value as Millis;

type Step = { readonly type: 'add'; readonly afterMs: number } | { readonly type: 'pass'; readonly ms: number };

/** Delays around the slot, the turn and beyond it; some in the past. */
const delay = fc.oneof(fc.integer({ min: -50, max: 40 }), fc.double({ min: 0, max: 1_100, noNaN: true }), fc.integer({ min: 1_000, max: 20_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: delay.map((afterMs): Step => ({ type: 'add', afterMs })) },
  { weight: 2, arbitrary: fc.oneof(fc.double({ min: 0, max: 30, noNaN: true }), fc.integer({ min: 0, max: 5_000 })).map((ms): Step => ({ type: 'pass', ms })) },
);

describe('a timer wheel', () => {
  it('gives what a sorted list gives, when it gives it, in the same order', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.array(step, { maxLength: 60 }), (start, steps) => {
      let now = start;
      const wheel = new TimerWheel<number>(ms(now));
      let list: { dueMs: number; value: number }[] = [];
      steps.forEach((each, value) => {
        if (each.type === 'add') {
          wheel.add(ms(now + each.afterMs), value);
          list.push({ dueMs: now + each.afterMs, value });
          return;
        }
        now += each.ms;
        const due = list.filter(({ dueMs }) => dueMs <= now).toSorted((a, b) => a.dueMs - b.dueMs);
        list = list.filter(({ dueMs }) => dueMs > now);
        expect(wheel.takeDue(ms(now))).toEqual(due.map((entry) => entry.value));
        expect(wheel.size).toBe(list.length);
      });
    }));
  });

  it('says when the next timer is due: never later than it is, and not before what was taken', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.array(step, { maxLength: 60 }), (start, steps) => {
      let now = start;
      const wheel = new TimerWheel<number>(ms(now));
      let dues: number[] = [];
      for (const each of steps) {
        if (each.type === 'add') {
          wheel.add(ms(now + each.afterMs), 0);
          dues.push(now + each.afterMs);
        } else {
          now += each.ms;
          wheel.takeDue(ms(now));
          dues = dues.filter((dueMs) => dueMs > now);
        }
        const next = wheel.nextDueMs();
        if (dues.length === 0) expect(next).toBeUndefined();
        else expect(next).toBeLessThanOrEqual(Math.min(...dues));
      }
    }));
  });

  it('gives a timer that is due in the past at once', () => {
    const wheel = new TimerWheel<string>(ms(10_000));
    wheel.add(ms(1), 'long ago');
    expect(wheel.takeDue(ms(10_000))).toEqual(['long ago']);
    expect(wheel.takeDue(ms(20_000))).toEqual([]);
  });

  it('keeps a timer of a later turn in its slot until then', () => {
    const wheel = new TimerWheel<string>(ms(0));
    wheel.add(ms(1_024 + 8), 'next turn');
    wheel.add(ms(8), 'this turn');
    expect(wheel.takeDue(ms(9))).toEqual(['this turn']);
    expect(wheel.nextDueMs()).toBe(1_032);
    expect(wheel.takeDue(ms(1_031))).toEqual([]);
    expect(wheel.takeDue(ms(1_032))).toEqual(['next turn']);
  });

  it('that stood still for several turns misses no slot', () => {
    const wheel = new TimerWheel<number>(ms(2));
    const dues = Array.from({ length: 256 }, (_, slot) => slot * 4 + 3);
    for (const dueMs of dues) wheel.add(ms(dueMs), dueMs);
    expect(wheel.takeDue(ms(10_000))).toEqual(dues);
    expect(wheel.size).toBe(0);
  });

  it('that stood still for several turns gives all that was due meanwhile, in order', () => {
    const wheel = new TimerWheel<number>(ms(0));
    const dues = [5_000, 3, 1_500, 900, 1_500];
    dues.forEach((dueMs, i) => wheel.add(ms(dueMs), i));
    expect(wheel.takeDue(ms(100_000))).toEqual([1, 3, 2, 4, 0]);
    expect(wheel.nextDueMs()).toBeUndefined();
  });
});
