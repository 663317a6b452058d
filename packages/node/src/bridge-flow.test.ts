/** What crosses, between a real node in memory and a gossipsub side that writes down what it is given. */
import { MeshError, noOrigin } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { BridgeFlow, type ForeignSide } from './bridge-flow.ts';
import type { BridgePort } from './bridge-port.ts';
import { BridgeRoster } from './bridge-roster.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNode } from './public-node.ts';
import { World } from './world.test.support.ts';

const topic = 'sky';
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words);

/** Ids over there are of two bytes. */
class Recorder implements ForeignSide {
  readonly published: string[] = [];
  failure: Error | undefined;

  isMessageId(origin: Uint8Array): boolean {
    return origin.length === 2;
  }

  publish(_topic: string, payload: Uint8Array, { origin }: { readonly origin: Uint8Array }): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.published.push(origin.length === 2 ? `known: ${text(payload)}` : text(payload));
    return Promise.resolve();
  }
}

function portOf(node: MeshNode): BridgePort {
  if (!(node instanceof LivingNode)) throw new Error('of another kind');
  return node.bridgePort;
}

function flowOf(node: MeshNode): { readonly flow: BridgeFlow; readonly foreign: Recorder; readonly port: BridgePort } {
  const [port, foreign] = [portOf(node), new Recorder()];
  const flow = new BridgeFlow(port, new BridgeRoster(node, port, [topic]));
  flow.open(new Set([topic]), foreign);
  return { flow, foreign, port };
}

describe('what the mesh says', () => {
  it('BRI1, BRI3: is published once; of what came from over there the id alone is noted, of other bridges the words are published', async () => {
    await using world = new World();
    const node = await world.node();
    const { foreign, port } = flowOf(node);
    for (const origin of [noOrigin, Uint8Array.of(1, 2), Uint8Array.of(3)]) {
      await world.resolved(port.say({ topic, payload: bytes(`of ${origin.length}`), origin }));
    }
    await world.resolved(node.broadcast('sea', 'not shared'));
    expect(foreign.published).toEqual(['of 0', 'known: of 2', 'of 1']);
  });

  it('BRI5: and cannot be published is counted by its reason, and the next is published', async () => {
    await using world = new World();
    const node = await world.node();
    const { flow, foreign } = flowOf(node);
    for (const failure of [new MeshError<{ 'queue-full': Record<string, never> }>('queue-full', 'full', {}), new Error('of libp2p'), undefined]) {
      foreign.failure = failure;
      await world.resolved(node.broadcast(topic, `after ${failure?.message}`));
    }
    expect(foreign.published).toEqual(['after undefined']);
    expect(flow.counts().failed).toEqual({ 'queue-full': 1, 'publish-failed': 1 });
  });
});

describe('what comes from over there', () => {
  it('BRI1: is said in the mesh with its id as origin, and comes back to nobody', async () => {
    await using world = new World();
    const node = await world.node();
    const { flow, foreign } = flowOf(node);
    const heard = node.subscribe(topic).next();
    flow.bringIn({ topic, bytes: bytes('hello'), id: Uint8Array.of(1, 2) });
    expect((await world.resolved(heard)).value).toMatchObject({ author: node.id, payload: bytes('hello'), origin: Uint8Array.of(1, 2) });
    await world.pass(100);
    expect([foreign.published, flow.counts()]).toEqual([['known: hello'], { bridgedIn: 1, leftToOthers: 0, failed: {} }]);
  });

  it('BRI7: waits for the node within a bound; beyond it is counted', async () => {
    await using world = new World();
    const node = await world.node();
    const { flow } = flowOf(node);
    for (let i = 0; i < 70; i++) flow.bringIn({ topic, bytes: new Uint8Array(64 * 1024), id: Uint8Array.of(0, i) });
    await world.resolved(flow.close());
    expect(flow.counts()).toEqual({ bridgedIn: 64, leftToOthers: 0, failed: { 'mesh-busy': 6 } });
  });

  it('BRI9: is refused and counted when the node has ended', async () => {
    await using world = new World();
    const node = await world.node();
    const { flow } = flowOf(node);
    await world.resolved(node.close());
    flow.bringIn({ topic, bytes: bytes('late'), id: Uint8Array.of(1, 2) });
    await world.resolved(flow.close());
    expect(flow.counts()).toEqual({ bridgedIn: 0, leftToOthers: 0, failed: { closed: 1 } });
  });
});
