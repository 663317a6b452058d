/** The end of a node: others hear of it, nothing that was written is lost, nothing is left behind. */
import { describe, expect, it, vi } from 'vitest';
import { createMeshNode } from './create-mesh-node.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNode } from './public-node.ts';
import { agree, eventsOf, textOf, World } from './world.test.support.ts';

async function pair(world: World): Promise<[MeshNode, MeshNode]> {
  const node = await world.node();
  const other = await world.node({ bootstrap: node.addresses });
  await world.until(() => agree(node, other) && other.status().links.memory === 1, 'they meet');
  return [node, other];
}

describe('close', () => {
  it('REG7: tells the others that the node left', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const seen = eventsOf(other);
    await world.resolved(node.close());
    await world.until(() => other.status().members.left === 1, 'the other knows');
    await world.pass(15_000);
    const kinds = seen.filter((event) => 'member' in event).map(({ type }) => type);
    expect(kinds).toEqual(['member-left']);
  });

  it('hands on what was written last, even in the same turn', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const receipt = node.set('last', 'words');
    await world.resolved(node.close());
    expect(await receipt).toMatchObject({ sequence: 2 });
    await world.until(() => textOf(other, node, 'last') === 'words', 'the last words arrive');
  });

  it('is idempotent, and the same for every caller', async () => {
    await using world = new World();
    const node = await world.node();
    const closing = node.close();
    expect(node.close()).toBe(closing);
    await world.resolved(closing);
    await node[Symbol.asyncDispose]();
  });

  it('refuses writes from then on, with a typed error', async () => {
    await using world = new World();
    const node = await world.node();
    const closing = node.close();
    await expect(node.set('k', 'v')).rejects.toMatchObject({ name: 'NodeError', code: 'closed' });
    await world.resolved(closing);
    await expect(node.setAll([])).rejects.toMatchObject({ code: 'closed' });
    await expect(node.editDocument('d', (doc) => doc.getMap('map').set('a', 1))).rejects.toMatchObject({ code: 'closed' });
    expect(node.get(node.id, 'k')).toBeUndefined();
  });

  it('leaves no timer behind', async () => {
    await using world = new World();
    const node = await world.node({ bootstrap: ['/memory/77'] });
    await world.pass(1_000);
    await world.resolved(node.close());
    // The memory network keeps a sweep and a dial of its own for a moment.
    await world.pass(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends every reader of events after what it has queued, later ones at once', async () => {
    await using world = new World();
    const node = await world.node();
    const events = node.events();
    await world.resolved(node.set('k', 'v'));
    await world.resolved(node.close());
    expect(await events.next()).toMatchObject({ value: { type: 'register-changed', key: 'k' } });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(await node.events().next()).toEqual({ done: true, value: undefined });
  });

  it('called by a listener in the middle of an event does what it does elsewhere', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const closing = new Promise<void>((resolve) => {
      node.on('register-changed', () => resolve(node.close()));
    });
    const fill = Array.from({ length: 20 }, (_, i) => [`k${i}`, new Uint8Array(16_384)] as const);
    const receipts = Promise.all([node.setAll(fill), node.setAll(fill), node.set('last', 'words')]);
    await world.resolved(closing);
    expect((await receipts).map(({ sequence }) => sequence)).toEqual([21, 41, 42]);
    await world.until(() => textOf(other, node, 'last') === 'words', 'the last words arrive');
    await world.until(() => other.status().members.left === 1, 'the other knows');
  });

  it('happens at the end of an `await using`', async () => {
    await using world = new World();
    const other = await world.node();
    {
      await using node = await world.node({ bootstrap: other.addresses });
      await world.until(() => agree(node, other) && other.status().links.memory === 1, 'they meet');
      // The disposal waits for frames to travel, and here time passes only when told to.
      void world.pass(50);
    }
    await world.until(() => other.status().members.left === 1, 'the other knows');
    expect(other.status().links.memory).toBe(0);
  });

  it('rejects where the last sync fails, and has closed all the same', async () => {
    await using world = new World();
    const parts = await world.parts({ log: { close: () => Promise.reject(new Error('the disk is gone')) } });
    const node = new LivingNode(parts);
    const events = node.events();
    await expect(world.resolved(node.close())).rejects.toThrow('the disk is gone');
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(parts.transport.localAddresses).toEqual([]);
  });
});

describe('a node that cannot start', () => {
  it('because its port is taken says so, and leaves nothing behind', async () => {
    await using world = new World();
    const { transport: taken } = await world.stranger();
    expect(taken.localAddresses[0]).toMatch(/^\/memory\/1\//);
    const starting = createMeshNode({ transport: ({ peer, publicKey }) => world.network.transport({ peer, publicKey, port: 1 }) });
    await expect(world.resolved(starting)).rejects.toMatchObject({ code: 'address-in-use' });
    await taken.stop();
    await world.pass(5_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('because its transport refuses its options says so', async () => {
    const refuse = (): never => {
      throw new RangeError('no such wire');
    };
    await expect(createMeshNode({ transport: refuse })).rejects.toThrow('no such wire');
  });
});
