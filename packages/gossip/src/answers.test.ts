import fc from 'fast-check';
import {
  compareLogNames, decodeFrame, encodeFrame, lastLogName, rangesPerMessageMax,
  type Epoch, type LogMark, type LogRange, type Message, type Sequence,
} from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { entry, TestGossip } from './gossip.test.support.ts';
import { Overlay, randomOverlay } from './overlay.test.support.ts';
import { Pair, Station, type KnownLog } from './reconciliation.test.support.ts';

const question: Message = { type: 'frontier', entries: [entry(7, 9)], isReply: true };
const ranges = (...all: readonly LogRange[]): Message =>
  ({ type: 'ranges', isReply: true, nonce: { high: 1, low: 2 }, ranges: all });
const wantsAll: Message = ranges({ type: 'list', upTo: lastLogName, marks: [] });
const logs = (count: number): KnownLog[] => Array.from({ length: count }, (_, author) => ({ author, last: 1 }));

/** A node that knows one batch. */
function withOneBatch(options: ConstructorParameters<typeof TestGossip>[0] = {}): TestGossip {
  const gossip = new TestGossip({ neighbors: 9, ...options });
  gossip.take(9, 1, 1, { nowMs: 100 });
  gossip.effects.clear();
  return gossip;
}

describe('GOS36: a neighbor is answered three times from one of our rounds to the next', () => {
  it.each([['frontiers', question], ['ranges', wantsAll]])('%s, whatever it asks beyond; that is counted', (_what, message) => {
    const gossip = withOneBatch();
    for (let i = 0; i < 5; i++) gossip.hear(5, message);
    expect(gossip.batchesTo(5)).toEqual(['1:1', '1:1', '1:1']);
    expect(gossip.facts).toEqual(['question from 5', 'question from 5']);
    gossip.timer({ type: 'start-round' });
    for (let i = 0; i < 5; i++) gossip.hear(5, message);
    expect(gossip.batchesTo(5).length).toBe(6);
  });

  it('each neighbor for itself, and those without a row together', () => {
    const gossip = withOneBatch({ linksMax: 2 });
    for (const peer of [9, 2, 3, 4, 5]) for (let i = 0; i < 4; i++) gossip.hear(peer, question);
    expect([9, 2, 3, 4, 5].map((peer) => gossip.batchesTo(peer).length)).toEqual([3, 3, 3, 0, 0]);
  });

  it('who is no neighbor gets none', () => {
    const gossip = withOneBatch();
    gossip.hear(77, wantsAll);
    expect(gossip.effects.sent).toEqual([]);
    expect(gossip.facts).toEqual(['question from 77']);
  });

  it.each([['ranges', 0, 0], ['ranges', 0.25, 0], ['frontiers', 0.25, 1_024]])(
    'which no honest node exceeds: 60 nodes compare by %s, and lose a share of %s of all messages', (_what, loss, frontierLogsMax) => {
      const heard = { ignored: 0 };
      const overlay = new Overlay({
        seed: 3, loss, links: randomOverlay(60, 8, 3), options: { frontierLogsMax }, observer: { questionIgnored: () => heard.ignored++ },
      });
      for (let i = 0; i < 150; i++) {
        overlay.write((i * 13 + 5) % 60);
        overlay.run(20);
      }
      overlay.runUntil(() => overlay.isEqual, 10_000);
      expect(overlay.sent.get(frontierLogsMax === 0 ? 'ranges' : 'frontier')).toBeGreaterThan(500);
      expect(heard.ignored).toBe(0);
    });

  it('an eager link stays eager, however often it was answered', () => {
    const gossip = withOneBatch({ neighbors: 1 });
    gossip.timer({ type: 'flush-outbox' });
    for (let i = 0; i < 9; i++) gossip.hear(1, question);
    gossip.effects.clear();
    gossip.timer({ type: 'start-round' });
    gossip.take(9, 1, 2, { nowMs: 2_000 });
    gossip.timer({ type: 'flush-outbox' }, 2_002);
    expect(gossip.batchesTo(1)).toEqual(['1:2']);
  });
});

const few = fc.nat(3);
const mark: fc.Arbitrary<LogMark> = fc.record({
  tagHigh: fc.oneof(few, fc.nat(0xffff_ffff)), tagLow: few, epoch: few.map((value) => value as Epoch),
  sequence: fc.oneof(few, fc.constant(2 ** 48 - 1)).map((value) => value as Sequence),
});
/** Ranges in order, of a mark each. */
const inOrder: fc.Arbitrary<LogRange[]> = fc
  .array(fc.record({ mark, type: fc.constantFrom('done', 'compare', 'list', 'want'), fingerprint: fc.record({ high: few, low: few }) }), { maxLength: 12 })
  .map((drawn) => drawn
    .toSorted((one, other) => compareLogNames(one.mark, other.mark))
    .filter(({ mark: at }, index, all) => index === 0 || compareLogNames(all[index - 1]?.mark ?? at, at) < 0)
    .map(({ mark: { sequence, ...upTo }, type, fingerprint }) => ({ type, upTo, fingerprint, marks: [{ ...upTo, sequence }] }) as LogRange));

describe('GOS37: whatever ranges a neighbor makes up, it gets no batch twice and an answer in order', () => {
  it('for any ranges that are in order', () => {
    fc.assert(fc.property(fc.nat(400), inOrder, (count, heard) => {
      const station = new Station(logs(count), {}, false, 1);
      station.hear(ranges(...heard));
      const batches = station.sent.flatMap((message) => (message.type === 'batch' ? [message.header.author] : []));
      expect(new Set(batches).size).toBe(batches.length);
      const answers = station.takeSent('ranges');
      expect(decodeFrame(encodeFrame(answers, station), station)).toEqual({ type: 'messages', messages: answers });
    }));
  });

  it('who splits for ever is followed for ever at no more than the rate, and never told more than there is', () => {
    const station = new Station(logs(2_000), {}, false, 1);
    const unequal: LogRange = { type: 'compare', upTo: lastLogName, fingerprint: { high: 0, low: 1 } };
    for (let i = 0; i < 20; i++) station.hear(ranges(unequal));
    const answers = station.takeSent('ranges');
    expect(answers.map((answer) => answer.type === 'ranges' && answer.ranges.length)).toEqual([16, 16, 16]);
    expect(station.ignored).toBe(17);
  });

  it('more ranges than a message holds are left to the next exchange', () => {
    const station = new Station(logs(8_192), {}, false, 1);
    const slices = Array.from({ length: rangesPerMessageMax }, (_, at): LogRange => ({
      type: 'compare', upTo: { tagHigh: (at + 1) * (2 ** 32 / rangesPerMessageMax) - 1, tagLow: 0, epoch: 0 as Epoch },
      // Every other one is unequal, also where it is empty.
      fingerprint: at % 2 === 0 ? { high: 7, low: 7 } : { high: 0, low: 0 },
    }));
    station.hear(ranges(...slices));
    const [answer] = station.takeSent('ranges');
    expect(answer?.type === 'ranges' && answer.ranges.length).toBeLessThanOrEqual(rangesPerMessageMax);
  });

  it('a neighbor that says it knows more than there is gets nothing, and costs the others nothing', () => {
    const pair = new Pair(logs(1_500), logs(1_500).slice(3));
    pair.here.hear(ranges({ type: 'want', upTo: lastLogName, marks: [{ ...lastLogName, sequence: 5 as Sequence }] }));
    expect(pair.here.takeSent('batch')).toEqual([]);
    expect(pair.reconcile().batches).toBe(3);
  });
});
