import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Epoch } from './ids.ts';
import { isMessageLog, messageLogOf, startEpochMax, startOf } from './log-kind.ts';

const starts = fc.integer({ min: 0, max: startEpochMax }).map((value) => value as Epoch);

describe('the two logs of an epoch', () => {
  it('are told apart, and both lead back to the epoch', () => {
    fc.assert(fc.property(starts, (start) => {
      const messages = messageLogOf(start);
      expect([isMessageLog(start), isMessageLog(messages)]).toEqual([false, true]);
      expect([startOf(start), startOf(messages)]).toEqual([start, start]);
      expect(messageLogOf(messages)).toBe(messages);
      expect(messages).toBeLessThan(2 ** 32);
    }));
  });

  it('keep the order of epochs', () => {
    fc.assert(fc.property(starts, starts, (one, other) => {
      expect(messageLogOf(one) < messageLogOf(other)).toBe(one < other);
    }));
  });

  it('have room for starts until 2088', () => {
    // 68 years of 86,400 s a day, 17 of them leap years.
    expect(startEpochMax).toBeGreaterThan((68 * 365 + 17) * 86_400);
  });
});
