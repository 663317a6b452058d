import fc from 'fast-check';
import { bytes, millis, offTreeHops, type BatchMessage, type Message } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { entry, node, peerOf, TestGossip, type TestGossipOptions } from './gossip.test.support.ts';

const byNumber = (a: number, b: number): number => a - b;
const receiversOf = (gossip: TestGossip, type: Message['type']): number[] =>
  gossip.sentOf(type).map(({ to }) => to as number).toSorted(byNumber);

/** Neighbors 1 to `neighbors`, of which the first `eagerMax` are eager. */
function linked(options: TestGossipOptions): TestGossip {
  const gossip = new TestGossip(options);
  gossip.timer({ type: 'start-round' });
  gossip.effects.clear();
  return gossip;
}

/** Hears a batch that it knows. */
function duplicate(gossip: TestGossip, from: number, nowMs: number): void {
  gossip.hear(from, gossip.batches.all[0] as BatchMessage, nowMs);
}

describe('GOS9: a first copy is sent once along every eager link but its giver\'s, and announced on some lazy ones', () => {
  it('when the outbox is flushed, a moment after it came; and announced a moment after that', () => {
    const gossip = linked({ neighbors: 8, eagerMax: 3, announceMax: 8 });
    gossip.take(2, 1, 1, { hops: 4 });
    expect(gossip.effects.timers).toEqual([{ afterMs: gossip.options.coalesceMs, timer: { type: 'flush-outbox' } }]);
    expect(gossip.effects.sent).toEqual([]);
    gossip.timer({ type: 'flush-outbox' });
    expect(receiversOf(gossip, 'batch')).toEqual([1, 3]);
    expect(gossip.sentOf('batch').every(({ message }) => message.type === 'batch' && message.hops === 5)).toBe(true);
    expect(gossip.effects.timers.at(-1)).toEqual(
      { afterMs: gossip.options.announceDelayMs, timer: { type: 'announce-batches' } });
    gossip.timer({ type: 'announce-batches' });
    expect(receiversOf(gossip, 'ihave')).toEqual([4, 5, 6, 7, 8]);
    expect(gossip.sentOf('ihave')[0]?.message).toEqual({ type: 'ihave', ids: [{ ...entry(1, 1), hops: 4 }] });
    gossip.effects.clear();
    for (const type of ['flush-outbox', 'announce-batches'] as const) gossip.timer({ type });
    expect(gossip.effects.sent).toEqual([]);
  });

  it('announced on announceMax of the lazy links, drawn anew each time, so that each has its turn', () => {
    const gossip = linked({ neighbors: 17, eagerMax: 5 });
    const told = new Map<number, number>();
    for (let first = 1; first <= 300; first++) {
      gossip.effects.clear();
      gossip.take(1, 1, first, { nowMs: 1_000 + first });
      gossip.timer({ type: 'flush-outbox' }, 1_001 + first);
      gossip.timer({ type: 'announce-batches' }, 1_026 + first);
      const receivers = receiversOf(gossip, 'ihave');
      expect(new Set(receivers).size).toBe(4);
      for (const peer of receivers) told.set(peer, (told.get(peer) ?? 0) + 1);
    }
    expect([...told.keys()].toSorted((a, b) => a - b)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    // A hundred times each, on average.
    for (const times of told.values()) expect(Math.abs(times - 100)).toBeLessThan(40);
  });

  it('REG30: one who stands below a half gets no first copy, though its link is eager; it is told, and may graft', () => {
    const reputations = [0.4, 1, 1];
    const standing = { isBanned: () => false, reputationOf: (_node: unknown, peer: number) => reputations[peer - 1] ?? 1 };
    const gossip = linked({ neighbors: 3, eagerMax: 3, standing });
    const spread = (first: number): number[][] => {
      gossip.effects.clear();
      gossip.take(9, 1, first);
      gossip.timer({ type: 'flush-outbox' });
      gossip.timer({ type: 'announce-batches' });
      return [receiversOf(gossip, 'batch'), receiversOf(gossip, 'ihave')];
    };
    expect(spread(1)).toEqual([[2, 3], [1]]);
    reputations[0] = 0.5;
    expect(spread(2)).toEqual([[1, 2, 3], []]);
  });

  it('who gives a first copy becomes eager, and neither gets it back nor hears of it', () => {
    const gossip = linked({ neighbors: 8, eagerMax: 3 });
    gossip.take(7, 1, 1);
    gossip.timer({ type: 'flush-outbox' });
    gossip.timer({ type: 'announce-batches' });
    expect(receiversOf(gossip, 'batch')).toEqual([1, 2, 3]);
    expect(receiversOf(gossip, 'ihave')).toEqual([4, 5, 6, 8]);
    gossip.effects.clear();
    gossip.take(1, 1, 2);
    gossip.timer({ type: 'flush-outbox' });
    expect(receiversOf(gossip, 'batch')).toEqual([2, 3, 7]);
  });

  it('several share one timer and one announcement, which names the last of each log', () => {
    const gossip = linked({ neighbors: 3, eagerMax: 1 });
    for (let first = 1; first <= 5; first++) gossip.take(9, 1, first);
    gossip.take(9, 2, 1);
    expect(gossip.effects.timers.length).toBe(1);
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.batchesTo(1)).toEqual(['1:1', '1:2', '1:3', '1:4', '1:5', '2:1']);
    gossip.timer({ type: 'announce-batches' });
    const ids = [{ ...entry(1, 5), hops: 0 }, { ...entry(2, 1), hops: 0 }];
    expect(gossip.sentOf('ihave').map(({ message }) => message)).toEqual([{ type: 'ihave', ids }, { type: 'ihave', ids }]);
  });

  it('a flush sends no more than its bytes, our own first, and the rest with the next', () => {
    const gossip = linked({ neighbors: 2, eagerMax: 2, flushBytesMax: bytes(1_024) });
    for (let first = 1; first <= 4; first++) gossip.take(9, 1, first, { size: 300 });
    const own = gossip.batches.add(0, 1, { size: 300 });
    gossip.gossip.onCommand(node, { type: 'broadcast', batch: own }, millis(1_000), gossip.effects);
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.batchesTo(1)).toEqual(['0:1', '1:1']);
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.batchesTo(1)).toEqual(['0:1', '1:1', '1:2', '1:3']);
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.batchesTo(1)).toEqual(['0:1', '1:1', '1:2', '1:3', '1:4']);
    expect(gossip.effects.timers.filter(({ timer }) => timer.type === 'flush-outbox').length).toBe(3);
  });

  it('who leaves sends what waits before it goes, whatever the budget', () => {
    const gossip = linked({ neighbors: 3, eagerMax: 2, flushBytesMax: bytes(1_024) });
    for (let first = 1; first <= 9; first++) gossip.take(9, 1, first, { size: 1_000 });
    gossip.gossip.onCommand(node, { type: 'leave' }, millis(1_000), gossip.effects);
    expect(gossip.batchesTo(2).length).toBe(9);
    expect(receiversOf(gossip, 'ihave')).toEqual([3]);
  });

  it('what the source no longer holds is neither sent nor announced', () => {
    const gossip = linked({ neighbors: 3, eagerMax: 1 });
    gossip.take(9, 1, 1);
    gossip.batches.all.length = 0;
    gossip.timer({ type: 'flush-outbox' });
    gossip.timer({ type: 'announce-batches' });
    expect(gossip.effects.sent).toEqual([]);
  });

  it('who has announced all of it to us hears nothing from us, and who has announced a part hears all', () => {
    const gossip = linked({ neighbors: 6, eagerMax: 2 });
    gossip.take(1, 9, 1);
    gossip.take(1, 8, 1);
    gossip.take(1, 8, 2);
    gossip.hear(3, { type: 'ihave', ids: [{ ...entry(8, 2), hops: 1 }, { ...entry(9, 5), hops: 1 }] });
    gossip.hear(4, { type: 'ihave', ids: [{ ...entry(8, 2), hops: 1 }] });
    gossip.hear(5, { type: 'ihave', ids: [{ ...entry(8, 1), hops: 1 }, { ...entry(9, 1), hops: 1 }] });
    gossip.timer({ type: 'flush-outbox' });
    gossip.timer({ type: 'announce-batches' });
    expect(receiversOf(gossip, 'ihave')).toEqual([4, 5, 6]);
    gossip.effects.clear();
    // The next batch is news again.
    gossip.take(1, 9, 2);
    gossip.timer({ type: 'flush-outbox' });
    gossip.timer({ type: 'announce-batches' });
    expect(receiversOf(gossip, 'ihave')).toEqual([3, 4, 5, 6]);
  });

  it('what anti-entropy brought is announced to all but its giver, and sent to nobody', () => {
    const gossip = linked({ neighbors: 5, eagerMax: 2 });
    gossip.take(4, 1, 1, { hops: offTreeHops });
    gossip.timer({ type: 'flush-outbox' });
    gossip.timer({ type: 'announce-batches' });
    expect(receiversOf(gossip, 'batch')).toEqual([]);
    expect(receiversOf(gossip, 'ihave')).toEqual([1, 2, 3, 5]);
  });

  it('what its author hands over by anti-entropy goes on along eager links, unless it is past', () => {
    const gossip = linked({ neighbors: 4, eagerMax: 2 });
    gossip.take(1, 1, 1, { hops: offTreeHops });
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.sentOf('batch').map(({ to, message }) => [to, message.type === 'batch' && message.hops])).toEqual([[2, 1]]);
    gossip.effects.clear();
    gossip.hear(1, { ...gossip.batches.add(1, 2, { hops: offTreeHops }), place: 'past' });
    for (const type of ['flush-outbox', 'announce-batches'] as const) gossip.timer({ type });
    expect(gossip.sentOf('batch')).toEqual([]);
    expect(receiversOf(gossip, 'ihave')).toEqual([2, 3, 4]);
  });

  it('hops never reach the mark of what came by no tree', () => {
    const gossip = linked({ neighbors: 2 });
    gossip.take(1, 1, 1, { hops: 254 });
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.sentOf('batch').map(({ message }) => message.type === 'batch' && message.hops)).toEqual([254]);
  });
});

describe('GOS15: the second duplicate of a link makes it lazy, and tells its peer at most once a second', () => {
  function withDuplicates(options: TestGossipOptions = {}): TestGossip {
    const gossip = linked({ neighbors: 4, eagerMax: 4, ...options });
    gossip.take(1, 1, 1);
    gossip.timer({ type: 'flush-outbox' });
    gossip.effects.clear();
    return gossip;
  }

  it('the first only counts', () => {
    const gossip = withDuplicates();
    duplicate(gossip, 2, 1_010);
    expect(gossip.effects.sent).toEqual([]);
    expect(gossip.facts).toEqual(['duplicate from 2']);
    duplicate(gossip, 2, 1_020);
    expect(gossip.effects.sent).toEqual([{ to: 2, message: { type: 'prune' } }]);
    gossip.effects.clear();
    gossip.take(1, 1, 2);
    gossip.timer({ type: 'flush-outbox' });
    expect(receiversOf(gossip, 'batch')).toEqual([3, 4]);
  });

  it('more within the second are borne, later ones told again', () => {
    const gossip = withDuplicates();
    for (const nowMs of [1_010, 1_020, 1_030, 1_040, 1_900]) duplicate(gossip, 2, nowMs);
    expect(receiversOf(gossip, 'prune')).toEqual([2]);
    duplicate(gossip, 2, 3_100);
    expect(receiversOf(gossip, 'prune')).toEqual([2, 2]);
  });

  it('what a peer sends on our question does not count', () => {
    const gossip = withDuplicates();
    gossip.compare(2, false, 1_000);
    for (const nowMs of [1_010, 1_020, 1_030]) duplicate(gossip, 2, nowMs);
    expect(gossip.sentOf('prune')).toEqual([]);
  });

  it('a stranger is not pruned', () => {
    const gossip = withDuplicates();
    for (const nowMs of [1_010, 1_020, 1_030]) duplicate(gossip, 77, nowMs);
    expect(gossip.effects.sent).toEqual([]);
  });

  it('a prune makes the link lazy; a graft makes it eager and brings what it names', () => {
    const gossip = withDuplicates();
    gossip.hear(3, { type: 'prune' });
    gossip.take(1, 1, 2);
    gossip.timer({ type: 'flush-outbox' });
    expect(receiversOf(gossip, 'batch')).toEqual([2, 4]);
    gossip.effects.clear();
    gossip.hear(3, { type: 'graft', ids: [{ ...entry(1, 2), hops: 6 }] });
    expect(gossip.effects.sent.map(({ to, message }) => [to, message.type === 'batch' && message.hops])).toEqual([[3, 7]]);
    gossip.take(1, 1, 3);
    gossip.timer({ type: 'flush-outbox' });
    expect(receiversOf(gossip, 'batch')).toEqual([2, 3, 3, 4]);
  });

  it('with many batches on their way a duplicate cuts by chance only', () => {
    const gossip = linked({ neighbors: 40, eagerMax: 40 });
    for (let first = 1; first <= 64; first++) gossip.take(1, 1, first);
    for (let peer = 2; peer <= 40; peer++) for (const nowMs of [1_001, 1_002]) duplicate(gossip, peer, nowMs);
    // 39 chances of one in 32.
    expect(gossip.sentOf('prune').length).toBeLessThan(8);
    for (let round = 0; round < 10; round++) gossip.timer({ type: 'start-round' });
    for (let peer = 2; peer <= 40; peer++) for (const nowMs of [5_001, 5_002]) duplicate(gossip, peer, nowMs);
    expect(new Set(receiversOf(gossip, 'prune')).size).toBe(39);
  });

  it('whatever a peer sends of prunes, grafts and announcements, a new batch still leaves along some link', () => {
    const ids = [{ ...entry(1, 1), hops: 0 }];
    const said = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom<Message>(
      { type: 'prune' }, { type: 'graft', ids }, { type: 'graft', ids: [] }, { type: 'ihave', ids }));
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.array(said, { maxLength: 30 }), (neighbors, all) => {
      const gossip = linked({ neighbors });
      for (const [from, message] of all) gossip.hear(from, message);
      gossip.effects.clear();
      const batch = gossip.batches.add(0, 1);
      gossip.gossip.onCommand(node, { type: 'broadcast', batch }, millis(2_000), gossip.effects);
      gossip.timer({ type: 'flush-outbox' });
      const to = receiversOf(gossip, 'batch');
      expect(to.length).toBeGreaterThan(0);
      expect(to.every((peer) => gossip.neighbors.isNeighbor(node, peerOf(peer)))).toBe(true);
    }));
  });
});

describe('GOS18: while a node floods, new batches go to some lazy links too', () => {
  it('from late anti-entropy on until digests agree', () => {
    const gossip = linked({ neighbors: 20, eagerMax: 1, floodAfterPulls: 1 });
    for (const nowMs of [1_000, 1_300]) gossip.compare(2, false, nowMs);
    gossip.take(2, 1, 1, { hops: offTreeHops, nowMs: 1_310 });
    gossip.timer({ type: 'flush-outbox' });
    const flooded = receiversOf(gossip, 'batch');
    expect(flooded.length).toBeGreaterThan(2);
    expect(new Set(flooded).size).toBe(flooded.length);
    gossip.effects.clear();
    for (let peer = 1; peer <= 20; peer++) gossip.compare(peer, true, 1_400);
    expect(gossip.gossip.isConverged(node)).toBe(true);
    gossip.take(1, 1, 2, { nowMs: 1_410 });
    gossip.timer({ type: 'flush-outbox' });
    expect(receiversOf(gossip, 'batch')).toEqual([]);
  });
});
