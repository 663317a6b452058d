import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { rejection, Specimen } from '../conformance/specimen.ts';
import type { TransportErrorDetails } from '../errors.ts';
import { hostAndPort, parseAddress } from './addresses.ts';
import { killed, startDistant } from './distant-peer.test.support.ts';
import { identity } from './identity.test.support.ts';
import { libp2pTransport } from './index.ts';
import type { Libp2pTransportOptions } from './options.ts';

const specimens: Specimen[] = [];

afterEach(async () => {
  await Promise.all(specimens.splice(0).map(({ transport }) => transport.stop()));
});

async function start(options: Partial<Libp2pTransportOptions> = {}): Promise<Specimen> {
  const world = {
    patienceMs: 10_000,
    faults: {},
    absent: {},
    identity,
    deadAddresses: () => [],
    transport: ({ secretKey }: { secretKey: Uint8Array }) => libp2pTransport({ secretKey, ...options }),
  };
  const specimen = new Specimen(world, identity(), {});
  await specimen.transport.start(specimen);
  specimens.push(specimen);
  return specimen;
}

test('QUIC is dialed first, whatever the order of the addresses', async () => {
  const [dialer, acceptor] = [await start(), await start()];
  const addresses = acceptor.transport.localAddresses.toReversed();
  expect(addresses[0]).toContain('/tcp/');
  expect((await dialer.transport.dial({ addresses })).transport).toBe('quic');
});

test('dials of all addresses of one peer at once, without its name, end in one link', async () => {
  for (let round = 0; round < 5; round += 1) {
    // Four alike: their handshakes end together.
    const listen = Array.from({ length: 4 }, () => '/ip4/127.0.0.1/tcp/0');
    const [dialer, acceptor] = [await start(), await start({ listen })];
    const bare = acceptor.transport.localAddresses.map((address) => address.replace(/\/p2p\/.*/, ''));
    const dialed = [...bare, ...bare].map((address) => dialer.transport.dial({ addresses: [address] }));
    const links = await Promise.all(dialed);
    expect(new Set(links).size).toBe(1);
    expect([dialer.ups.length, dialer.causes]).toEqual([1, []]);
    await acceptor.until('the link is up', () => acceptor.links.length === 1);
  }
});

test('where QUIC does not answer within 2 s, TCP does', async () => {
  const [dialer, acceptor] = [await start(), await start({ wires: 'tcp' })];
  const dialedAt = performance.now();
  const link = await dialer.transport.dial({
    peer: acceptor.peer,
    addresses: ['/ip4/127.0.0.1/udp/1/quic-v1', ...acceptor.transport.localAddresses],
  });
  expect(link.transport).toBe('tcp');
  expect(performance.now() - dialedAt).toBeLessThan(6_000);
  expect(acceptor.transport.health()).toEqual([
    { transport: 'quic', state: 'off', restarts: 0 },
    { transport: 'tcp', state: 'listening', restarts: 0 },
  ]);
});

test('a failed dial names the attempts of both wires', async () => {
  const dialer = await start();
  const addresses = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/udp/1/quic-v1'];
  const error = await rejection(dialer.transport.dial({ addresses }), 'dial-failed');
  const { attempts } = error.details as TransportErrorDetails['dial-failed'];
  expect(attempts).toEqual([
    { address: '/ip4/127.0.0.1/udp/1/quic-v1', reason: 'no answer within 2000 ms' },
    { address: '/ip4/127.0.0.1/tcp/1', reason: expect.stringContaining('ECONNREFUSED') },
  ]);
});

test('addresses that cannot be dialed are named with the reason', async () => {
  const dialer = await start({ wires: 'tcp' });
  const addresses = ['localhost:4001', '/ip4/127.0.0.1/udp/1/quic-v1'];
  const error = await rejection(dialer.transport.dial({ addresses }), 'dial-failed');
  expect(error.details).toEqual({
    attempts: [
      { address: 'localhost:4001', reason: 'neither a QUIC nor a TCP address' },
      { address: '/ip4/127.0.0.1/udp/1/quic-v1', reason: 'quic is switched off' },
    ],
  });
});

test('connections above connectionsMax are turned away before any handshake, and counted', async () => {
  const crowded = await start({ connectionsMax: 1, wires: 'tcp' });
  const [first, second] = [await start(), await start()];
  const target = { peer: crowded.peer, addresses: crowded.transport.localAddresses };
  const link = await first.transport.dial(target);
  await rejection(second.transport.dial(target), 'dial-failed');
  await crowded.until('the refusal is counted', () => crowded.refusals.length > 0);
  expect(crowded.refusals).toEqual(['too-many-connections']);
  expect([link.send(Uint8Array.of(1)), crowded.links.length]).toEqual([true, 1]);
});

test('a client that connects and says nothing is hung up on after 5 s, and counted', async () => {
  const specimen = await start({ wires: 'tcp' });
  const address = parseAddress(specimen.transport.localAddresses[0] ?? '')?.address;
  const socket = connect(hostAndPort(address as never));
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  const connectedAt = performance.now();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  expect(performance.now() - connectedAt).toBeLessThan(9_000);
  expect(specimen.refusals).toEqual(['handshake-failed']);
});

test('a process that stops its transport ends by itself', async () => {
  const distant = await startDistant(identity(), 'both', {});
  const specimen = await start();
  await distant.dial(specimen.transport.localAddresses);
  const gone = once(distant.child, 'exit');
  const stoppedAt = performance.now();
  distant.child.send({ type: 'stop' });
  expect(await gone).toEqual([0, null]);
  expect(performance.now() - stoppedAt).toBeLessThan(8_000);
  await specimen.until('the link is down', () => specimen.causes.length === 1);
  expect(specimen.causes).toEqual(['closed-by-peer']);
  await killed(distant.child);
});
