import fc from 'fast-check';
import { bytes, lastLogName, millis, noPeer, offTreeHops, type FrontierEntry, type Sequence } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { entry, node, peerOf, TestGossip } from './gossip.test.support.ts';

/** A node that knows three logs: author 1 to sequence 3, author 2 to 2, author 3 to 4, each in batches of one. */
function withThreeLogs(options: ConstructorParameters<typeof TestGossip>[0] = {}, size = 100): TestGossip {
  const gossip = new TestGossip({ neighbors: 9, ...options });
  for (const [author, last] of [[1, 3], [2, 2], [3, 4]] as const) {
    for (let first = 1; first <= last; first++) gossip.take(9, author, first, { size, nowMs: 500 });
  }
  gossip.effects.clear();
  return gossip;
}

function ask(gossip: TestGossip, entries: readonly FrontierEntry[], isReply = false, from = 5, nowMs = 1_000): void {
  gossip.hear(from, { type: 'frontier', entries, isReply }, nowMs);
}

describe('GOS6: anti-entropy sends what the other lacks, and nothing else', () => {
  it('from where it stands in each log, logs unknown to it first', () => {
    const gossip = withThreeLogs();
    ask(gossip, [entry(1, 1), entry(3, 4)]);
    expect(gossip.batchesTo(5)).toEqual(['2:1', '2:2', '1:2', '1:3']);
    expect(gossip.sentOf('frontier')).toEqual([]);
  });

  it('exactly the missing sequences, for any two frontiers', () => {
    const known = fc.record({ a: fc.nat(6), b: fc.nat(6), c: fc.nat(6) });
    fc.assert(fc.property(known, known, (mine, theirs) => {
      const gossip = new TestGossip({ neighbors: 9 });
      const authors = [['a', 1], ['b', 2], ['c', 3]] as const;
      for (const [key, author] of authors) {
        for (let first = 1; first <= mine[key]; first++) gossip.take(9, author, first);
      }
      gossip.effects.clear();
      ask(gossip, authors.flatMap(([key, author]) => (theirs[key] > 0 ? [entry(author, theirs[key])] : [])), false, 5, 2_000);
      const missing = authors.flatMap(([key, author]) =>
        Array.from({ length: Math.max(0, mine[key] - theirs[key]) }, (_, i) => `${author}:${theirs[key] + 1 + i}`));
      const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
      expect(gossip.batchesTo(5).toSorted(byText)).toEqual(missing.toSorted(byText));
      const hasMore = authors.some(([key]) => theirs[key] > mine[key]);
      expect(gossip.sentOf('frontier').length).toBe(hasMore ? 1 : 0);
    }));
  });

  it('what came a moment ago is held back where it is all that lacks: trees are bringing it', () => {
    const gossip = new TestGossip({ neighbors: 9 });
    gossip.take(9, 1, 1, { nowMs: 1_000 });
    gossip.take(9, 1, 2, { nowMs: 1_500 });
    gossip.effects.clear();
    ask(gossip, [entry(1, 1)], false, 5, 1_690);
    expect(gossip.batchesTo(5)).toEqual([]);
    ask(gossip, [], false, 6, 1_690);
    expect(gossip.batchesTo(6)).toEqual(['1:1', '1:2']);
    ask(gossip, [entry(1, 1)], false, 5, 1_800);
    expect(gossip.batchesTo(5)).toEqual(['1:2']);
  });

  it('it is told to have come by no tree', () => {
    const gossip = withThreeLogs();
    ask(gossip, []);
    const hops = gossip.sentOf('batch').map(({ message }) => message.type === 'batch' && message.hops);
    expect(new Set(hops)).toEqual(new Set([offTreeHops]));
  });

  const budgets = [[1_024, 10], [400, 4], [399, 3], [100, 1]] as const;
  it.each(budgets)('within a budget of %i bytes: %i batches of 100', (budget, sent) => {
    const gossip = new TestGossip({ neighbors: 9, deltaBytesMax: bytes(budget) });
    for (let first = 1; first <= 20; first++) gossip.take(9, 1, first, { nowMs: 500 });
    gossip.effects.clear();
    ask(gossip, []);
    expect(gossip.batchesTo(5)).toEqual(Array.from({ length: sent }, (_, i) => `1:${i + 1}`));
  });

  it('a first batch that is larger than the budget goes alone', () => {
    const gossip = withThreeLogs({ deltaBytesMax: bytes(1_024) }, 5_000);
    ask(gossip, []);
    expect(gossip.batchesTo(5)).toEqual(['1:1']);
  });

  it('nothing of what the source no longer holds', () => {
    const gossip = withThreeLogs();
    gossip.batches.all.length = 1;
    ask(gossip, []);
    expect(gossip.batchesTo(5)).toEqual(['1:1']);
  });

  it('who is told of more than it knows tells how far it is, and takes no answer to that for a question', () => {
    const gossip = withThreeLogs();
    ask(gossip, [entry(1, 9), entry(2, 2), entry(3, 4)]);
    expect(gossip.sentOf('frontier')).toEqual([
      { to: 5, message: { type: 'frontier', entries: [entry(1, 3), entry(2, 2), entry(3, 4)], isReply: true } },
    ]);
    gossip.effects.clear();
    ask(gossip, [entry(1, 9)], true);
    expect(gossip.sentOf('frontier')).toEqual([]);
    expect(gossip.batchesTo(5)).toEqual(['2:1', '2:2', '3:1', '3:2', '3:3', '3:4']);
  });

  it('an author that the shell has no name for is something that we lack', () => {
    const gossip = withThreeLogs();
    ask(gossip, [entry(noPeer, 1), entry(1, 3), entry(2, 2), entry(3, 4)]);
    expect(gossip.sentOf('frontier').length).toBe(1);
    expect(gossip.batchesTo(5)).toEqual([]);
  });
});

describe('GOS7: one neighbor at a time is asked', () => {
  it('for pullPatienceMs after a question nobody else is asked', () => {
    const gossip = withThreeLogs();
    gossip.compare(1, false, 2_000);
    gossip.compare(2, false, 2_010);
    gossip.compare(3, false, 2_249);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([1]);
    gossip.compare(4, false, 2_250);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([1, 4]);
  });

  it('by ranges as by frontiers: what is listed is wanted of one, and then nobody else is asked', () => {
    const gossip = withThreeLogs({ frontierLogsMax: 0 });
    const list = { type: 'list' as const, upTo: lastLogName, marks: [{ ...lastLogName, sequence: 1 as Sequence }] };
    const hearList = (from: number, nowMs: number): void =>
      gossip.hear(from, { type: 'ranges', isReply: true, nonce: { high: 1, low: 2 }, ranges: [list] }, nowMs);
    hearList(5, 2_000);
    hearList(6, 2_010);
    gossip.compare(1, false, 2_020);
    expect(gossip.sentOf('ranges').map(({ to }) => to)).toEqual([5]);
    expect(gossip.batchesTo(6)).toEqual(gossip.batchesTo(5));
    hearList(6, 2_250);
    expect(gossip.sentOf('ranges').map(({ to }) => to)).toEqual([5, 6]);
  });

  it('nobody else is asked as long as the one who was asked gives, and longer where we are slow ourselves', () => {
    const asked = (gossip: TestGossip): number[] => gossip.sentOf('frontier').map(({ to }) => to as number);
    const gossip = new TestGossip({ neighbors: 3 });
    gossip.gossip.onCommand(node, { type: 'reconcile', peer: peerOf(1) }, millis(1_000), gossip.effects);
    gossip.take(1, 9, 1, { nowMs: 1_200, hops: offTreeHops });
    gossip.hear(2, { type: 'frontier', isReply: false, entries: [entry(8, 4)] }, 1_400);
    expect(asked(gossip)).toEqual([1]);
    // What another brings is no sign that the one who was asked does.
    gossip.take(3, 9, 2, { nowMs: 1_430, hops: offTreeHops });
    gossip.hear(2, { type: 'frontier', isReply: false, entries: [entry(8, 4)] }, 1_450);
    expect(asked(gossip)).toEqual([1, 2]);
    const slow = new TestGossip({ neighbors: 3, stretch: 4 });
    slow.gossip.onCommand(node, { type: 'reconcile', peer: peerOf(1) }, millis(1_000), slow.effects);
    slow.hear(2, { type: 'frontier', isReply: false, entries: [entry(8, 4)] }, 1_999);
    slow.hear(2, { type: 'frontier', isReply: false, entries: [entry(8, 4)] }, 2_000);
    expect(asked(slow)).toEqual([1, 2]);
  });

  it('a command to reconcile does not wait', () => {
    const gossip = withThreeLogs();
    gossip.compare(1, false, 2_000);
    gossip.gossip.onCommand(node, { type: 'reconcile', peer: peerOf(7) }, millis(2_001), gossip.effects);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([1, 7]);
  });

  it('a question that crosses ours on the way is answered with batches only: ours brings what we lack', () => {
    const gossip = withThreeLogs();
    gossip.compare(5, false, 1_000);
    ask(gossip, [entry(1, 9), entry(2, 2)]);
    expect(gossip.sentOf('frontier').length).toBe(1);
    expect(gossip.batchesTo(5)).toEqual(['3:1', '3:2', '3:3', '3:4']);
    gossip.effects.clear();
    ask(gossip, [entry(1, 9), entry(2, 2)], false, 6);
    expect(gossip.sentOf('frontier')).toEqual([]);
    ask(gossip, [entry(1, 9), entry(2, 2)], false, 6, 1_250);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([6]);
  });
});
