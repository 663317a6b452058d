/** Greeted peers that lie: what they send is counted, never applied, and never costs anybody else a link. */
import { generateSecretKey } from '@murmuration/byzantine/schemes';
import { noCertificate, noPeer, protocolVersion, type BatchEnvelope, type Message } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { identityOf } from './identity.ts';
import type { MeshNodeOptions } from './options.ts';
import type { MeshNode } from './public-node.ts';
import { agree, countingScheme, textOf, World, type Stranger } from './world.test.support.ts';

type Epoch = BatchEnvelope['epoch'];
type Sequence = BatchEnvelope['firstSequence'];

interface Scene {
  readonly world: World;
  readonly node: MeshNode;
  readonly friend: MeshNode;
  readonly stranger: Stranger;
}

/** Two nodes, and a stranger that one of them has admitted. */
async function scene(world: World, options: Partial<MeshNodeOptions> = {}): Promise<Scene> {
  const node = await world.node(options);
  const friend = await world.node({ bootstrap: node.addresses });
  await world.until(() => node.status().links.memory === 1 && agree(node, friend), 'the friends meet');
  const stranger = await world.stranger();
  await stranger.join(node);
  expect(node.status().links.memory).toBe(2);
  return { world, node, friend, stranger };
}

async function expectBanned({ world, node, friend, stranger }: Scene, offence: string): Promise<void> {
  await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
  expect(stranger.downs).toEqual(['closed-by-peer']);
  expect(node.status().counters[`offence.${offence}`]).toBe(1);
  await stranger.join(node);
  await world.until(() => stranger.downs.length === 2, 'the banned stranger is sent away again');
  expect(node.status().links.memory).toBe(1);
  await world.resolved(friend.set('still', 'here'));
  await world.until(() => textOf(node, friend, 'still') === 'here', 'the friends still hear each other');
}

/** Nothing of the stranger's is held: the presences of the two friends are all there is. */
function expectNothingApplied({ node, stranger }: Scene): void {
  expect(node.registers({ author: stranger.identity.peer })).toEqual([]);
  expect(node.status()).toMatchObject({ registers: 2, batches: 2 });
}

describe('a frame', () => {
  it.each([
    ['of garbage', (): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => (i === 0 ? 1 : 255 - i))],
    ['that is cut short', (): Uint8Array => Uint8Array.of(protocolVersion, 1, 9, 0, 0, 0, 1, 2, 3)],
    ['of another version', (): Uint8Array => Uint8Array.of(protocolVersion + 1)],
    ['with a second greeting', (stranger: Stranger): Uint8Array => stranger.hello()],
    ['above the limit of frames', (): Uint8Array => new Uint8Array(700 * 1024).fill(1)],
  ])('BYZ3: %s is an offence: its sender is banned, nobody else is', async (_what, frame) => {
    await using world = new World();
    const set = await scene(world);
    set.stranger.sendBytes(frame(set.stranger));
    await expectBanned(set, 'malformed-frame');
  });

  it.each(['ping-request', 'ack', 'nack'] as const)('about somebody whom nobody knows is no offence: %s', async (type) => {
    await using world = new World();
    const { node, stranger } = await scene(world);
    const about = { token: 7, target: noPeer, epoch: 1, incarnation: 0, lagMs: 0 };
    stranger.send({ type, ...about } as unknown as Message);
    await world.pass(1_000);
    expect(node.status().counters['offence.malformed-frame']).toBeUndefined();
    expect(stranger.downs).toEqual([]);
  });

  it('BYZ5: of a banned peer that was already waiting is not read', async () => {
    await using world = new World();
    const set = await scene(world);
    const { stranger } = set;
    stranger.sendBytes(Uint8Array.of(protocolVersion, 99));
    stranger.sendBatches(stranger.batch());
    await expectBanned(set, 'malformed-frame');
    expect(set.node.get(stranger.identity.peer, 'k')).toBeUndefined();
  });
});

describe('a ban', () => {
  it('BYZ3: ends, and who behaves then is heard', async () => {
    await using world = new World();
    const set = await scene(world);
    const { node, stranger } = set;
    stranger.sendBytes(Uint8Array.of(protocolVersion, 99));
    await expectBanned(set, 'malformed-frame');
    await world.pass(31_000);
    await stranger.join(node);
    stranger.sendBatches(stranger.batch());
    await world.until(() => node.get(stranger.identity.peer, 'k') !== undefined, 'the batch is applied');
  });
});

describe('a batch', () => {
  it('of an admitted peer is applied and handed on', async () => {
    await using world = new World();
    const { node, friend, stranger } = await scene(world);
    stranger.sendClaims([stranger.introduction]);
    stranger.sendBatches(stranger.batch());
    await world.until(() => friend.get(stranger.identity.peer, 'k')?.[0] === 1, 'the friend has it too');
    expect(agree(node, friend)).toBe(true);
  });

  it('with a signature of somebody else is an offence and is not applied', async () => {
    await using world = new World();
    const set = await scene(world);
    const { stranger } = set;
    stranger.sendBatches(stranger.batch({ signedBy: identityOf(generateSecretKey()) }));
    await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
    expectNothingApplied(set);
    await expectBanned(set, 'invalid-signature');
  });

  it('that was changed under its signature is an offence and is not applied', async () => {
    await using world = new World();
    const set = await scene(world);
    const { stranger } = set;
    const batch = stranger.batch();
    const value = batch.length - 65;
    batch[value] = (batch[value] as number) ^ 1;
    stranger.sendBatches(batch);
    await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
    expectNothingApplied(set);
    await expectBanned(set, 'invalid-signature');
  });

  it('forged in the name of a friend is an offence of the one who sent it', async () => {
    await using world = new World();
    const set = await scene(world);
    const { node, friend, stranger } = set;
    const author = node.members().find(({ id }) => id === friend.id);
    const forged = stranger.batch({
      author: world.identityOf(friend).publicKey, epoch: author?.epoch as Epoch, firstSequence: 2 as Sequence, signedBy: stranger.identity,
    });
    stranger.sendBatches(forged);
    await expectBanned(set, 'invalid-signature');
    expect(node.get(friend.id, 'k')).toBeUndefined();
  });

  it('of an author that nobody introduced is left out without blame', async () => {
    await using world = new World();
    const set = await scene(world);
    const { node, stranger } = set;
    const unknown = await world.stranger();
    stranger.sendBatches(unknown.batch());
    await world.until(() => node.status().counters['ignored.unknown-author'] === 1, 'it is counted');
    expectNothingApplied(set);
    expect(stranger.downs).toEqual([]);
    stranger.sendClaims([unknown.introduction]);
    stranger.sendBatches(unknown.batch());
    await world.until(() => node.get(unknown.identity.peer, 'k') !== undefined, 'once introduced it is taken');
  });

  it('of an author that nobody introduced is left out and counted', async () => {
    await using world = new World();
    const set = await scene(world);
    const { node, stranger } = set;
    stranger.sendBatches((await world.stranger()).batch());
    await world.until(() => node.status().counters['ignored.unknown-author'] === 1, 'it is counted');
    expectNothingApplied(set);
  });

  it('BYZ1: of an author that the network did not admit stays unknown, and who introduces it is sent away', async () => {
    await using world = new World();
    const set = await scene(world);
    const { node, stranger } = set;
    const outsider = await world.stranger();
    stranger.sendClaims([{ ...outsider.introduction, certificate: noCertificate }]);
    stranger.sendBatches(outsider.batch());
    await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
    expectNothingApplied(set);
    expect(node.members().map(({ id }) => id)).not.toContain(outsider.identity.peer);
    await expectBanned(set, 'foreign-certificate');
  });

  it('of another network is an offence and is not applied', async () => {
    await using world = new World();
    const set = await scene(world);
    const { stranger } = set;
    stranger.sendBatches(stranger.batch({ networkId: new Uint8Array(16).fill(7) }));
    await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
    expectNothingApplied(set);
    await expectBanned(set, 'malformed-batch');
  });

  it('whose payload is none is an offence and is not applied', async () => {
    await using world = new World();
    const set = await scene(world);
    const { stranger } = set;
    stranger.sendBatches(stranger.batch({ payload: Uint8Array.of(9, 9, 9), count: 1 }));
    await world.until(() => stranger.downs.length === 1, 'the stranger is sent away');
    expectNothingApplied(set);
    await expectBanned(set, 'malformed-batch');
  });

  it('GOS13: that is replayed is a duplicate, costs no verification, and nobody is blamed', async () => {
    await using world = new World();
    const scheme = countingScheme();
    const { node, stranger } = await scene(world, { scheme });
    const batch = stranger.batch();
    stranger.sendBatches(batch);
    await world.until(() => node.get(stranger.identity.peer, 'k') !== undefined, 'it is applied');
    const before = node.stateHash();
    const verified = scheme.verified();
    stranger.sendBatches(batch, batch);
    await world.until(() => (node.status().counters['ignored.duplicate'] ?? 0) >= 2, 'both are counted');
    expect(node.stateHash()).toBe(before);
    expect(scheme.verified()).toBe(verified);
    expect(stranger.downs).toEqual([]);
  });

  it('GOS1: that leaves a hole in its log waits for what is missing, which is asked for within a second', async () => {
    await using world = new World();
    const { node, stranger } = await scene(world);
    // Its own rounds make the node ask before; after a while of silence it does not.
    await world.pass(5_000);
    stranger.frames.length = 0;
    stranger.sendBatches(stranger.batch({ firstSequence: 2 as Sequence, previousHash: new Uint8Array(32).fill(3) }));
    await world.pass(1_000);
    expect(node.status().counters).toMatchObject({ 'ignored.gap': 1 });
    expect(node.get(stranger.identity.peer, 'k')).toBeUndefined();
    expect(stranger.heard().map(({ type }) => type)).toContain('frontier');
  });

  it('that does not name the one before it is a fork: it is left out, and who hands it on is not blamed', async () => {
    await using world = new World();
    const { node, stranger } = await scene(world);
    stranger.sendBatches(stranger.batch());
    stranger.sendBatches(stranger.batch({ firstSequence: 2 as Sequence, previousHash: new Uint8Array(32).fill(3) }));
    await world.until(() => node.status().counters['ignored.forked-log'] === 1, 'it is counted');
    expect(stranger.downs).toEqual([]);
  });
});

describe('an own log that is ahead', () => {
  it('means that a copy of us is at work: it is told once, and every write is refused', async () => {
    await using world = new World();
    const { node, stranger } = await scene(world);
    const told: number[] = [];
    node.on('identity-cloned', ({ epoch }) => told.push(epoch));
    const epoch = (node.status().epoch + 5) as Epoch;
    const waiting = node.set('on-its-way', 'x');
    const copy = world.identityOf(node);
    const batch = stranger.batch({ author: copy.publicKey, epoch, signedBy: copy });
    stranger.sendBatches(batch, batch);
    stranger.sendBatches(batch);
    await world.until(() => told.length > 0, 'it is told');
    await world.pass(200);
    expect(told).toEqual([epoch]);
    expect(node.status().counters['ignored.own-log-ahead']).toBe(3);
    expect(stranger.downs).toEqual([]);
    await world.resolved(waiting.catch(() => undefined));
    await expect(node.set('k', 'v')).rejects.toMatchObject({ name: 'NodeError', code: 'identity-cloned', details: { epoch } });
    await expect(node.editDocument('d', (document) => document.getMap('map').set('a', 1))).rejects.toMatchObject({ code: 'identity-cloned' });
    expect(node.readDocument('d')).toBeUndefined();
  });
});
