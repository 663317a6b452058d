import fc from 'fast-check';
import { Allocator, millis, noPeer, type BatchId } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { entry, node, peerOf, TestGossip, type TestGossipOptions } from './gossip.test.support.ts';
import { MissingLogs } from './missing.ts';

const idOf = (author: number, sequence: number, hops = 0): BatchId => ({ ...entry(author, sequence), hops });

function announced(by: readonly number[], ids: readonly BatchId[], options: TestGossipOptions = {}): TestGossip {
  const gossip = new TestGossip({ neighbors: 6, eagerMax: 1, ...options });
  for (const peer of by) gossip.hear(peer, { type: 'ihave', ids });
  return gossip;
}

const grafts = (gossip: TestGossip): unknown[] => gossip.effects.sent.flatMap(({ to, message }) =>
  message.type === 'graft' ? [[to, message.ids.map(({ author, sequence }) => `${author}:${sequence}`)]] : []);

describe('GOS16: what is announced and does not come is grafted from its announcers, then left to anti-entropy', () => {
  it('after once to twice graftAfterMs, and once per announcer', () => {
    const gossip = announced([2, 3], [idOf(1, 1)]);
    const [timer] = gossip.effects.timers;
    expect(timer?.timer).toEqual({ type: 'graft-missing' });
    expect(timer?.afterMs).toBeGreaterThanOrEqual(100);
    expect(timer?.afterMs).toBeLessThanOrEqual(200);
    gossip.timer({ type: 'graft-missing' }, 1_099);
    expect(grafts(gossip)).toEqual([]);
    gossip.timer({ type: 'graft-missing' }, 1_200);
    gossip.timer({ type: 'graft-missing' }, 1_240);
    expect(grafts(gossip)).toEqual([[2, ['1:1']], [3, ['1:1']]]);
    gossip.timer({ type: 'graft-missing' }, 1_280);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([3]);
    gossip.effects.clear();
    gossip.timer({ type: 'graft-missing' }, 5_000);
    expect(gossip.effects.sent).toEqual([]);
    expect(gossip.effects.timers).toEqual([]);
  });

  it('after two round trips where these are longer, and no later than trees may be late', () => {
    const waitOf = (rttMs: number): number => announced([2], [idOf(1, 1)], { rttMsOf: () => rttMs }).effects.timers[0]?.afterMs ?? 0;
    for (const [rttMs, leastMs] of [[0, 100], [40, 100], [100, 200], [149, 298], [5_000, 300]] as const) {
      expect(waitOf(rttMs)).toBeGreaterThanOrEqual(leastMs);
      expect(waitOf(rttMs)).toBeLessThanOrEqual(2 * leastMs);
    }
  });

  it('a much nearer announcer who comes later is asked first, and the other next', () => {
    const gossip = announced([2, 3, 4], [idOf(1, 1)], { rttMsOf: (peer) => (peer === 2 ? 150 : 10) });
    const [far, near] = gossip.effects.timers.map(({ afterMs }) => afterMs) as [number, number];
    expect(far).toBeGreaterThanOrEqual(300);
    expect(near).toBeLessThanOrEqual(200);
    // Of two that are as near the first keeps its place.
    expect(gossip.effects.timers).toHaveLength(2);
    gossip.timer({ type: 'graft-missing' }, 1_000 + near);
    gossip.timer({ type: 'graft-missing' }, 1_000 + near + 300);
    expect(grafts(gossip)).toEqual([[3, ['1:1']], [2, ['1:1']]]);
  });

  it('by a node that is slow itself only after so many times as long, at the first time, at the next, at a gap and for the rest of a log', () => {
    const graftsAt = (gossip: TestGossip, ...times: readonly number[]): number[] => times.map((nowMs) => {
      gossip.timer({ type: 'graft-missing' }, nowMs);
      return grafts(gossip).length;
    });
    expect(graftsAt(announced([2, 3], [idOf(1, 1)], { stretch: 4 }), 1_399, 1_800, 1_959, 1_960)).toEqual([0, 1, 1, 2]);
    const behind = new TestGossip({ neighbors: 6, stretch: 4 });
    behind.take(5, 1, 7);
    expect(graftsAt(behind, 1_159, 1_160)).toEqual([0, 1]);
    const moved = announced([2], [idOf(1, 3)], { stretch: 4 });
    moved.take(4, 1, 1, { nowMs: 1_390 });
    expect(graftsAt(moved, 1_789, 1_790)).toEqual([0, 1]);
  });

  it('one that has come is asked of nobody', () => {
    const gossip = announced([2], [idOf(1, 1)]);
    gossip.take(4, 1, 1);
    gossip.timer({ type: 'graft-missing' }, 1_300);
    expect(grafts(gossip)).toEqual([]);
  });

  it('a log that moves on has its whole time again for the rest', () => {
    const gossip = announced([2], [idOf(1, 3)]);
    gossip.take(4, 1, 1, { nowMs: 1_090 });
    gossip.timer({ type: 'graft-missing' }, 1_189);
    expect(grafts(gossip)).toEqual([]);
    gossip.timer({ type: 'graft-missing' }, 1_190);
    expect(grafts(gossip)).toEqual([[2, ['1:2']]]);
  });

  it('logs of one announcer share a graft, and are asked for from where we stand', () => {
    const gossip = announced([2], [idOf(1, 5), idOf(3, 2)]);
    gossip.take(4, 3, 1, { nowMs: 1_000 });
    gossip.timer({ type: 'graft-missing' }, 1_300);
    expect(grafts(gossip)).toEqual([[2, ['3:2', '1:1']]]);
  });

  it('the announcer is eager from then on', () => {
    const gossip = announced([5], [idOf(1, 1)]);
    gossip.timer({ type: 'graft-missing' }, 1_200);
    gossip.take(1, 9, 1, { nowMs: 1_300 });
    gossip.timer({ type: 'flush-outbox' }, 1_305);
    expect(gossip.batchesTo(5)).toEqual(['9:1']);
  });

  it('who asks for nothing but to be eager is taken on while there are few such links, who asks for batches always', () => {
    const gossip = new TestGossip({ neighbors: 30, eagerMax: 3 });
    gossip.take(30, 9, 1);
    gossip.timer({ type: 'flush-outbox' });
    for (let peer = 1; peer <= 20; peer++) gossip.hear(peer, { type: 'graft', ids: [] });
    gossip.hear(25, { type: 'graft', ids: [idOf(9, 1)] });
    gossip.effects.clear();
    gossip.take(30, 9, 2);
    gossip.timer({ type: 'flush-outbox' });
    const receivers = gossip.sentOf('batch').map(({ to }) => to);
    expect(receivers).toContain(25);
    // Twelve, one more that asked for a batch, and not the giver.
    expect(receivers.length).toBe(12);
  });

  it('an announcer that went is passed over', () => {
    const gossip = announced([2, 3], [idOf(1, 1)]);
    gossip.neighbors.peers = [1, 3];
    gossip.gossip.onLinkDown(node, peerOf(2));
    gossip.timer({ type: 'graft-missing' }, 1_300);
    expect(grafts(gossip)).toEqual([[3, ['1:1']]]);
  });

  it.each<[string, readonly number[], BatchId, TestGossipOptions]>([
    ['a stranger says', [77], idOf(1, 1), {}],
    ['the shell has no name for', [2], idOf(noPeer, 1), {}],
    ['we have no row for', [2], idOf(8, 1), { logsMax: 1 }],
    ['we know', [2], idOf(9, 1), {}],
  ])('what %s is not waited for', (_what, by, id, options) => {
    const gossip = new TestGossip({ neighbors: 6, ...options });
    gossip.take(1, 9, 1);
    gossip.effects.clear();
    for (const peer of by) gossip.hear(peer, { type: 'ihave', ids: [id] });
    expect(gossip.effects.timers).toEqual([]);
  });

  it('a batch beyond the next of its log is grafted from where it showed, if that is a neighbor, unless the rest comes first', () => {
    const gossip = new TestGossip({ neighbors: 6 });
    gossip.take(99, 1, 7);
    expect(gossip.effects.timers).toEqual([]);
    for (const first of [7, 8, 9]) gossip.take(5, 1, first);
    expect(gossip.effects.timers).toEqual([{ afterMs: gossip.options.graftAgainMs, timer: { type: 'graft-missing' } }]);
    expect(gossip.facts).toEqual(['gap from 99', 'gap from 5', 'gap from 5', 'gap from 5']);
    gossip.timer({ type: 'graft-missing' }, 1_040);
    expect(grafts(gossip)).toEqual([[5, ['1:1']]]);
    gossip.effects.clear();
    gossip.take(5, 2, 2);
    gossip.take(4, 2, 1);
    gossip.take(4, 2, 2);
    gossip.timer({ type: 'graft-missing' }, 1_041);
    expect(grafts(gossip)).toEqual([]);
  });

  it('a graft is answered with the rest of its logs, within the budget, and only to a neighbor', () => {
    const gossip = new TestGossip({ neighbors: 6, deltaBytesMax: 1_024 as never });
    for (let first = 1; first <= 20; first++) gossip.take(1, 1, first);
    gossip.effects.clear();
    gossip.hear(3, { type: 'graft', ids: [idOf(1, 18), idOf(7, 1), idOf(noPeer, 1)] });
    expect(gossip.batchesTo(3)).toEqual(['1:18', '1:19', '1:20']);
    gossip.hear(4, { type: 'graft', ids: [idOf(1, 0), idOf(1, 0)] });
    expect(gossip.batchesTo(4).length).toBe(10);
    gossip.hear(99, { type: 'graft', ids: [idOf(1, 1)] });
    expect(gossip.batchesTo(99)).toEqual([]);
  });
});

describe('GOS17: an announced path that is much shorter takes the place of the longer one', () => {
  it.each([[6, true], [5, false]])('of %i hops where 2 were announced: %s', (hops, isMoved) => {
    const gossip = announced([3], [idOf(1, 1, 2)], { shorterByHops: 3 });
    gossip.effects.clear();
    gossip.take(1, 1, 1, { hops });
    expect(gossip.effects.sent).toEqual(isMoved
      ? [{ to: 3, message: { type: 'graft', ids: [] } }, { to: 1, message: { type: 'prune' } }]
      : []);
    gossip.timer({ type: 'flush-outbox' });
    // The link that became eager leads to one who has the batch: it need not get it from us.
    expect(gossip.batchesTo(3)).toEqual(isMoved ? [] : ['1:1']);
  });

  it('not while several batches are on their way', () => {
    const gossip = announced([3], [idOf(1, 1, 2)], { shorterByHops: 3 });
    for (let first = 1; first <= 3; first++) gossip.take(1, 9, first);
    gossip.effects.clear();
    gossip.take(1, 1, 1, { hops: 9 });
    expect(gossip.effects.sent).toEqual([]);
  });
});

describe('GOS5: what is waited for is bounded', () => {
  it('a full table gives its oldest row away, and one log has one row', () => {
    const ids = fc.array(fc.record({ author: fc.nat(6), sequence: fc.integer({ min: 1, max: 9 }) }), { maxLength: 40 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), ids, (max, all) => {
      const missing = new MissingLogs(max, new Allocator(1));
      const model: { author: number; sequence: number }[] = [];
      for (const { author, sequence } of all) {
        missing.note(node, idOf(author, sequence), peerOf(2), millis(100));
        const known = model.find((log) => log.author === author);
        if (known === undefined) {
          if (model.length === max) model.shift();
          model.push({ author, sequence });
        } else known.sequence = Math.max(known.sequence, sequence);
        const rows = Array.from({ length: missing.count(node) }, (_, row) => missing.at(node, row));
        expect(rows.map((row) => ({ author: row.author, sequence: row.sequence }))).toEqual(model);
      }
    }));
  });
});
