/** What is different about logs of messages: they may be trimmed, and go on over what nobody keeps. */
import { messageLogOf, offTreeHops, type BatchMessage, type BatchPlace, type Epoch } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { entry, node, TestGossip, type BatchShape } from './gossip.test.support.ts';

const epoch: number = messageLogOf(1 as Epoch);

function said(gossip: TestGossip, first: number, { place = 'next', hops = offTreeHops }: BatchShape = {}): void {
  gossip.take(1, 3, first, { epoch, place, hops });
}

const placesTo = (gossip: TestGossip, peer: number): string[] => gossip.effects.sent.flatMap(({ to, message }) =>
  to === peer && message.type === 'batch' ? [`${message.place} ${message.header.firstSequence}`] : []);

/** Neighbors 1 to 3, of which 1 and 2 are eager. */
function linked(): TestGossip {
  const gossip = new TestGossip({ neighbors: 3, eagerMax: 2 });
  gossip.timer({ type: 'start-round' });
  gossip.effects.clear();
  return gossip;
}

/** As a source says of a batch below which it keeps nothing. */
function trimBelow(gossip: TestGossip, first: number, place: BatchPlace): void {
  const { all } = gossip.batches;
  const at = all.findIndex(({ header }) => header.firstSequence === first);
  all[at] = { ...(all[at] as BatchMessage), place };
  for (let i = 0; i < at; i++) delete all[i];
  Object.assign(gossip.batches, { batchAfter: () => all[at] });
}

describe('GOS22: what is skipped is reported', () => {
  it('once, by how many messages of whom; the log goes on behind it', () => {
    const gossip = linked();
    said(gossip, 1);
    said(gossip, 9);
    said(gossip, 9, { place: 'first-kept' });
    said(gossip, 10);
    expect(gossip.facts).toEqual(['gap from 1', '7 of 3 skipped']);
    expect(gossip.gossip.frontier(node)).toEqual([entry(3, 10, epoch)]);
    expect(gossip.effects.events.map((event) => event.type === 'batch-accepted' && event.batch.header.firstSequence)).toEqual([1, 9, 10]);
  });

  it('but nothing is missed of a log that is new to us', () => {
    const gossip = linked();
    said(gossip, 500, { place: 'past' });
    expect(gossip.facts).toEqual([]);
    expect(gossip.gossip.frontier(node)).toEqual([entry(3, 500, epoch)]);
  });
});

describe('GOS26: what is asked for is given with its place, as the source says it', () => {
  it.each(['first-kept', 'past'] as const)('%s in answer to a frontier, and to a graft', (place) => {
    const gossip = linked();
    for (const first of [1, 2, 3]) said(gossip, first);
    trimBelow(gossip, 3, place);
    gossip.effects.clear();
    gossip.hear(2, { type: 'frontier', entries: [entry(3, 1, epoch)], isReply: true }, 9_000);
    gossip.hear(3, { type: 'graft', ids: [{ ...entry(3, 2, epoch), hops: 1 }] }, 9_000);
    expect([placesTo(gossip, 2), placesTo(gossip, 3)]).toEqual([[`${place} 3`], [`${place} 3`]]);
  });

  it.each([['next', 'next'], ['first-kept', 'next'], ['past', 'past']] as const)('along trees what came as %s goes as %s', (place, goes) => {
    const gossip = linked();
    said(gossip, 5, { place: place === 'next' ? 'first-kept' : place, hops: 2 });
    if (place === 'next') said(gossip, 6, { hops: 2 });
    gossip.timer({ type: 'flush-outbox' });
    expect(placesTo(gossip, 2).at(-1)).toBe(`${goes} ${place === 'next' ? 6 : 5}`);
  });

  it('a batch beyond the next is grafted from its bringer, whatever the log', () => {
    const gossip = linked();
    said(gossip, 1);
    said(gossip, 9, { hops: 2 });
    gossip.timer({ type: 'graft-missing' }, 1_100);
    expect(gossip.sentOf('graft')).toEqual([{ to: 1, message: { type: 'graft', ids: [{ ...entry(3, 2, epoch), hops: 254 }] } }]);
  });
});
