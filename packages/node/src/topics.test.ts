/** Messages on topics between real nodes in memory: who is told what, how often, and what is kept of it. */
import {
  encodeMessages, messageBytesMax, messageLogOf, noOrigin, topicBytesMax, type BatchEnvelope, type MessageUpdate,
} from '@murmuration/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { TopicMessage } from './events.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNode, Subscription } from './public-node.ts';
import { agree, countingScheme, eventsOf, World, type Stranger } from './world.test.support.ts';

type Epoch = BatchEnvelope['epoch'];
type Sequence = BatchEnvelope['firstSequence'];
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What a subscription reads, as it comes. */
function readAll(subscription: Subscription): TopicMessage[] {
  const read: TopicMessage[] = [];
  void (async () => {
    for await (const message of subscription) read.push(message);
  })();
  return read;
}

const textsOf = (messages: readonly TopicMessage[]): string[] => messages.map(({ payload }) => text(payload));

async function pair(world: World, ...options: Parameters<World['node']>): Promise<[MeshNode, MeshNode]> {
  const one = await world.node();
  const other = await world.node({ ...options[0], bootstrap: one.addresses });
  await world.until(() => one.status().links.memory === 1 && agree(one, other), 'they meet');
  return [one, other];
}

/** A batch of a stranger's message log. */
function said(stranger: Stranger, texts: readonly string[], draft: Partial<BatchEnvelope> = {}): Uint8Array {
  const messages = texts.map((each): MessageUpdate => ({ type: 'message', topic: 'sky', origin: noOrigin, payload: new TextEncoder().encode(each) }));
  return stranger.batch({ epoch: messageLogOf(1 as Epoch), count: texts.length, payload: encodeMessages(messages), ...draft });
}

describe('a message', () => {
  it('is told to whoever follows its topic, and not to its author', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const [sky, sea, own] = [readAll(bob.subscribe('sky')), readAll(bob.subscribe('sea')), readAll(alice.subscribe('sky'))];
    await world.resolved(alice.broadcast('sky', 'clear'));
    await world.until(() => sky.length === 1, 'it is told');
    expect(sky).toEqual([{
      topic: 'sky', author: alice.id, payload: Uint8Array.from(Buffer.from('clear')), origin: new Uint8Array(0),
      sequence: 1, epoch: alice.status().epoch,
    }]);
    await world.pass(1_000);
    expect([sky.length, sea.length, own.length]).toEqual([1, 0, 0]);
  });

  it('BRI1: that a bridge brought in is told to the node of the bridge, too; a bridge hears what the node itself says', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    if (!(alice instanceof LivingNode)) throw new Error('of another kind');
    const [own, others, tapped]: [TopicMessage[], TopicMessage[], TopicMessage[]] = [readAll(alice.subscribe('sky')), readAll(bob.subscribe('sky')), []];
    const end = alice.bridgePort.tap(new Set(['sky']), (message) => tapped.push(message));
    const foreign: Omit<MessageUpdate, 'type'> = { topic: 'sky', payload: Uint8Array.of(1), origin: Uint8Array.of(7) };
    await world.resolved(Promise.all([alice.broadcast('sky', 'ours'), alice.bridgePort.say(foreign), alice.broadcast('sea', 'calm')]));
    await world.resolved(bob.broadcast('sky', 'theirs'));
    await world.until(() => own.length === 2 && others.length === 2 && tapped.length === 3, 'it is told');
    expect(own[0]).toMatchObject({ author: alice.id, origin: foreign.origin, sequence: 2 });
    expect(own[1]).toMatchObject({ author: bob.id });
    expect(tapped.map(({ author, sequence }) => [author, sequence])).toEqual([[alice.id, 1], [alice.id, 2], [bob.id, 1]]);
    end();
    await world.resolved(bob.broadcast('sky', 'unheard'));
    await world.until(() => own.length === 3, 'it is told');
    expect(tapped.length).toBe(3);
  });

  it('is copied when it is said, and when it is told', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const sky = readAll(bob.subscribe('sky'));
    const payload = Buffer.from('clear');
    const saying = alice.broadcast('sky', payload);
    payload.fill(0);
    await world.resolved(saying);
    await world.until(() => sky.length === 1, 'it is told');
    expect(textsOf(sky)).toEqual(['clear']);
    sky[0]?.payload.fill(0);
    const carol = await world.node({ bootstrap: bob.addresses });
    const late = readAll(carol.subscribe('sky'));
    await world.until(() => late.length === 1, 'who comes within its time is told');
    expect(textsOf(late)).toEqual(['clear']);
  });

  it('is no part of the state, of the disk, or of the events that are read', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const events = eventsOf(bob);
    const listener = vi.fn();
    bob.on('message', listener);
    const [hash, { batches }] = [bob.stateHash(), bob.status()];
    await world.resolved(alice.broadcast('sky', 'clear'));
    await world.until(() => listener.mock.calls.length > 0, 'listeners are told');
    expect(listener.mock.calls).toMatchObject([[{ topic: 'sky', author: alice.id, sequence: 1 }]]);
    expect(events.filter(({ type }) => type !== 'converged')).toEqual([]);
    expect([bob.stateHash(), bob.status().batches]).toEqual([hash, batches]);
    expect(bob.status().messages).toMatchObject({ sent: 0, received: 1, keptBatches: 1 });
    expect(alice.status().messages).toMatchObject({ sent: 1, received: 0, keptBatches: 1 });
  });

  it.each([
    ['an empty topic', '', ''],
    ['a topic that is too long', 't'.repeat(topicBytesMax + 1), ''],
    ['a topic with half a character', '\ud800', ''],
    ['a payload that is too long', 't', 'x'.repeat(messageBytesMax + 1)],
  ])('of %s is refused, and nothing is said', async (_what, topic, payload) => {
    await using world = new World();
    const node = await world.node();
    await expect(node.broadcast(topic, payload)).rejects.toMatchObject({ code: 'invalid-write' });
    if (payload === '') expect(() => node.subscribe(topic)).toThrow(/a topic is well-formed/);
    expect(node.status().messages.sent).toBe(0);
  });
});

describe('a node without room for messages', () => {
  it('says so where it would say something, and leaves others\' out', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world, { messages: { headBytesMax: 1_000 as never } });
    await expect(world.resolved(bob.broadcast('sky', 'clear'))).rejects.toMatchObject({ code: 'state-full' });
    await world.resolved(alice.broadcast('sky', 'clear'));
    await world.until(() => (bob.status().counters['ignored.frontier-full'] ?? 0) > 0, 'it is left out');
    expect(bob.status().messages).toEqual({ sent: 0, received: 0, keptBatches: 0, keptBytes: 0 });
  });
});

describe('messages said quickly', () => {
  it('share batches: the first goes at once, and what follows within 10 ms goes together, in order', async () => {
    await using world = new World();
    const scheme = countingScheme();
    const [alice, bob] = await pair(world, { scheme });
    const sky = readAll(bob.subscribe('sky'));
    const verified = scheme.verified();
    const saying: Promise<void>[] = [];
    for (let i = 0; i < 60; i++) {
      saying.push(alice.broadcast('sky', `${i}`));
      if (i % 10 === 9) await world.pass(1);
    }
    await world.resolved(Promise.all(saying));
    await world.until(() => sky.length === 60, 'all are told');
    expect(textsOf(sky)).toEqual(Array.from({ length: 60 }, (_, i) => `${i}`));
    expect(scheme.verified() - verified).toBe(2);
  });

  it('that are more than a batch holds go in several', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const sky = readAll(bob.subscribe('sky'));
    await world.resolved(Promise.all(Array.from({ length: 10 }, () => alice.broadcast('sky', new Uint8Array(messageBytesMax)))));
    await world.until(() => sky.length === 10, 'all are told');
    expect(sky.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(alice.status().messages.keptBatches).toBe(2);
  });

  it('before the end are still sent; after it a subscription ends, and nothing is taken', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const sky = readAll(bob.subscribe('sky'));
    const saying = Promise.all([alice.broadcast('sky', 'last'), alice.broadcast('sky', 'words')]);
    const own = alice.subscribe('sky');
    const closing = alice.close();
    await expect(alice.broadcast('sky', 'too late')).rejects.toMatchObject({ code: 'closed' });
    await world.resolved(Promise.all([saying, closing]));
    await world.until(() => sky.length === 2, 'they are told');
    expect(await own.next()).toEqual({ done: true, value: undefined });
    expect(await alice.subscribe('sky').next()).toEqual({ done: true, value: undefined });
  });
});

describe('a subscription', () => {
  it('that is slow loses the oldest, which is counted', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world, { eventQueueMax: 3 });
    const slow = bob.subscribe('sky');
    const quick = readAll(bob.subscribe('sky'));
    await world.resolved(Promise.all(['1', '2', '3', '4', '5'].map((each) => alice.broadcast('sky', each))));
    await world.until(() => quick.length >= 3, 'they are told');
    const first = await slow.next();
    expect(first.done === true || text(first.value.payload)).toBe('3');
    expect(bob.status().counters['messages-dropped']).toBeGreaterThanOrEqual(2);
  });

  it('ends with `return` and with its scope, and its topic is followed no more', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const listener = vi.fn();
    bob.on('message', listener);
    const returned = bob.subscribe('sky');
    await returned.return?.();
    let left: Subscription | undefined;
    {
      await using scoped = bob.subscribe('sky');
      left = scoped;
    }
    await world.resolved(alice.broadcast('sky', 'clear'));
    await world.until(() => listener.mock.calls.length === 1, 'it is told to others');
    expect([await returned.next(), await left.next()].map(({ done }) => done)).toEqual([true, true]);
  });
});

describe('the log of messages of a stranger', () => {
  it('STA14: may hold nothing else: its bringer is banned, as for messages in a log of the state', async () => {
    for (const draft of [
      (stranger: Stranger) => stranger.batch({ epoch: messageLogOf(1 as Epoch) }),
      (stranger: Stranger) => said(stranger, ['clear'], { epoch: 1 as Epoch }),
    ]) {
      await using world = new World();
      const node = await world.node();
      const stranger = await world.stranger();
      await stranger.join(node);
      stranger.sendBatches(draft(stranger));
      await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
      expect(node.status().counters['offence.malformed-batch']).toBe(1);
    }
  });

  it('GOS21: moves over a gap by a batch that is signed, never by a claim of its place alone', async () => {
    await using world = new World();
    const node = await world.node();
    const [stranger, forger] = [await world.stranger(), await world.stranger()];
    await stranger.join(node);
    const sky = readAll(node.subscribe('sky'));
    stranger.sendBatches(said(stranger, ['one']));
    await world.until(() => sky.length === 1, 'the first is told');
    const forged = said(stranger, ['false'], { firstSequence: 900 as Sequence, signedBy: forger.identity } as object);
    await forger.join(node);
    forger.sendPlaced('first-kept', forged);
    await world.until(() => forger.downs.length === 1, 'the forger is sent away');
    stranger.sendPlaced('first-kept', said(stranger, ['nine'], { firstSequence: 9 as Sequence }));
    stranger.sendPlaced('past', said(stranger, ['twenty'], { firstSequence: 20 as Sequence }));
    stranger.sendPlaced('first-kept', said(stranger, ['thirty'], { firstSequence: 30 as Sequence }));
    await world.until(() => sky.length === 3, 'what is kept is told');
    expect(textsOf(sky)).toEqual(['one', 'nine', 'thirty']);
    expect(node.status().counters).toMatchObject({ 'messages-skipped': 7 + 10 + 9, 'offence.invalid-signature': 1 });
  });

  it('GOS21: a log of the state is never moved so', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    for (const place of ['first-kept', 'past'] as const) stranger.sendPlaced(place, stranger.batch({ firstSequence: 2 as Sequence }));
    await world.until(() => node.status().counters['ignored.gap'] === 2, 'both are left out');
    expect(node.get(stranger.identity.peer, 'k')).toBeUndefined();
  });

  it('of our own key and start means that a copy of us is at work', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    const copy = world.identityOf(node);
    const told: number[] = [];
    node.on('identity-cloned', ({ epoch }) => told.push(epoch));
    const { epoch } = node.status();
    const draft = { author: copy.publicKey, signedBy: copy } as object;
    stranger.sendBatches(said(stranger, ['before'], { ...draft, epoch: messageLogOf((epoch - 1) as Epoch) }));
    await world.pass(50);
    expect(told).toEqual([]);
    stranger.sendBatches(said(stranger, ['now'], { ...draft, epoch: messageLogOf(epoch as Epoch) }));
    await world.until(() => told.length > 0, 'it is told');
    expect(told).toEqual([epoch]);
    await expect(node.broadcast('sky', 'clear')).rejects.toMatchObject({ code: 'identity-cloned' });
  });
});

describe('STA18: what was kept long enough', () => {
  it('is let go with its bytes, but for the newest batch, and newcomers are told nothing of it', async () => {
    await using world = new World();
    const { topics, logs, sideStore, loop, epoch } = await world.parts();
    topics.start();
    for (const payload of [Uint8Array.of(1), Uint8Array.of(2)]) {
      await world.resolved(topics.broadcast({ topic: 'sky', payload, origin: Uint8Array.of(7) }));
    }
    const self = 0 as never;
    const log = messageLogOf(epoch);
    const [one, two] = [0, 1].map((sequence) => logs.batchAfter(self, self, log, sequence as Sequence));
    expect([one?.place, two?.place]).toEqual(['next', 'next']);
    await world.pass(32_000);
    expect(logs.batchAfter(self, self, log, 0 as Sequence)).toMatchObject({ handle: two?.handle, place: 'past' });
    expect([one, two].map((batch) => batch && sideStore.get(batch.handle) !== undefined)).toEqual([false, true]);
    expect(topics.counts()).toMatchObject({ sent: 2, keptBatches: 1 });
    loop.stop();
  });
});
