/** Direct messages between living nodes and strangers: who hears what, what ends a request, and that nobody answers for another. */
import { directBytesMax, directDeadlineMsMax, millis, type DirectMessage, type PeerId } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { IncomingRequest } from './direct-desk.ts';
import { errandsMax } from './direct-errands.ts';
import type { NodeErrorCode } from './errors.ts';
import type { MeshNode } from './public-node.ts';
import { eventsOf, World, type Stranger } from './world.test.support.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Two linked nodes. */
async function pair(world: World): Promise<{ node: MeshNode; other: MeshNode }> {
  const node = await world.node();
  const other = await world.node({ bootstrap: node.addresses });
  await world.until(() => node.status().links.memory === 1 && other.status().links.memory === 1, 'they are linked');
  return { node, other };
}

async function expectFailure(world: World, promise: Promise<unknown>, code: NodeErrorCode): Promise<void> {
  // Whoever awaits it later still hears of it.
  promise.catch(() => undefined);
  await expect(world.resolved(promise)).rejects.toMatchObject({ name: 'NodeError', code });
}

/** What a stranger was told directly. */
const direct = (stranger: Stranger): DirectMessage[] => stranger.heard().filter((message) => message.type === 'direct');
const requestsTo = (stranger: Stranger): number[] => direct(stranger).flatMap((each) => (each.kind === 'request' ? [each.id] : []));

describe('a note', () => {
  it('DIR1: is heard by the one it is for, with the sender that the link proves, and by nobody else', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const third = await world.node({ bootstrap: node.addresses });
    await world.until(() => third.members().length === 3, 'all know each other');
    const seen = [node, other, third].map(eventsOf);
    await world.resolved(node.send(other.id, 'hello'));
    await world.pass(1_000);
    const notes = seen.map((events) => events.filter(({ type }) => type === 'direct-message'));
    expect(notes).toEqual([[], [{ type: 'direct-message', from: node.id, payload: new TextEncoder().encode('hello') }], []]);
  });

  it('DIR6: follows the notes before it, and keeps what it said when the caller changes its bytes', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const heard: number[] = [];
    other.on('direct-message', ({ payload }) => heard.push(payload[0] ?? -1));
    const payload = new Uint8Array(1);
    const sent = [0, 1, 2, 3, 4].map((value) => {
      payload[0] = value;
      return node.send(other.id, payload);
    });
    await world.resolved(Promise.all(sent));
    await world.pass(100);
    expect(heard).toEqual([0, 1, 2, 3, 4]);
  });

  it('to ourselves is heard as any other, without a link', async () => {
    await using world = new World();
    const node = await world.node();
    const heard: string[] = [];
    node.on('direct-message', ({ from, payload }) => heard.push(`${from === node.id} ${text(payload)}`));
    node.onRequest(({ payload }) => `re: ${text(payload)}`);
    await world.resolved(node.send(node.id, 'note'));
    expect(text(await world.resolved(node.request(node.id, 'question')))).toBe('re: question');
    expect(heard).toEqual(['true note']);
  });

  it('of a banned peer is not heard', async () => {
    await using world = new World();
    const node = await world.node();
    const seen = eventsOf(node);
    const stranger = await world.stranger();
    await stranger.join(node);
    stranger.send({ type: 'direct', kind: 'note', payload: Uint8Array.of(1) });
    stranger.sendBytes(Uint8Array.of(stranger.hello()[0] ?? 0, 255));
    stranger.send({ type: 'direct', kind: 'note', payload: Uint8Array.of(2) });
    await world.pass(100);
    await stranger.visit(node);
    stranger.send({ type: 'direct', kind: 'note', payload: Uint8Array.of(3) });
    await world.pass(100);
    expect(seen.flatMap((event) => (event.type === 'direct-message' ? [...event.payload] : []))).toEqual([1]);
    expect(stranger.downs).toHaveLength(2);
    await expectFailure(world, node.send(stranger.identity.peer, 'x'), 'unreachable');
  });
});

describe('a request', () => {
  it('DIR2: resolves with what the handler gives, at once or later, text or bytes', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const end = other.onRequest(({ from, payload }) => `${text(payload)} from ${from === node.id ? 'you' : 'whom?'}`);
    expect(text(await world.resolved(node.request(other.id, 'a question')))).toBe('a question from you');
    end();
    other.onRequest(async ({ payload }) => Promise.resolve(payload.toReversed()));
    expect(await world.resolved(node.request(other.id, Uint8Array.of(1, 2, 3)))).toEqual(Uint8Array.of(3, 2, 1));
  });

  it('DIR3: is settled by whom it was put to and nobody else, whatever id the other names', async () => {
    await using world = new World();
    const node = await world.node();
    const [asked, liar] = [await world.stranger(), await world.stranger()];
    await asked.join(node);
    await liar.join(node);
    const answer = node.request(asked.identity.peer, 'who?');
    await world.pass(50);
    const [id = -1] = requestsTo(asked);
    expect(requestsTo(liar)).toEqual([]);
    liar.send({ type: 'direct', kind: 'answer', id, payload: Uint8Array.of(6) }, { type: 'direct', kind: 'refusal', id, reason: 'busy' });
    await world.pass(50);
    expect(node.status().counters['direct.stray-answer']).toBe(2);
    asked.send({ type: 'direct', kind: 'answer', id, payload: Uint8Array.of(7) });
    expect(await world.resolved(answer)).toEqual(Uint8Array.of(7));
  });

  it('DIR3: is not settled twice, nor by an answer that comes too late', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    const answer = (): void => stranger.send({ type: 'direct', kind: 'answer', id: requestsTo(stranger).at(-1) ?? -1, payload: Uint8Array.of(1) });
    const late = node.request(stranger.identity.peer, 'x', { deadlineMs: 300 });
    await expectFailure(world, late, 'deadline-exceeded');
    answer();
    const first = node.request(stranger.identity.peer, 'y');
    await world.pass(50);
    answer();
    answer();
    expect(await world.resolved(first)).toEqual(Uint8Array.of(1));
    await world.pass(50);
    expect(node.status().counters['direct.stray-answer']).toBe(2);
  });

  it('DIR4: ends at its deadline, not before, and tells the handler that nobody waits any more', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const requests: IncomingRequest[] = [];
    other.onRequest((request) => {
      requests.push(request);
      return new Promise(() => undefined);
    });
    let isOver = false;
    const answer = node.request(other.id, 'x', { deadlineMs: 700 }).finally(() => (isOver = true));
    answer.catch(() => undefined);
    await world.pass(690);
    expect([isOver, requests[0]?.signal.aborted]).toEqual([false, false]);
    await world.pass(30);
    expect([isOver, requests[0]?.signal.aborted]).toEqual([true, true]);
    await expectFailure(world, answer, 'deadline-exceeded');
  });

  it('DIR4: ends with the caller\'s signal, at once', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    other.onRequest(() => new Promise(() => undefined));
    const ending = new AbortController();
    const answer = node.request(other.id, 'x', { signal: ending.signal });
    await world.pass(10);
    ending.abort(new Error('the user left'));
    await expectFailure(world, answer, 'aborted');
    await expect(answer).rejects.toMatchObject({ cause: { message: 'the user left' } });
    await expectFailure(world, node.send(other.id, 'x', { signal: ending.signal }), 'aborted');
  });

  it('to one who takes none is refused at once, until it takes some', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    await expectFailure(world, node.request(other.id, 'x'), 'no-handler');
    const end = other.onRequest(() => 'y');
    expect(() => other.onRequest(() => 'z')).toThrowError(expect.objectContaining({ code: 'handler-exists' }));
    expect(text(await world.resolved(node.request(other.id, 'x')))).toBe('y');
    end();
    await expectFailure(world, node.request(other.id, 'x'), 'no-handler');
  });

  it.each([
    ['throws', (): never => { throw new Error('my secret'); }, 'my secret'],
    ['rejects', (): Promise<string> => Promise.reject(new Error('my secret')), 'my secret'],
    ['gives too much', (): Uint8Array => new Uint8Array(directBytesMax + 1), 'exceeds'],
  ])('DIR5: fails where the handler %s, which is told there and not here', async (_what, handler, told) => {
    await using world = new World();
    const { node, other } = await pair(world);
    const seen = eventsOf(other);
    other.onRequest(handler);
    const answer = node.request(other.id, 'x');
    await expectFailure(world, answer, 'handler-failed');
    await expect(answer).rejects.not.toThrow('my secret');
    expect(seen).toContainEqual({ type: 'warning', reason: expect.stringContaining(told) });
  });

  it('DIR7: beyond 64 at work for one member hears `busy`, and others are served all the same', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const third = await world.node({ bootstrap: other.addresses });
    await world.until(() => third.members().length === 3, 'all know each other');
    const answers: (() => void)[] = [];
    other.onRequest(() => new Promise((resolve) => answers.push(() => resolve('done'))));
    const requests = Array.from({ length: 65 }, () => node.request(other.id, 'x', { deadlineMs: 60_000 }));
    const fromThird = third.request(other.id, 'x', { deadlineMs: 60_000 });
    await expectFailure(world, requests[64] as Promise<unknown>, 'busy');
    await world.until(() => answers.length === 65, 'the rest is at work');
    for (const answer of answers) answer();
    expect(await world.resolved(Promise.all([...requests.slice(0, 64), fromThird]))).toHaveLength(65);
    const again = node.request(other.id, 'x');
    await world.pass(50);
    answers.at(-1)?.();
    expect(text(await world.resolved(again))).toBe('done');
  });

  it('DIR8: fails when its peer dies, as one that may have been handled', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    const answer = node.request(stranger.identity.peer, 'x', { deadlineMs: 60_000 });
    await world.pass(50);
    expect(requestsTo(stranger)).toHaveLength(1);
    stranger.link?.close();
    await expectFailure(world, answer, 'unreachable');
  });

  it('tells its handler when the one who asked is gone', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const signals: AbortSignal[] = [];
    other.onRequest(({ signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
    });
    const seen = eventsOf(other);
    node.request(other.id, 'x').catch(() => undefined);
    await world.pass(50);
    await world.resolved(node.close());
    await world.until(() => signals[0]?.aborted === true, 'the signal ends');
    await world.pass(50);
    expect(seen.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(other.status().counters['direct.unwanted-answer']).toBe(1);
  });
});

describe('what a node does not send', () => {
  it('DIR9: one byte more than 256 KiB; that many arrive', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    other.onRequest(({ payload }) => payload);
    const largest = new Uint8Array(directBytesMax).fill(7);
    expect(await world.resolved(node.request(other.id, largest))).toEqual(largest);
    const tooLarge = new Uint8Array(directBytesMax + 1);
    await expectFailure(world, node.request(other.id, tooLarge), 'payload-too-large');
    await expectFailure(world, node.send(other.id, tooLarge), 'payload-too-large');
  });

  it('DIR9: and one that receives it bans the sender', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    stranger.send({ type: 'direct', kind: 'note', payload: new Uint8Array(directBytesMax + 1) });
    await world.pass(100);
    expect(node.status().counters['offence.malformed-frame']).toBe(1);
  });

  it('anything for somebody unknown, with a deadline that is none, or after the end', async () => {
    await using world = new World();
    const { node, other } = await pair(world);
    const nobody = (await world.stranger()).identity.peer;
    await expectFailure(world, node.send(nobody, 'x'), 'unknown-peer');
    await expectFailure(world, node.request('no id' as PeerId, 'x'), 'unknown-peer');
    for (const deadlineMs of [0, 1.5, -1, Number.NaN, directDeadlineMsMax + 1]) {
      await expect(node.request(other.id, 'x', { deadlineMs })).rejects.toMatchObject({ code: 'invalid-options' });
    }
    other.onRequest(() => new Promise(() => undefined));
    const unsettled = node.request(other.id, 'x');
    await world.pass(10);
    const closing = node.close();
    await expectFailure(world, unsettled, 'closed');
    await expectFailure(world, node.send(other.id, 'x'), 'closed');
    await world.resolved(closing);
  });

  it('DIR7: more than 1,024 that nobody has settled', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    const ask = (): Promise<Uint8Array> => node.request(stranger.identity.peer, '', { deadlineMs: 1_000 });
    const all = Promise.allSettled(Array.from({ length: errandsMax }, ask));
    await expectFailure(world, ask(), 'busy');
    const codes = (await world.resolved(all)).map((each) => (each.status === 'rejected' ? each.reason.code : 'answered'));
    expect(new Set(codes)).toEqual(new Set(['deadline-exceeded']));
    const next = ask();
    await world.pass(50);
    stranger.send({ type: 'direct', kind: 'answer', id: requestsTo(stranger).at(-1) ?? -1, payload: Uint8Array.of(1) });
    expect(await world.resolved(next)).toEqual(Uint8Array.of(1));
  });
});

describe('a request as it travels', () => {
  it('says how long its asker waits, and has an id that is not the last one\'s of another process', async () => {
    await using world = new World();
    const ids: number[] = [];
    for (let i = 0; i < 2; i++) {
      const node = await world.node();
      const stranger = await world.stranger();
      await stranger.join(node);
      node.request(stranger.identity.peer, 'x', { deadlineMs: 1_000 }).catch(() => undefined);
      await world.pass(50);
      const [request] = direct(stranger);
      expect(request).toMatchObject({ kind: 'request', deadlineMs: millis(1_000), payload: Uint8Array.of(120) });
      ids.push(...requestsTo(stranger));
    }
    expect(new Set(ids).size).toBe(2);
  });
});
