/** Topics shared with ordinary gossipsub peers, over real sockets: nodes of a mesh, bridges beside some of them, plain libp2p peers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { generateSecretKey, signatureScheme, signerFromSecret } from '@murmuration/byzantine/schemes';
import { networkOf } from '@murmuration/mesh';
import type { ControlStatus } from '@murmuration/mesh-node/control-client';
import type { MeshNode, TopicMessage } from '@murmuration/node';
import { bridgeTopics, type BridgeTopicsOptions, type TopicBridge } from '@murmuration/node/gossipsub';
import { startNode } from '@murmuration/node/libp2p';
import { encodeHello, noCertificate } from '@murmuration/protocol';
import { libp2pTransport } from '@murmuration/transport/libp2p';
import { describe, expect, it } from 'vitest';
import { keyOf, PlainPeer } from './plain-gossipsub.ts';
import { DaemonGroup, eventually } from './processes.ts';

const topic = 'sky';
const networkKey = 'ef'.repeat(32);
const listen = { quic: ['/ip4/127.0.0.1/udp/0/quic-v1'], tcp: ['/ip4/127.0.0.1/tcp/0'] } as const;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
type Wire = 'quic' | 'tcp';

/** What a member heard on the topic. */
function ear(node: MeshNode): TopicMessage[] {
  const heard: TopicMessage[] = [];
  node.on('message', (message) => void (message.topic === topic && heard.push(message)));
  return heard;
}

const textsOf = (heard: readonly TopicMessage[]): string[] => heard.map(({ payload }) => text(payload));
const numbered = (what: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${what} ${i}`);
/** Longer than gossip of a heartbeat, and than a bridge waits for its turn. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4_000));

/** A mesh of nodes that all know each other. */
async function mesh(wire: Wire, count: number): Promise<{ nodes: MeshNode[] } & AsyncDisposable> {
  const nodes: MeshNode[] = [];
  for (let i = 0; i < count; i++) {
    nodes.push(await startNode({ networkKey, transport: { wires: wire }, bootstrap: nodes[0]?.addresses ?? [] }));
  }
  await eventually('all know each other', () => nodes.every((node) => node.status().members.alive === count) || undefined);
  return { nodes, [Symbol.asyncDispose]: async () => void (await Promise.all(nodes.map((node) => node.close()))) };
}

function bridgeOver(wire: Wire, node: MeshNode, options: Partial<BridgeTopicsOptions> = {}): Promise<TopicBridge> {
  return bridgeTopics(node, { topics: [topic], listen: listen[wire], wires: wire, ...options });
}

async function meet(peer: PlainPeer, ...bridges: readonly TopicBridge[]): Promise<void> {
  for (const bridge of bridges) {
    await peer.dial(bridge.addresses);
    await eventually('they share the topic', () => (bridge.health().peers > 0 && peer.knows(bridge.id)) || undefined);
  }
}

describe.each(['quic', 'tcp'] as const)('over %s', (wire) => {
  it('BRI1: what any member says is heard by gossipsub peers, and what they say by every member', async () => {
    await using world = await mesh(wire, 2);
    const [first, second] = world.nodes as [MeshNode, MeshNode];
    await using bridge = await bridgeOver(wire, first);
    await using plain = await PlainPeer.start({ wire, topic });
    await meet(plain, bridge);
    const [atFirst, atSecond] = [ear(first), ear(second)];
    await first.broadcast(topic, 'from the node of the bridge');
    await second.broadcast(topic, 'from another');
    await second.broadcast('sea', 'not bridged');
    await eventually('both are heard', () => plain.heard.length === 2 || undefined);
    expect(plain.heard.toSorted()).toEqual(['from another', 'from the node of the bridge']);
    expect(new Set(plain.authors)).toEqual(new Set([bridge.id]));
    expect(bridge.id).not.toBe(first.id);
    await plain.say('from outside');
    await plain.say(new Uint8Array(64 * 1024).fill(120));
    await eventually('both are told', () => (atFirst.length === 3 && atSecond.length === 3) || undefined);
    expect(atSecond[1]).toMatchObject({ author: first.id, payload: new TextEncoder().encode('from outside') });
    expect(atSecond.map(({ origin }) => origin.length)).toEqual([0, 46, 46]);
    // A program beside the bridge hears what it brings in, and not what the program itself said.
    expect(textsOf(atFirst).slice(0, 2)).toEqual(['from another', 'from outside']);
    expect(bridge.health()).toMatchObject({ peers: 1, bridgedIn: 2, bridgedOut: 2, refused: {} });
  });

  it('BRI3: both ways at once nothing comes twice, and nothing comes back', async () => {
    await using world = await mesh(wire, 2);
    const [first, second] = world.nodes as [MeshNode, MeshNode];
    await using bridge = await bridgeOver(wire, first);
    await using plain = await PlainPeer.start({ wire, topic });
    await meet(plain, bridge);
    const [atFirst, atSecond] = [ear(first), ear(second)];
    const [ours, theirs] = [numbered('ours', 200), numbered('theirs', 200)];
    await Promise.all([
      (async () => { for (const each of ours) await second.broadcast(topic, each); })(),
      (async () => { for (const each of theirs) await plain.say(each); })(),
    ]);
    await eventually('all is heard', () => (plain.heard.length >= 200 && atSecond.length >= 200) || undefined);
    await settled();
    expect([textsOf(atSecond), textsOf(atFirst).toSorted()]).toEqual([theirs, [...ours, ...theirs].toSorted()]);
    expect(plain.heard).toEqual(ours);
    expect(bridge.health()).toMatchObject({ bridgedIn: 200, bridgedOut: 200, refused: {} });
  });

  it('BRI2, BRI4: two bridges of a mesh carry a message once, and the second carries on alone', async () => {
    await using world = await mesh(wire, 3);
    const [first, second, third] = world.nodes as [MeshNode, MeshNode, MeshNode];
    await using one = await bridgeOver(wire, first);
    await using other = await bridgeOver(wire, second);
    const [leads, follows] = one.id < other.id ? [one, other] : [other, one];
    await using plain = await PlainPeer.start({ wire, topic });
    await meet(plain, one, other);
    await settled();
    const atThird = ear(third);
    const [ours, theirs] = [numbered('ours', 50), numbered('theirs', 50)];
    await Promise.all([
      (async () => { for (const each of ours) await third.broadcast(topic, each); })(),
      (async () => { for (const each of theirs) await plain.say(each); })(),
    ]);
    await settled();
    expect(textsOf(atThird)).toEqual(theirs);
    expect(plain.heard).toEqual(ours);
    expect([leads.health().bridgedIn, follows.health().bridgedIn]).toEqual([50, 0]);
    expect(follows.health().leftToOthers).toBe(100);
    await leads.close();
    await third.broadcast(topic, 'still out');
    await plain.say('still in');
    await eventually('it goes on', () => (plain.heard.length === 51 && atThird.length === 51) || undefined);
    expect([plain.heard.at(-1), textsOf(atThird).at(-1)]).toEqual(['still out', 'still in']);
    expect(plain.authors.at(-1)).toBe(follows.id);
  });

  it('BRI5: what is too long, or signed with a key that no member could have, is refused and counted', async () => {
    await using node = await startNode({ networkKey, transport: { wires: wire } });
    await using bridge = await bridgeOver(wire, node);
    await using plain = await PlainPeer.start({ wire, topic });
    await using stranger = await PlainPeer.start({ wire, topic, privateKey: await generateKeyPair('secp256k1') });
    await meet(plain, bridge);
    await meet(stranger, bridge);
    const heard = ear(node);
    await plain.say(new Uint8Array(64 * 1024 + 1));
    await stranger.say('unsaid');
    await plain.say('fits');
    await eventually('it is heard', () => heard.length === 1 || undefined);
    await eventually('both are counted', () => Object.keys(bridge.health().refused).length === 2 || undefined);
    // Gossip may offer what was refused a second time.
    expect(bridge.health().refused).toEqual({ oversized: expect.any(Number), 'unknown-author': expect.any(Number) });
    await plain.say(new Uint8Array(300 * 1024));
    await eventually('the stream is given up', () => bridge.health().refused['stream-lost'] === 1 || undefined);
    expect(textsOf(heard)).toEqual(['fits']);
  });

  it('BRI6: a peer that was banned in the mesh is not heard through the bridge', async () => {
    await using node = await startNode({ transport: { wires: wire } });
    const secretKey = generateSecretKey();
    await beBanned(node, wire, secretKey);
    await using bridge = await bridgeOver(wire, node);
    await using banned = await PlainPeer.start({ wire, topic, privateKey: keyOf(secretKey, signerFromSecret(secretKey).publicKey) });
    await using other = await PlainPeer.start({ wire, topic });
    await meet(other, bridge);
    await banned.dial(other.addresses);
    await eventually('they know each other', () => (banned.knows(other.id) && other.knows(banned.id)) || undefined);
    const heard = ear(node);
    await eventually('it is refused', async () => {
      await banned.say('unheard');
      return bridge.health().refused['low-reputation'] !== undefined || undefined;
    });
    await other.say('heard');
    await eventually('the other is heard', () => heard.length === 1 || undefined);
    expect(textsOf(heard)).toEqual(['heard']);
  });
});

/** Joins as a stranger of an open network and sends a frame that is too long. */
async function beBanned(node: MeshNode, wire: Wire, secretKey: Uint8Array): Promise<void> {
  const most = 8 * 1024 * 1024;
  const stranger = libp2pTransport({ secretKey, wires: wire, frameBytesMax: most, linkBufferBytesMax: most });
  const networkId = networkOf(undefined, signatureScheme()).id;
  let frames = 0;
  await stranger.start({
    onLinkUp: (link) => void link.send(encodeHello({ networkId, certificate: noCertificate, addresses: [] })),
    // The first frame is the greeting of the node; whatever follows says that ours was accepted.
    onFrame: (link) => {
      frames++;
      if (frames === 2) link.send(new Uint8Array(700 * 1024));
    },
    onLinkDown: () => undefined,
    onRefused: () => undefined,
  });
  await stranger.dial({ addresses: node.addresses });
  await eventually('it is banned', () => node.status().counters['offence.oversized-frame'] === 1 || undefined);
  await stranger.stop();
}

describe('a bridge and its node', () => {
  it('BRI9: end together; one node has one bridge, which is known by the same identity when it comes back', async () => {
    const node = await startNode({ networkKey });
    const bridge = await bridgeTopics(node, { topics: [topic] });
    await using plain = await PlainPeer.start({ wire: 'tcp', topic });
    await plain.dial(bridge.addresses.filter((address) => address.includes('/tcp/')));
    await eventually('they share the topic', () => plain.knows(bridge.id) || undefined);
    await expect(bridgeTopics(node, { topics: [topic] })).rejects.toMatchObject({ code: 'bridge-exists' });
    await bridge.close();
    await eventually('it is gone', () => !plain.knows(bridge.id) || undefined);
    const next = await bridgeTopics(node, { topics: [topic] });
    expect(next.id).toBe(bridge.id);
    await plain.dial(next.addresses.filter((address) => address.includes('/tcp/')));
    await eventually('they share the topic again', () => plain.knows(next.id) || undefined);
    await node.close();
    await eventually('it has ended with its node', () => !plain.knows(next.id) || undefined);
    await expect(bridgeTopics(node, { topics: [topic] })).rejects.toMatchObject({ code: 'closed' });
  });

  it('say at once what is wrong with their options', async () => {
    await using node = await startNode({ networkKey });
    await expect(bridgeTopics(node, { topics: [] })).rejects.toMatchObject({ code: 'invalid-options' });
    await expect(bridgeTopics(node, { topics: [topic], secretKey: new Uint8Array(3) })).rejects.toMatchObject({ code: 'invalid-options' });
    await using bridge = await bridgeTopics(node, { topics: [topic] });
    expect(bridge.health()).toMatchObject({ topics: [topic], bridgedIn: 0, bridgedOut: 0, refused: {} });
  });
});

describe('two daemons with a bridge each', () => {
  it('BRI1, BRI4: share a topic with a plain peer, show it in status, and lose nothing when the first is killed', async () => {
    await using group = new DaemonGroup();
    await using plain = await PlainPeer.start({ wire: 'tcp', topic });
    const peer = plain.addresses[0] ?? '';
    const daemon = await group.start('--gossipsub-topic', topic, '--gossipsub-peer', peer);
    const other = await group.start('--gossipsub-topic', topic, '--gossipsub-peer', peer, '--transport', 'tcp');
    const bridgeOf = async (name: string): Promise<NonNullable<ControlStatus['gossipsub']>> => {
      const { out } = await group.run('status', '--name', name, '--json');
      const { nodes } = JSON.parse(out) as { nodes: ControlStatus[] };
      if (nodes[0]?.gossipsub === undefined) throw new Error('it has no bridge');
      return nodes[0].gossipsub;
    };
    for (const name of ['node-1', 'node-2']) await eventually('it keeps the peer', async () => (await bridgeOf(name)).peers > 0 || undefined);
    await using member = await startNode({
      networkKey: readFileSync(join(group.home, 'network.key'), 'utf8').trim(), bootstrap: (await daemon.started()).addresses,
    });
    const heard = ear(member);
    await eventually('the member is linked', () => member.status().links.quic + member.status().links.tcp > 0 || undefined);
    await settled();
    await member.broadcast(topic, 'out');
    await plain.say('in');
    await settled();
    expect([plain.heard, textsOf(heard)]).toEqual([['out'], ['in']]);
    const [one, two] = [await bridgeOf('node-1'), await bridgeOf('node-2')];
    expect([one.bridgedIn + two.bridgedIn, one.bridgedOut + two.bridgedOut, one.leftToOthers + two.leftToOthers]).toEqual([1, 1, 2]);
    expect((await group.run('status', '--name', 'node-1')).out).toMatch(/gossipsub +sky: \d peers?, \d in, \d out\n +refused: /);
    const [lead, next] = one.id < two.id ? [daemon, other] : [other, daemon];
    await lead.kill();
    await member.broadcast(topic, 'still out');
    await plain.say('still in');
    await eventually('the other carries on', () => (plain.heard.length > 1 && heard.length > 1) || undefined);
    expect([plain.heard, textsOf(heard)]).toEqual([['out', 'still out'], ['in', 'still in']]);
    expect((await next.stop()).code).toBe(0);
  });

  it('are told in one line what is wrong with a flag', async () => {
    await using group = new DaemonGroup();
    const { code, err, out } = await group.run('start', '--gossipsub-topic', topic, '--gossipsub-peer', '/ip4/127.0.0.1/tcp/1');
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(err).toMatch(/--gossipsub-peer must be a multiaddr with \/p2p\/<id> at the end, not \/ip4\/127/);
  });
});
