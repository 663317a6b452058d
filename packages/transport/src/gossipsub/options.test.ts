import { accept, MeshError } from '@murmuration/protocol';
import { expect, test } from 'vitest';
import { identity } from '../libp2p/identity.test.support.ts';
import { gossipsubBridge, type GossipsubBridgeOptions } from './index.ts';
import { resolveBridgeOptions } from './options.ts';

const least: GossipsubBridgeOptions = {
  secretKey: new Uint8Array(32),
  listen: [],
  topics: ['one'],
  validate: () => accept,
  reputationOf: () => 0.5,
  onMessage: () => undefined,
};

test('the longest message is that of a topic of the mesh, by default', () => {
  const resolved = resolveBridgeOptions(least);
  expect([resolved.messageBytesMax, resolved.graceMs, resolved.engine.connectionsMax]).toEqual([64 * 1024, 5_000, 64]);
  expect(resolved.isBridge(identity().peer)).toBe(false);
});

test('violations of the bridge and of the node below it are told at once', () => {
  const wrong: GossipsubBridgeOptions = {
    ...least,
    secretKey: new Uint8Array(31),
    topics: ['', 'x'.repeat(129)],
    peers: ['/ip4/127.0.0.1/tcp/1'],
    messageBytesMax: 64 * 1024 + 1,
  };
  let thrown: unknown;
  try {
    void gossipsubBridge(wrong);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(MeshError);
  expect((thrown as MeshError<{ 'invalid-options': { violations: string[] } }>).details.violations).toEqual([
    'transport.secretKey must be 32 bytes',
    'gossipsub.topics must have 1 to 128 bytes, not ',
    `gossipsub.topics must have 1 to 128 bytes, not ${'x'.repeat(129)}`,
    'gossipsub.peers must be QUIC or TCP addresses with /p2p/<id>, not /ip4/127.0.0.1/tcp/1',
    'gossipsub.messageBytesMax must be an integer from 1 to 65536, not 65537',
  ]);
});

test('a topic named twice is one topic, and none is refused', () => {
  expect(resolveBridgeOptions({ ...least, topics: ['one', 'one'] }).topics).toEqual(['one']);
  expect(() => resolveBridgeOptions({ ...least, topics: [] })).toThrow('topics must name at least one topic');
});

test('a port in use is named', async () => {
  const first = await gossipsubBridge({ ...least, secretKey: identity().secretKey, listen: ['/ip4/127.0.0.1/tcp/0'] });
  const taken = (first.addresses[0] ?? '').replace(/\/p2p\/.*/, '');
  const second = gossipsubBridge({ ...least, secretKey: identity().secretKey, listen: [taken] });
  await expect(second).rejects.toMatchObject({ code: 'address-in-use', details: { address: taken } });
  await first.stop();
});
