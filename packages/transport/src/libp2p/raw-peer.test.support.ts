/** Peers that do not keep to the protocol: an engine like ours, handled by hand. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { multiaddr } from '@multiformats/multiaddr';
import type { Connection, Stream } from '@libp2p/interface';
import type { RawPeer } from '../conformance.ts';
import { encodeOpening, newInstance } from '../links/opening.ts';
import type { Transport } from '../transport.ts';
import { hostAndPort, parseAddress, type Wire } from './addresses.ts';
import { startEngine, type Engine } from './engine.ts';
import { writeLength } from './framing.ts';
import { identity } from './identity.test.support.ts';
import { linkProtocol } from './limits.ts';
import { resolveOptions } from './options.ts';

/** A node of a fresh identity, and its connection to the target. */
export async function rawConnection(
  target: Transport,
  wire: Wire,
): Promise<{ engine: Engine; connection: Connection }> {
  const engine = await startEngine(resolveOptions({ secretKey: identity().secretKey, wires: wire }), () => undefined);
  return { engine, connection: await engine.node.dial(multiaddr(target.localAddresses[0])) };
}

/** Opens a link by hand: our opening goes out, theirs is not awaited. */
export async function rawPeer(target: Transport, wire: Wire): Promise<RawPeer & { engine: Engine; stream: Stream }> {
  const { engine, connection } = await rawConnection(target, wire);
  const stream = await connection.newStream(linkProtocol);
  stream.addEventListener('message', () => undefined);
  const opening = encodeOpening({ instance: newInstance(), number: 1 });
  const frame = new Uint8Array(4 + opening.length);
  writeLength(frame, 0, opening.length);
  frame.set(opening, 4);
  stream.send(frame);
  return {
    engine,
    stream,
    peer: engine.self,
    write: (bytes) => void stream.send(bytes),
    end: () => stream.close(),
    stopReading: () => {
      stream.maxReadBufferLength = Number.POSITIVE_INFINITY;
      stream.pause();
    },
  };
}

const multistream = Buffer.from('\u0013/multistream/1.0.0\n');
const noise = Buffer.from('\u0007/noise\n');

/** Beginnings of conversations that lead nowhere. */
const nonsense: readonly Buffer[] = [
  randomBytes(64),
  Buffer.alloc(100_000, 0xff),
  Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
  Buffer.concat([multistream, Buffer.from('\u000b/not-noise\n'), randomBytes(50)]),
  Buffer.concat([multistream, noise, Buffer.from([0x00, 0x20]), randomBytes(32)]),
  Buffer.concat([multistream, noise, Buffer.from([0xff, 0xff]), randomBytes(65_535)]),
];

/** Connects once per piece of nonsense, sends it and hangs up; resolves with their number. */
export async function tcpNonsense(target: Transport): Promise<number> {
  await Promise.all(
    nonsense.map(async (bytes) => {
      const socket = connect(addressOf(target), () => socket.end(bytes));
      // Being hung up on is what is expected.
      socket.on('error', () => undefined).resume();
      await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    }),
  );
  return nonsense.length;
}

/** QUIC has no connection before the handshake: what is no packet of its own is dropped without a word. */
export async function udpNonsense(target: Transport): Promise<number> {
  const { host, port } = addressOf(target);
  const socket = createSocket('udp4');
  for (let at = 0; at < 500; at += 1) {
    const packet = randomBytes(40 + ((at * 3) % 1_300));
    // Every other one claims to be a first packet of QUIC version 1.
    if (at % 2 === 0) Buffer.from([0xc3, 0, 0, 0, 1, 8]).copy(packet);
    await new Promise<void>((resolve) => socket.send(packet, port, host, () => resolve()));
  }
  socket.close();
  return 0;
}

function addressOf(target: Transport): { host: string; port: number } {
  const parsed = parseAddress(target.localAddresses[0] ?? '');
  if (parsed === undefined) throw new Error('the target does not listen');
  return hostAndPort(parsed.address);
}
