import fc from 'fast-check';
import { bytes, millis, noPeer, type Epoch, type Sequence } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { checkGossipOptions, gossipDefaults, type GossipOptions } from './options.ts';
import { entry, node, peerOf, TestGossip } from './gossip.test.support.ts';

const accepted = (gossip: TestGossip): string[] => gossip.effects.events.flatMap((event) =>
  event.type === 'batch-accepted'
    ? [`${event.batch.header.author}:${event.batch.header.firstSequence} from ${event.from}`]
    : []);
const delaysOf = (gossip: TestGossip): number[] =>
  gossip.effects.timers.flatMap(({ timer, afterMs }) => (timer.type === 'start-round' ? [afterMs] : []));

describe('GOS1: a log is accepted without holes', () => {
  it('whatever order batches come in, the shell is handed the next of each log', () => {
    const all = Array.from({ length: 12 }, (_, i) => ({ author: 1 + (i % 3), first: 1 + Math.floor(i / 3) }));
    const order = fc.shuffledSubarray(all);
    fc.assert(fc.property(fc.array(order, { minLength: 1, maxLength: 4 }), (orders) => {
      const gossip = new TestGossip({ neighbors: 4 });
      for (const { author, first } of orders.flat()) gossip.take(2, author, first);
      const next = new Map<number, number>();
      for (const event of gossip.effects.events) {
        if (event.type !== 'batch-accepted') continue;
        const { author, firstSequence } = event.batch.header;
        expect(firstSequence).toBe((next.get(author) ?? 0) + 1);
        next.set(author, firstSequence);
      }
      expect(gossip.gossip.frontier(node).length).toBe(next.size);
      for (const { author, sequence } of gossip.gossip.frontier(node)) expect(next.get(author)).toBe(sequence);
    }));
  });

  it('before any crypto the same is said of a range', () => {
    const gossip = new TestGossip({ neighbors: 2 });
    gossip.take(1, 1, 1, { count: 4 });
    const judge = (first: number): unknown =>
      gossip.gossip.judge(node, { author: peerOf(1), epoch: 1 as Epoch, firstSequence: first as Sequence, count: 1, place: 'next' });
    expect(judge(4)).toEqual({ type: 'ignore', reason: 'duplicate' });
    expect(judge(5)).toEqual({ type: 'accept' });
    expect(judge(6)).toEqual({ type: 'ignore', reason: 'gap' });
    expect(accepted(gossip)).toEqual(['1:1 from 1']);
  });

  it('our own batch is nobody\'s gift, and goes to eager neighbors', () => {
    const gossip = new TestGossip({ neighbors: 3 });
    const batch = gossip.batches.add(0, 1);
    gossip.gossip.onCommand(node, { type: 'broadcast', batch }, millis(1), gossip.effects);
    expect(accepted(gossip)).toEqual([`0:1 from ${noPeer}`]);
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.sentOf('batch').map(({ to }) => to).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('a restored batch moves the frontier and is pushed to nobody; one out of order is left out', () => {
    const gossip = new TestGossip({ neighbors: 3 });
    const restore = (author: number, first: number): void => {
      const batch = gossip.batches.add(author, first);
      gossip.gossip.onCommand(node, { type: 'restore', batch }, millis(1), gossip.effects);
    };
    restore(1, 1);
    restore(1, 2);
    restore(1, 4);
    restore(1, 2);
    expect(gossip.gossip.frontier(node)).toEqual([entry(1, 2)]);
    expect(accepted(gossip)).toEqual([`1:1 from ${noPeer}`, `1:2 from ${noPeer}`]);
    expect(gossip.effects.timers).toEqual([]);
    gossip.timer({ type: 'flush-outbox' });
    expect(gossip.effects.sent).toEqual([]);
  });
});

describe('GOS4: rounds are hot while something moves, and slow down while all agree', () => {
  const rounds = (gossip: TestGossip, count: number): void => {
    for (let i = 0; i < count; i++) gossip.timer({ type: 'start-round' });
  };

  it('visit every neighbor within as many rounds as there are neighbors', () => {
    const gossip = new TestGossip({ neighbors: 20, fanout: 2 });
    rounds(gossip, 20);
    expect(new Set(gossip.sentOf('round').map(({ to }) => to)).size).toBe(20);
    const twice = gossip.sentOf('round').filter(({ to }, i, all) => i % 2 === 1 && all[i - 1]?.to === to);
    expect(twice).toEqual([]);
  });

  it('a difference is looked into when it lasts, and at once where a link is new', () => {
    const gossip = new TestGossip({ neighbors: 1 });
    gossip.take(9, 1, 1, { nowMs: 500 });
    gossip.compare(1, false, 1_000);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([1]);
    gossip.compare(1, false, 1_260);
    expect(gossip.sentOf('frontier').length).toBe(1);
    gossip.compare(1, false, 1_300);
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([1, 1]);
    gossip.compare(1, true, 1_600);
    gossip.compare(1, false, 2_000);
    expect(gossip.sentOf('frontier').length).toBe(2);
  });

  it('it lasts as long as one neighbor differs: those who lack the same do not keep each other content', () => {
    const gossip = new TestGossip({ neighbors: 2 });
    gossip.compare(2, true, 900);
    for (const nowMs of [1_000, 1_100, 1_200, 1_300]) {
      gossip.compare(1, false, nowMs);
      gossip.compare(2, true, nowMs + 50);
    }
    expect(gossip.sentOf('frontier').map(({ to }) => to)).toEqual([1, 1]);
  });

  it('tell our digest to fanout neighbors, and come again', () => {
    const gossip = new TestGossip({ neighbors: 7 });
    gossip.timer({ type: 'start-round' });
    expect(gossip.sentOf('round').length).toBe(3);
    expect(gossip.sentOf('round').every(({ message }) => message.type === 'round' && !message.isReply)).toBe(true);
    expect(delaysOf(gossip).length).toBe(1);
  });

  it('go on without neighbors', () => {
    const gossip = new TestGossip();
    rounds(gossip, 5);
    expect(gossip.effects.sent).toEqual([]);
    expect(delaysOf(gossip).length).toBe(5);
  });

  it.each<[string, (gossip: TestGossip) => void]>([
    ['a new batch', (gossip) => gossip.take(1, 1, 1)],
    ['another digest', (gossip) => gossip.compare(1, false, 1_000)],
    ['a new link', (gossip) => gossip.gossip.onLinkUp(node, peerOf(2), gossip.effects)],
  ])('%s makes them hot again', (_what, happens) => {
    const gossip = new TestGossip({ neighbors: 3, roundJitter: 0 });
    rounds(gossip, 40);
    expect(delaysOf(gossip).at(-1)).toBe(1_000);
    happens(gossip);
    rounds(gossip, 1);
    expect(delaysOf(gossip).at(-1)).toBe(100);
  });

  it('come later by as much as the node is slower than well, but no later than in a quiet mesh', () => {
    const first = (stretch: number): number => {
      const gossip = new TestGossip({ neighbors: 2, stretch });
      gossip.timer({ type: 'start-round' });
      return delaysOf(gossip)[0] as number;
    };
    const well = first(1);
    expect(first(3)).toBeCloseTo(3 * well, 6);
    expect(first(8)).toBeCloseTo(8 * well, 6);
    expect(first(20)).toBe(1_000);
  });

  it('an equal digest keeps them slow', () => {
    const gossip = new TestGossip({ neighbors: 3, roundJitter: 0 });
    rounds(gossip, 40);
    gossip.compare(1, true, 1_000);
    rounds(gossip, 1);
    const quiet = Array.from({ length: 30 }, () => 1_000);
    expect(delaysOf(gossip)).toEqual([100, 100, 200, 200, 200, 400, 400, 400, 800, 800, 800, ...quiet]);
  });

  it('a round is answered with our digest, an answer is not', () => {
    const gossip = new TestGossip({ neighbors: 3 });
    const digest = gossip.gossip.digest(node);
    gossip.hear(2, { type: 'round', digest, isReply: false });
    expect(gossip.effects.sent).toEqual([{ to: 2, message: { type: 'round', digest, isReply: true } }]);
    gossip.hear(2, { type: 'round', digest, isReply: true });
    expect(gossip.effects.sent.length).toBe(1);
  });

  it('who agrees and was told so is not told again, until our digest moves', () => {
    const gossip = new TestGossip({ neighbors: 3 });
    const asked = (isEqual: boolean): number => {
      gossip.effects.clear();
      const digest = isEqual ? gossip.gossip.digest(node) : { high: 1, low: 2 };
      gossip.hear(2, { type: 'round', digest, isReply: false });
      return gossip.sentOf('round').length;
    };
    expect([asked(true), asked(true), asked(false), asked(true)]).toEqual([1, 0, 1, 1]);
    gossip.take(1, 9, 1);
    // It hears our new digest when it still has the old one: that we agree it does not know.
    expect([asked(false), asked(true), asked(true)]).toEqual([1, 1, 0]);
  });

  it('a new neighbor is told our digest at once, and the first to hang us into the tree', () => {
    const gossip = new TestGossip({ neighbors: 3 });
    const round = { type: 'round', digest: gossip.gossip.digest(node), isReply: false };
    gossip.gossip.onLinkUp(node, peerOf(2), gossip.effects);
    gossip.gossip.onLinkUp(node, peerOf(3), gossip.effects);
    expect(gossip.effects.sent).toEqual([
      { to: 2, message: { type: 'graft', ids: [] } }, { to: 2, message: round }, { to: 3, message: round },
    ]);
  });
});

describe('the options', () => {
  it('of the defaults keep their own rules', () => {
    expect(checkGossipOptions(gossipDefaults).violations).toEqual([]);
  });

  it.each<[string, Partial<GossipOptions>]>([
    ['quietIntervalMs', { quietIntervalMs: millis(99) }],
    ['coalesceMs', { coalesceMs: millis(100) }],
    ['logsMax', { logsMax: 8_193 }],
    ['outboxMax', { outboxMax: 65_536 }],
    ['roundJitter', { roundJitter: 1 }],
    ['fanout', { fanout: 0 }],
    ['flushBytesMax', { flushBytesMax: bytes(1_023) }],
    ['announceDelayMs', { announceDelayMs: millis(100) }],
    ['linksMax', { linksMax: 0 }],
    ['eagerMax', { eagerMax: 0 }],
    ['missingMax', { missingMax: 0 }],
    ['graftAgainMs', { graftAgainMs: millis(0) }],
    ['shorterByHops', { shorterByHops: 0 }],
    ['settleMs', { settleMs: millis(300) }],
    ['floodAfterPulls', { floodAfterPulls: 0 }],
    ['floodRounds', { floodRounds: 256 }],
  ])('are refused where %s breaks its rule: %o', (name, input) => {
    const { violations } = checkGossipOptions({ ...gossipDefaults, ...input });
    expect(violations.some((violation) => violation.startsWith(`gossip.${name}`))).toBe(true);
  });
});
