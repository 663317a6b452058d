import { MeshError } from '@murmuration/protocol';
import { expect, test } from 'vitest';
import { resolveOptions, type Libp2pTransportOptions } from './options.ts';

const secretKey = new Uint8Array(32);

function violations(options: Partial<Libp2pTransportOptions>): unknown {
  try {
    resolveOptions({ secretKey, ...options });
  } catch (error) {
    return error instanceof MeshError ? (error.details as { violations: unknown }).violations : error;
  }
  return [];
}

test('an identity is all that is needed', () => {
  const resolved = resolveOptions({ secretKey });
  expect(resolved.listen).toEqual(['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0']);
  expect(resolved.wires).toEqual(['quic', 'tcp']);
});

test('all violations are told at once', () => {
  expect(
    violations({
      secretKey: new Uint8Array(31),
      listen: ['/ip4/0.0.0.0/tcp/1/ws'],
      idleTimeoutMs: 1.5,
      connectionsMax: 0,
    }),
  ).toEqual([
    'transport.secretKey must be 32 bytes',
    'transport.listen must be like /ip4/…/udp/<port>/quic-v1 or /ip4/…/tcp/<port>, not /ip4/0.0.0.0/tcp/1/ws',
    'transport.idleTimeoutMs must be an integer from 100 to 600000, not 1.5',
    'transport.connectionsMax must be an integer from 1 to 65536, not 0',
  ]);
});

test('a buffer that holds no frame is refused', () => {
  expect(violations({ frameBytesMax: 4_096, linkBufferBytesMax: 4_095 })).toEqual([
    'transport.linkBufferBytesMax must be at least frameBytesMax',
  ]);
});

test('a wire that is switched off is neither listened on nor dialed', () => {
  const { wires, listen } = resolveOptions({ secretKey, wires: 'tcp' });
  expect([wires, listen]).toEqual([['tcp'], ['/ip4/127.0.0.1/tcp/0']]);
});

test('strangers are limited to 5 connections a second and host, processes of this machine to 256', () => {
  expect(resolveOptions({ secretKey }).inboundConnectionsPerSecond).toBe(256);
  expect(resolveOptions({ secretKey, listen: ['/ip4/0.0.0.0/tcp/0'] }).inboundConnectionsPerSecond).toBe(5);
});
