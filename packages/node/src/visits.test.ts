/** Links that no overlay holds: they carry direct messages, end by themselves, and change nobody's neighbors. */
import type { PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { MeshNode } from './public-node.ts';
import { eventsOf, networkKey, Stranger, World } from './world.test.support.ts';
import { idleMs, lingerMs, Visits, visitsMax } from './visits.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const peer = (index: number): PeerIndex => index as PeerIndex;
const nobody = (): boolean => false;

describe('visits', () => {
  function visitsAt(): { visits: Visits; at: (ms: number) => void } {
    let now = 0;
    return { visits: new Visits(() => now), at: (ms) => void (now = ms) };
  }

  it('are over when their moment has come, the later one where there are two', () => {
    const { visits, at } = visitsAt();
    visits.keep(peer(1), lingerMs);
    visits.keep(peer(2), idleMs);
    visits.keep(peer(2), lingerMs);
    at(lingerMs - 1);
    expect(visits.over(nobody, nobody)).toEqual([]);
    at(lingerMs);
    expect(visits.over(nobody, nobody)).toEqual([1]);
    at(idleMs);
    expect(visits.over(nobody, nobody)).toEqual([1, 2]);
    visits.forget(peer(1));
    expect(visits.over(nobody, nobody)).toEqual([2]);
  });

  it('are not over while somebody waits for an answer, or while the overlay holds them', () => {
    const { visits, at } = visitsAt();
    for (const index of [1, 2, 3]) visits.keep(peer(index), lingerMs);
    at(lingerMs);
    expect(visits.over((each) => each === 1, (each) => each === 2)).toEqual([3]);
  });

  it('DIR12: are 64 at most: the least recently used ends first, in use or not', () => {
    const { visits } = visitsAt();
    for (let index = 0; index < visitsMax + 3; index++) visits.keep(peer(index), idleMs);
    visits.keep(peer(0), idleMs);
    expect(visits.over(nobody, () => true)).toEqual([1, 2, 3]);
    expect(visits.over((each) => each < 10, nobody)).toEqual([]);
  });
});

const smallViews = { neighborsMax: 4, connectsPerLookMax: 4 };

/** A mesh whose views are smaller than itself. */
async function sparseMesh(world: World, count: number): Promise<MeshNode[]> {
  const mesh = { peerRegistry: smallViews };
  const nodes = [await world.node({ mesh })];
  for (let i = 1; i < count; i++) nodes.push(await world.node({ mesh, bootstrap: (nodes[0] as MeshNode).addresses }));
  await world.until(() => nodes.every((node) => node.members().length === count), 'all know all');
  // Those whom full views turned away on the way have gone.
  await world.until(() => nodes.every((node) => node.status().visits === 0), 'no link lingers');
  return nodes;
}

const linksOf = (node: MeshNode): number => node.status().links.memory;
const linkedTo = (node: MeshNode, other: MeshNode): boolean => node.members().some(({ id, link }) => id === other.id && link !== undefined);

describe('a mesh whose views are smaller than itself', () => {
  it('DIR10: carries a request from everybody to everybody, and no view grows by it, nor is anybody accused', async () => {
    await using world = new World();
    const nodes = await sparseMesh(world, 12);
    for (const node of nodes) node.onRequest(({ payload }) => `${node.id} heard ${text(payload)}`);
    const failures: string[] = [];
    const seen = nodes.map(eventsOf);
    const all = nodes.flatMap((node) => nodes.map(async (other) => {
      const answer = await node.request(other.id, node.id, { deadlineMs: 20_000 }).catch((error: Error) => failures.push(error.message));
      if (typeof answer !== 'number') expect(text(answer)).toBe(`${other.id} heard ${node.id}`);
    }));
    await world.resolved(Promise.all(all));
    expect(failures).toEqual([]);
    expect(nodes.some((node) => node.status().visits > 0)).toBe(true);
    for (const node of nodes) expect(linksOf(node)).toBeLessThanOrEqual(4);
    await world.pass(60_000);
    for (const node of nodes) expect([linksOf(node) <= 4, linksOf(node) > 0]).toEqual([true, true]);
    for (const node of nodes) expect(node.status().members).toMatchObject({ alive: 12 });
    expect(seen.flat().filter(({ type }) => type === 'member-suspected')).toEqual([]);
  });

  it('DIR11: ends a visit half a minute after its last message, and not while a request is at work', async () => {
    await using world = new World();
    const nodes = await sparseMesh(world, 12);
    const [node] = nodes as [MeshNode];
    const other = nodes.find((each) => each !== node && !linkedTo(node, each)) as MeshNode;
    let answer = (): void => undefined;
    other.onRequest(() => new Promise((resolve) => (answer = () => resolve('at last'))));
    const slow = node.request(other.id, 'x', { deadlineMs: 120_000 });
    await world.pass(100_000);
    answer();
    expect(text(await world.resolved(slow))).toBe('at last');
    await world.pass(25_000);
    expect([linkedTo(node, other), linkedTo(other, node)]).toEqual([true, true]);
    await world.pass(10_000);
    expect([linkedTo(node, other), linkedTo(other, node)]).toEqual([false, false]);
  });
});

/** A node whose view is full, and a stranger whom it knows alive and turns away. */
async function turnedAway(world: World): Promise<{ node: MeshNode; stranger: Stranger }> {
  const node = await world.node({ mesh: { peerRegistry: smallViews } });
  for (let i = 0; i < 4; i++) await (await world.stranger()).join(node);
  const stranger = await world.stranger();
  await stranger.visit(node);
  stranger.sendClaims([stranger.introduction]);
  await world.pass(20);
  expect(node.status()).toMatchObject({ links: { memory: 4 }, visits: 1 });
  stranger.send({ type: 'neighbor', isUrgent: false });
  await world.pass(20);
  return { node, stranger };
}

/** A node as others tell of it. */
function introductionOf(world: World, node: MeshNode): Stranger['introduction'] {
  const { introduction } = new Stranger(world, networkKey, world.identityOf(node));
  return { ...introduction, addresses: node.addresses };
}

const partings = (stranger: Stranger): boolean[] =>
  stranger.heard().flatMap((each) => (each.type === 'direct' && each.kind === 'parting' ? [each.isReply] : []));

describe('a link that the overlay lets go of', () => {
  it('DIR13: lingers as a visit: what was on its way is heard, and it ends two seconds later', async () => {
    await using world = new World();
    const { node, stranger } = await turnedAway(world);
    expect(partings(stranger)).toEqual([false]);
    expect(node.status()).toMatchObject({ links: { memory: 4 }, visits: 1 });
    node.onRequest(() => 'heard');
    stranger.send({ type: 'direct', kind: 'request', id: 5, deadlineMs: 1_000 as never, payload: new Uint8Array(0) });
    stranger.send({ type: 'direct', kind: 'parting', isReply: true });
    await world.pass(20);
    expect(stranger.heard().at(-1)).toMatchObject({ kind: 'answer', id: 5 });
    await world.pass(29_000);
    expect(stranger.downs).toEqual([]);
    await world.pass(3_000);
    expect(stranger.downs).toEqual(['closed-by-peer']);
  });

  it('DIR13: without direct messages lingers no longer', async () => {
    await using world = new World();
    const { stranger } = await turnedAway(world);
    await world.pass(1_500 + 5_000);
    expect(stranger.downs).toEqual(['closed-by-peer']);
  });

  it('DIR14: is asked for less and less often by one that wants what the other has no place for', async () => {
    await using world = new World();
    const full = await world.node({ mesh: { peerRegistry: smallViews } });
    const told = await world.stranger();
    await told.join(full);
    for (let i = 0; i < 3; i++) await (await world.stranger()).join(full);
    // One that is not alone, so that it may be turned away, and that the full one knows alive.
    const friend = await world.stranger();
    const wanting = await world.node();
    await friend.join(wanting);
    told.sendClaims([introductionOf(world, wanting)]);
    friend.sendClaims([introductionOf(world, full)]);
    await world.until(() => (wanting.status().counters['direct.parting'] ?? 0) > 0, 'it is turned away');
    // So that the link never ends by itself, and asking again costs no dial.
    for (let i = 0; i < 12; i++) {
      await world.resolved(wanting.send(full.id, 'still there?'));
      await world.pass(10_000);
    }
    expect(full.status().links).toMatchObject({ memory: 4 });
    expect(wanting.status().counters['direct.parting']).toBeLessThan(14);
  });

  it('DIR14: ends, used or not, where the other side does not say within two seconds that it has heard', async () => {
    await using world = new World();
    const { stranger } = await turnedAway(world);
    for (let i = 0; i < 8; i++) {
      stranger.send({ type: 'direct', kind: 'note', payload: new Uint8Array(1) });
      await world.pass(500);
    }
    expect(stranger.downs).toEqual(['closed-by-peer']);
  });

  it('DIR14: hears nothing of the other core until that has heard of it, and then its wish', async () => {
    await using world = new World();
    const { node, stranger } = await turnedAway(world);
    const late = (): number => node.status().counters['dropped.late-message'] ?? 0;
    stranger.send({ type: 'neighbor', isUrgent: true }, { type: 'ping', token: 2 });
    await world.pass(20);
    expect([late(), partings(stranger)]).toEqual([2, [false]]);
    stranger.send({ type: 'direct', kind: 'parting', isReply: true }, { type: 'neighbor', isUrgent: true });
    await world.pass(20);
    expect(node.members().find(({ id }) => id === stranger.identity.peer)?.link).toBeDefined();
    expect(late()).toBe(2);
    // An urgent one is never turned away: somebody else was.
    expect([node.status().links.memory, node.status().visits]).toEqual([4, 1]);
    expect(partings(stranger)).toEqual([false]);
  });

  it('DIR14: by the other side is let go of by ours, once, and no parting is answered for ever', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    expect(node.status()).toMatchObject({ links: { memory: 1 }, visits: 0 });
    stranger.send({ type: 'direct', kind: 'parting', isReply: false });
    await world.pass(20);
    expect(node.status()).toMatchObject({ links: { memory: 0 }, visits: 1 });
    stranger.send({ type: 'direct', kind: 'parting', isReply: true });
    await world.pass(20);
    expect(partings(stranger)).toEqual([true]);
  });
});

describe('a visit', () => {
  it('DIR10: is unknown to the core of either side until one of them wants it', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.visit(node);
    stranger.send({ type: 'direct', kind: 'note', payload: new Uint8Array(1) }, { type: 'round', digest: { high: 1, low: 1 }, isReply: false });
    await world.pass(100);
    expect(stranger.heard()).toEqual([]);
    expect(node.status()).toMatchObject({ links: { memory: 0 }, visits: 1, counters: { 'dropped.late-message': 1 } });
    stranger.send({ type: 'neighbor', isUrgent: true });
    await world.pass(100);
    expect(node.status()).toMatchObject({ links: { memory: 1 }, visits: 0 });
    expect(stranger.heard().map(({ type }) => type)).toContain('neighbor');
  });

  it('DIR10: becomes a link of the overlay when our own core asks for it', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.visit(node);
    expect(node.status().visits).toBe(1);
    stranger.sendClaims([stranger.introduction]);
    await world.until(() => node.status().links.memory === 1, 'the core takes what is there');
    await world.pass(20);
    expect(node.status().visits).toBe(0);
    expect(stranger.heard().map(({ type }) => type)).toContain('neighbor');
    expect(stranger.downs).toEqual([]);
  });

  it('to one that does not answer fails by its deadline at the latest', async () => {
    await using world = new World();
    const node = await world.node();
    const stranger = await world.stranger();
    await stranger.join(node);
    stranger.sendClaims([stranger.introduction]);
    await world.pass(50);
    await world.resolved(stranger.transport.stop());
    await world.until(() => linksOf(node) === 0, 'it is gone');
    const asked = world.resolved(node.request(stranger.identity.peer, 'x'));
    await expect(asked).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
  });
});
