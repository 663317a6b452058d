/** Nodes over real sockets on loopback: few, short, and as a newcomer would start them. */
import { generateSecretKey } from '@murmuration/byzantine/schemes';
import { networkOf } from '@murmuration/byzantine';
import { signatureScheme } from '@murmuration/byzantine/schemes';
import { encodeHello, noCertificate } from '@murmuration/protocol';
import type { Link } from '@murmuration/transport';
import { libp2pTransport } from '@murmuration/transport/libp2p';
import { describe, expect, it } from 'vitest';
import { startNode } from './libp2p.ts';
import type { MeshNode } from './public-node.ts';

/** The first event that satisfies; a test that waits in vain is ended by vitest. */
async function eventOf(node: MeshNode, isIt: (event: { readonly type: string; readonly key?: string }) => boolean): Promise<unknown> {
  for await (const event of node.events()) if (isIt(event)) return event;
  throw new Error('the node ended first');
}

const networkKey = 'ab'.repeat(32);

describe('two nodes over libp2p', () => {
  it('find each other by address, and one hears what the other writes', async () => {
    await using first = await startNode({ networkKey, name: 'first' });
    await using second = await startNode({ networkKey, name: 'second', bootstrap: first.addresses });
    const heard = eventOf(first, ({ type, key }) => type === 'register-changed' && key === 'topic');
    await second.set('topic', 'starlings');
    expect(await heard).toEqual({
      type: 'register-changed', author: second.id, key: 'topic', value: new TextEncoder().encode('starlings'),
    });
    expect(first.status().links).toEqual({ quic: 1, tcp: 0, memory: 0 });
  });

  it.each(['quic', 'tcp'] as const)('do so over %s alone', async (wire) => {
    await using first = await startNode({ transport: { wires: wire } });
    await using second = await startNode({ transport: { wires: wire }, bootstrap: first.addresses });
    const heard = eventOf(second, ({ type, key }) => type === 'register-changed' && key === 'topic');
    await first.set('topic', 'geese');
    await heard;
    expect(first.status().links).toEqual({ quic: 0, tcp: 0, memory: 0, [wire]: 1 });
    expect(first.status().listeners.map(({ transport }) => transport)).toContain(wire);
  });

  it('part in order: the one that stays knows that the other left', async () => {
    await using stays = await startNode();
    const goes = await startNode({ bootstrap: stays.addresses });
    await eventOf(stays, ({ type }) => type === 'member-joined');
    const left = eventOf(stays, ({ type }) => type === 'member-left');
    await goes.close();
    expect(await left).toEqual({ type: 'member-left', member: goes.id });
    expect(stays.status().members).toMatchObject({ alive: 1, left: 1 });
  });
});

describe('a stranger over libp2p', () => {
  it('that announces a frame above the limit after its greeting is banned, and the node goes on', async () => {
    await using node = await startNode({ transport: { wires: 'tcp' } });
    const stranger = libp2pTransport({ secretKey: generateSecretKey(), wires: 'tcp', frameBytesMax: 4 * 1024 * 1024, linkBufferBytesMax: 8 * 1024 * 1024 });
    const down = Promise.withResolvers<void>();
    const greeted = Promise.withResolvers<Link>();
    await stranger.start({
      onLinkUp: (link) => void link.send(encodeHello({ networkId: networkOf(undefined, signatureScheme()).id, certificate: noCertificate, addresses: [] })),
      // Its claims follow the greeting of the node: then ours was accepted.
      onFrame: (link, frame) => {
        if (frame[1] === 4) greeted.resolve(link);
      },
      onLinkDown: () => down.resolve(),
      onRefused: () => undefined,
    });
    await stranger.dial({ addresses: node.addresses });
    const link = await greeted.promise;
    link.send(new Uint8Array(700 * 1024));
    await down.promise;
    await expect.poll(() => node.status().counters).toMatchObject({ 'link.oversized-frame': 1, 'offence.oversized-frame': 1 });
    await using friend = await startNode({ transport: { wires: 'tcp' }, bootstrap: node.addresses });
    await eventOf(friend, ({ type }) => type === 'converged');
    await stranger.stop();
  });
});

describe('a node that cannot listen', () => {
  it('says which address is taken', async () => {
    await using node = await startNode({ transport: { wires: 'tcp' } });
    const taken = node.addresses.map((address) => address.replace(/\/p2p\/.*/, ''));
    await expect(startNode({ transport: { wires: 'tcp', listen: taken } })).rejects.toMatchObject({ code: 'address-in-use' });
  });
});
