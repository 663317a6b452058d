/** Bounds that hold whatever an application or a neighbor does at once. */
import { encodeMessages, messageLogOf, noOrigin, type BatchEnvelope, type MessageUpdate } from '@murmuration/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { MeshNode, Subscription } from './public-node.ts';
import type { TopicMessage } from './events.ts';
import { agree, World, type Stranger } from './world.test.support.ts';

type Epoch = BatchEnvelope['epoch'];

function readAll(subscription: Subscription): TopicMessage[] {
  const read: TopicMessage[] = [];
  void (async () => {
    for await (const message of subscription) read.push(message);
  })();
  return read;
}

async function pair(world: World): Promise<[MeshNode, MeshNode]> {
  const one = await world.node();
  const other = await world.node({ bootstrap: one.addresses });
  await world.until(() => one.status().links.memory === 1 && agree(one, other), 'they meet');
  return [one, other];
}

function said(stranger: Stranger, payloadBytes: number, start: number): Uint8Array {
  const messages: MessageUpdate[] = [{ type: 'message', topic: 'noise', origin: noOrigin, payload: new Uint8Array(payloadBytes) }];
  return stranger.batch({ epoch: messageLogOf(start as Epoch), count: 1, payload: encodeMessages(messages) });
}

describe('GOS23: what is said at once', () => {
  it('in many small messages is heard whole by a reader who reads at once', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const heard = readAll(bob.subscribe('sky'));
    await world.resolved(Promise.all(Array.from({ length: 3_000 }, (_, i) => alice.broadcast('sky', `${i}`))));
    await world.pass(1_000);
    expect(heard.length).toBe(3_000);
  });

  it('in 200 messages of 64 KiB is sealed no faster than links take it, and all of it is heard', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const heard = readAll(bob.subscribe('sky'));
    await world.resolved(Promise.all(Array.from({ length: 200 }, (_, i) => alice.broadcast('sky', new Uint8Array(65_536).fill(i)))));
    await world.pass(5_000);
    expect(heard.map(({ payload }) => payload[0])).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('beyond half a second of batches is refused as busy, and what was taken is heard', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const heard = readAll(bob.subscribe('sky'));
    const settled = await world.resolved(Promise.allSettled(Array.from({ length: 600 }, () => alice.broadcast('sky', new Uint8Array(65_536)))));
    const refused = settled.filter((each) => each.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'busy' });
    await world.pass(10_000);
    expect(heard.length).toBe(settled.length - refused.length);
  });

  it('STA17: the newest batches of an author with many starts leave the half minute of the others alone', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const stranger = await world.stranger();
    await stranger.join(alice);
    for (let start = 1; start <= 130; start++) {
      stranger.sendBatches(said(stranger, 64 * 1024, start));
      await world.pass(20);
    }
    const heard = readAll(bob.subscribe('sky'));
    const both = (does: 'cut' | 'mend'): void => {
      world.network[does](alice.id, bob.id);
      world.network[does](bob.id, alice.id);
    };
    await world.resolved(alice.broadcast('sky', 'before'));
    await world.pass(500);
    both('cut');
    for (let i = 0; i < 50; i++) {
      await world.resolved(alice.broadcast('sky', `${i}`));
      await world.pass(20);
    }
    both('mend');
    await world.pass(5_000);
    expect(heard.length).toBe(51);
  });
});

describe('what comes at once', () => {
  it('DIR14: a neighbor that parts and comes back again and again is answered about once', async () => {
    await using world = new World();
    const [alice] = await pair(world);
    const stranger = await world.stranger();
    await stranger.join(alice);
    await world.pass(1_000);
    const before = stranger.frames.length;
    const parting = { type: 'direct', kind: 'parting', isReply: false } as const;
    const ping = { type: 'ping', token: 1 } as const;
    stranger.send(...Array.from({ length: 500 }, () => [parting, ping]).flat());
    await world.pass(200);
    expect(stranger.frames.slice(before).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(100_000);
  });

  it('no timer is left after close, whatever a request handler does', async () => {
    const world = new World();
    const [alice, bob] = await pair(world);
    bob.onRequest(() => new Promise(() => undefined));
    const asked = alice.request(bob.id, 'x', { deadlineMs: 600_000 }).catch((error: unknown) => error);
    await world.pass(100);
    await world.resolved(Promise.all([alice.close(), bob.close()]));
    await asked;
    await world.pass(10_000);
    const timers = vi.getTimerCount();
    await world[Symbol.asyncDispose]();
    expect(timers).toBe(0);
  });

  it.each([[5], [undefined], [null], [{}]])('%s is no content of a message', async (content) => {
    await using world = new World();
    const alice = await world.node();
    await expect(alice.broadcast('sky', content as never)).rejects.toMatchObject({ code: 'invalid-write' });
    await expect(alice.send(alice.id, content as never)).rejects.toMatchObject({ code: 'invalid-write' });
  });
});
