/** Topics shared with ordinary gossipsub peers, over real sockets: nodes of a mesh, bridges beside some of them, plain libp2p peers. */
import type { MeshNode, TopicMessage } from '@murmuration/node';
import { bridgeTopics, type BridgeTopicsOptions, type TopicBridge } from '@murmuration/node/gossipsub';
import { startNode } from '@murmuration/node/libp2p';
import { describe, expect, it } from 'vitest';
import { PlainPeer } from './plain-gossipsub.ts';
import { eventually } from './processes.ts';

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
    for (const each of ours) await third.broadcast(topic, each);
    for (const each of theirs) await plain.say(each);
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
});
