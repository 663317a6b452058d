/** Frames that no honest node sends, against a real daemon: the link is closed and counted, and nobody else notices. */
import { randomBytes } from 'node:crypto';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { describe, expect, it } from 'vitest';
import { DaemonGroup, eventually, type Daemon } from './processes.ts';

const linkProtocol = '/murmuration/mesh/1';

/** A frame as links carry it: a 32-bit length, then that many bytes. */
function framed(bytes: Uint8Array, announced: number = bytes.length): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(announced);
  return Buffer.concat([length, bytes]);
}

/** Opens a link as a node would, then says what a test wants; resolves when the daemon has closed the stream. */
async function sayTo(daemon: Daemon, bytes: Uint8Array, { thenEnd = false } = {}): Promise<void> {
  const { addresses } = await daemon.started();
  const engine = await createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] });
  try {
    const connection = await engine.dial(multiaddr(addresses.find((address) => address.includes('/tcp/')) ?? ''));
    const stream = await connection.newStream(linkProtocol);
    const closed = new Promise((resolve) => stream.addEventListener('close', resolve));
    stream.send(framed(Buffer.concat([randomBytes(16), Buffer.from([1, 0, 0, 0])])));
    stream.send(bytes);
    if (thenEnd) await stream.close();
    await closed;
  } finally {
    await engine.stop();
  }
}

async function countersOf(daemon: Daemon): Promise<Readonly<Record<string, number>>> {
  return (await (await daemon.client()).status()).counters;
}

describe('a peer that speaks the protocol badly', () => {
  it.each([
    ['a length prefix of 1 GB', framed(Buffer.from('and a few bytes'), 2 ** 30), false, 'link.oversized-frame'],
    ['a truncated frame', framed(Buffer.from('four'), 1_000), true, 'link.malformed-frame'],
    ['a greeting of garbage', framed(randomBytes(300)), false, 'refused.malformed-hello'],
    ['a greeting of another version', framed(Buffer.from([99, ...Buffer.from('mmhi')])), false, 'refused.other-version'],
  ])('with %s is closed and counted, and disturbs nobody', async (_what, bytes, thenEnd, counter) => {
    await using group = new DaemonGroup();
    const [one, two] = [await group.start(), await group.start()];
    await eventually('both see each other', async () => (await (await one.client()).status()).members.alive === 2 || undefined);
    await sayTo(one, bytes, { thenEnd });
    await eventually(`${counter} is counted`, async () => (await countersOf(one))[counter] === 1 || undefined);
    await (await two.client()).write({ set: { after: 'the attack' } });
    await eventually('the mesh goes on', async () => (await (await one.client()).registers({ prefix: 'after' })).length || undefined);
    expect((await (await one.client()).status()).members).toMatchObject({ alive: 2, suspect: 0, dead: 0 });
    expect(one.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
