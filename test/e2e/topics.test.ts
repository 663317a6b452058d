/** Messages on topics over real sockets: three nodes over QUIC say and hear, and a node that comes later hears what comes later. */
import { startNode } from '@murmuration/node/libp2p';
import type { MeshNode, Subscription } from '@murmuration/node';
import { describe, expect, it } from 'vitest';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The next messages of a subscription, as author and text; a test that waits in vain is ended by vitest. */
async function take(subscription: Subscription, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { done, value } = await subscription.next();
    if (done === true) throw new Error('the subscription ended first');
    taken.push(`${value.author} ${text(value.payload)}`);
  }
  return taken;
}

/** Resolves when a node is linked to so many others. */
async function linked(node: MeshNode, links: number): Promise<void> {
  while (node.status().links.quic < links) await new Promise((resolve) => setTimeout(resolve, 20));
}

const network = { networkKey: 'cd'.repeat(32), transport: { wires: 'quic' } } as const;

describe('three nodes over QUIC', () => {
  it('hear what each other say on a topic that they follow, once and in order, and nothing else', async () => {
    await using alice = await startNode(network);
    await using bob = await startNode({ ...network, bootstrap: alice.addresses });
    await using carol = await startNode({ ...network, bootstrap: alice.addresses });
    const nodes = [alice, bob, carol];
    await Promise.all(nodes.map((node) => linked(node, 2)));
    const subscriptions = nodes.map((node) => node.subscribe('sky'));
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    for (const each of numbers) {
      await Promise.all([bob.broadcast('sky', `sees ${each}`), bob.broadcast('sea', 'is calm')]);
    }
    await carol.broadcast('sky', new Uint8Array(64 * 1024));
    const [toAlice, , toCarol] = subscriptions as [Subscription, Subscription, Subscription];
    const fromBob = numbers.map((each) => `${bob.id} sees ${each}`);
    expect((await take(toAlice, 101)).filter((each) => each.startsWith(bob.id))).toEqual(fromBob);
    expect(await take(toCarol, 100)).toEqual(fromBob);
    expect(alice.status().messages.received).toBe(201);
    expect(new Set(nodes.map((node) => node.stateHash())).size).toBe(1);
  });
});
