/** Who is let in: the greeting decides, and nobody who fails it disturbs anybody else. */
import { beginFrame, encodeHello, noCertificate, protocolVersion } from '@murmuration/protocol';
import { describe, expect, it, vi } from 'vitest';
import { AddressBook } from './address-book.ts';
import type { MeshNode } from './public-node.ts';
import { agree, eventsOf, openNetwork, otherNetworkKey, textOf, World, type Stranger } from './world.test.support.ts';

/** Two linked nodes, and what the first one tells. */
async function pair(world: World): Promise<{ node: MeshNode; friend: MeshNode; seen: ReturnType<typeof eventsOf> }> {
  const node = await world.node();
  const seen = eventsOf(node);
  const friend = await world.node({ bootstrap: node.addresses });
  await world.until(() => node.status().links.memory === 1 && agree(node, friend), 'the friends meet');
  return { node, friend, seen };
}

async function expectUndisturbed(world: World, node: MeshNode, friend: MeshNode): Promise<void> {
  expect(node.status().links.memory).toBe(1);
  await world.resolved(friend.set('still', 'here'));
  await world.until(() => textOf(node, friend, 'still') === 'here', 'the friends still hear each other');
}

async function expectRefused(world: World, stranger: Stranger, node: MeshNode, reason: string): Promise<void> {
  await world.until(() => stranger.downs.length > 0, 'the stranger is sent away');
  expect(stranger.downs).toEqual(['closed-by-peer']);
  expect(node.status().counters[`refused.${reason}`]).toBe(1);
  expect(node.members().map(({ id }) => id)).not.toContain(stranger.identity.peer);
}

describe('a node of another network', () => {
  it('BYZ2: is refused on both sides, by an event and a counter that say why', async () => {
    await using world = new World();
    const { node, friend, seen } = await pair(world);
    const foreign = await world.node({ networkKey: otherNetworkKey, bootstrap: node.addresses });
    const seenByForeign = eventsOf(foreign);
    await world.until(() => (foreign.status().counters['refused.other-network'] ?? 0) > 0, 'the foreign node refuses');
    await world.until(() => (node.status().counters['refused.other-network'] ?? 0) > 0, 'the node refuses');
    expect(seen).toContainEqual({
      type: 'refused', peer: foreign.id, reason: expect.stringMatching(/belongs to another network: compare the network keys$/),
    });
    await world.until(() => seenByForeign.some((event) => event.type === 'refused' && event.peer === node.id), 'the foreign node tells');
    expect(foreign.members().map(({ id }) => id)).toEqual([foreign.id]);
    expect(node.members()).toHaveLength(2);
    await expectUndisturbed(world, node, friend);
  });

  it('is refused where one network is open and the other is not', async () => {
    await using world = new World();
    const { node, friend } = await pair(world);
    const openNode = await world.node({ networkKey: openNetwork });
    const open = await world.stranger({ key: openNetwork });
    await open.join(node);
    await expectRefused(world, open, node, 'other-network');
    const closed = await world.stranger();
    await closed.join(openNode);
    await expectRefused(world, closed, openNode, 'other-network');
    await open.join(openNode);
    expect(openNode.status()).toMatchObject({ isOpenNetwork: true, links: { memory: 1 } });
    await expectUndisturbed(world, node, friend);
  });

  it('knocks less and less often', async () => {
    await using world = new World();
    const { node } = await pair(world);
    await world.node({ networkKey: otherNetworkKey, bootstrap: node.addresses });
    await world.pass(60_000);
    const inTheFirstMinute = node.status().counters['refused.other-network'] ?? 0;
    await world.pass(60_000);
    const inTheSecond = (node.status().counters['refused.other-network'] ?? 0) - inTheFirstMinute;
    expect(inTheFirstMinute).toBeGreaterThan(2);
    expect(inTheFirstMinute).toBeLessThan(20);
    expect(inTheSecond).toBeLessThanOrEqual(4);
  });
});

describe('a stranger', () => {
  it('that never greets is sent away after five seconds', async () => {
    await using world = new World();
    const { node, friend } = await pair(world);
    const silent = await world.stranger();
    await silent.dial(node);
    await world.pass(4_900);
    expect(silent.downs).toEqual([]);
    await expectRefused(world, silent, node, 'no-hello');
    await expectUndisturbed(world, node, friend);
  });

  it.each([
    ['garbage', (): Uint8Array => Uint8Array.from({ length: 300 }, (_, i) => i)],
    ['a greeting that is cut short', (stranger: Stranger): Uint8Array => stranger.hello().subarray(0, -1)],
    ['messages before any greeting', (): Uint8Array => beginFrame().finish()],
  ])('that says %s is refused', async (_what, frame) => {
    await using world = new World();
    const { node, friend } = await pair(world);
    const stranger = await world.stranger();
    await stranger.dial(node);
    stranger.sendBytes(frame(stranger));
    await expectRefused(world, stranger, node, 'malformed-hello');
    await expectUndisturbed(world, node, friend);
  });

  it('NET8: that speaks another version is refused, and told of by number', async () => {
    await using world = new World();
    const { node, friend, seen } = await pair(world);
    const stranger = await world.stranger();
    await stranger.dial(node);
    const hello = stranger.hello();
    hello[0] = 9;
    stranger.sendBytes(hello);
    await expectRefused(world, stranger, node, 'other-version');
    expect(seen).toContainEqual(expect.objectContaining({ type: 'refused', reason: expect.stringContaining(`protocol 9, we speak ${protocolVersion}`) }));
    await expectUndisturbed(world, node, friend);
  });

  it('BYZ1: whose certificate is another member\'s is refused', async () => {
    await using world = new World();
    const { node, friend } = await pair(world);
    const [thief, member] = [await world.stranger(), await world.stranger()];
    await thief.dial(node);
    thief.sendBytes(encodeHello({ networkId: thief.networkId, certificate: member.certificate, addresses: [] }));
    await expectRefused(world, thief, node, 'foreign-certificate');
    await expectUndisturbed(world, node, friend);
  });

  it('BYZ1: without a certificate is refused', async () => {
    await using world = new World();
    const { node, friend } = await pair(world);
    const stranger = await world.stranger();
    await stranger.dial(node);
    stranger.sendBytes(encodeHello({ networkId: stranger.networkId, certificate: noCertificate, addresses: [] }));
    await expectRefused(world, stranger, node, 'foreign-certificate');
    await expectUndisturbed(world, node, friend);
  });

  it('whose word reaches the node before its greeting is not heard', async () => {
    await using world = new World();
    const { node } = await pair(world);
    const [stranger, member] = [await world.stranger(), await world.stranger()];
    await stranger.dial(node);
    stranger.sendClaims([member.introduction]);
    await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
    expect(node.members()).toHaveLength(2);
  });
});

describe('a copy of a node', () => {
  it('is refused when it dials the original, and does not change what that tells of itself', async () => {
    await using world = new World();
    const { node, friend } = await pair(world);
    const original = world.identityOf(node);
    const stranger = await world.stranger({ identity: original });
    const { transport } = stranger;
    const bare = node.addresses.map((address) => address.replace(/\/p2p\/.*/, ''));
    await world.resolved(transport.dial({ addresses: bare }));
    stranger.sendBytes(stranger.hello());
    await world.until(() => stranger.downs.length === 1, 'the copy is sent away');
    expect(node.members().find(({ isSelf }) => isSelf)).toMatchObject({ addresses: node.addresses });
    expect(node.status().counters).toMatchObject({ 'refused.own-identity': 1 });
    await expectUndisturbed(world, node, friend);
  });
});

describe('REG27: where a neighbor comes from', () => {
  it('is what its link shows, and the sampler of spares asks for it', async () => {
    using seen = vi.spyOn(AddressBook.prototype, 'see');
    using asked = vi.spyOn(AddressBook.prototype, 'prefixOf');
    await using world = new World();
    await pair(world);
    expect(seen.mock.calls.map(([, address]) => address)).toEqual([expect.stringMatching(/^\/memory\//), expect.stringMatching(/^\/memory\//)]);
    expect(asked).toHaveBeenCalled();
  });
});
