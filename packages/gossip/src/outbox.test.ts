import fc from 'fast-check';
import type { BatchHandle } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';
import { contextFor, node, peerOf } from './gossip.test.support.ts';

describe('GOS5: the outbox never holds more than its bound, and a full one drops the oldest', () => {
  it('agrees with a list that forgets its head', () => {
    const steps = fc.array(fc.option(fc.nat(99)), { maxLength: 60 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 7 }), steps, (max, all) => {
      const facts: string[] = [];
      const outbox = new Outbox(max, contextFor(facts));
      const model: number[] = [];
      let dropped = 0;
      for (const pushed of all) {
        if (pushed === null) {
          const taken = outbox.take(node);
          const head = model.shift();
          expect(taken && { ...taken }).toEqual(head === undefined ? undefined : { handle: head, from: head + 1 });
        } else {
          outbox.push(node, pushed as BatchHandle, peerOf(pushed + 1));
          if (model.push(pushed) > max) {
            model.shift();
            dropped++;
          }
        }
        expect(outbox.length(node)).toBe(model.length);
      }
      expect(facts).toEqual(Array.from({ length: dropped }, () => 'outbox overflowed'));
    }));
  });

  it('an empty one has nothing to take', () => {
    expect(new Outbox(3, contextFor([])).take(node)).toBeUndefined();
  });
});
