import { describe, expect, it } from 'vitest';
import type { PeerId } from '@murmuration/protocol';
import { Budget } from './budget.ts';

const [one, other, third] = ['one', 'other', 'third'] as [PeerId, PeerId, PeerId];

/** How many of 100 messages are taken. */
function taken(budget: Budget, sender: PeerId, bytes: number, nowMs: number): number {
  return Array.from({ length: 100 }, () => budget.take(sender, bytes, nowMs)).filter(Boolean).length;
}

describe('the budget of a second', () => {
  it('gives one sender at most half, and all together the whole', () => {
    const budget = new Budget({ messages: 20, bytes: 1_000_000 });
    expect([taken(budget, one, 1, 0), taken(budget, other, 1, 10), taken(budget, third, 1, 20)]).toEqual([10, 10, 0]);
  });

  it('counts bytes as it counts messages, and what does not fit costs nothing', () => {
    const budget = new Budget({ messages: 1_000, bytes: 100 });
    expect(taken(budget, one, 51, 0)).toBe(0);
    expect([taken(budget, one, 10, 0), taken(budget, other, 25, 0), taken(budget, third, 1, 0)]).toEqual([5, 2, 0]);
  });

  it('begins anew a second later', () => {
    const budget = new Budget({ messages: 20, bytes: 1_000_000 });
    expect([taken(budget, one, 1, 5), taken(budget, one, 1, 1_004), taken(budget, one, 1, 1_005)]).toEqual([10, 0, 10]);
  });
});
