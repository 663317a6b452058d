/**
 * How fast one gossipsub node of js-libp2p speaks to another: 200-byte messages, each signed and verified (StrictSign), over
 * TCP and over QUIC on loopback, a process each, with the defaults of the library. It is what our own dissemination and the
 * bridge are compared with. Throughput counts from the first publish to the last delivery.
 *
 *   node bench/peers/gossipsub-throughput.ts [--small] [--json]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { quic } from '@chainsafe/libp2p-quic';
import { gossipsub, type GossipSub } from '@libp2p/gossipsub';
import { identify, type Identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p } from 'libp2p';

type Wire = 'tcp' | 'quic';
type Plain = Libp2p<{ identify: Identify; pubsub: GossipSub }>;

/** One wire. */
export interface Row {
  readonly wire: Wire;
  readonly messagesPerSecond: number;
  /** Payload, in 10^6 bytes. */
  readonly megabytesPerSecond: number;
  readonly elapsedMs: number;
}

/** What a run prints with `--json`. */
export interface Result {
  readonly bench: 'gossipsub-throughput';
  readonly node: string;
  readonly machine: string;
  readonly messageBytes: number;
  readonly messages: number;
  /** Messages under one signature. */
  readonly batchSize: 1;
  /** Hash over wires, order and number of what arrived. */
  readonly resultHash: string;
  readonly rows: readonly Row[];
}

/** What the listener tells: where it is, and then what has arrived once all has. */
type Report = { readonly address: string } | { readonly received: number; readonly hash: string };

const topic = 'bench';
const messageBytes = 200;
const [fullMessages, smallMessages, warmUpMessages] = [20_000, 300, 300];
/** Publishes under way: enough to keep both processes busy, few enough that no buffer overflows. */
const inFlight = 64;
const deadlineMs = 120_000;
const listenOn: Record<Wire, string> = { tcp: '/ip4/127.0.0.1/tcp/0', quic: '/ip4/127.0.0.1/udp/0/quic-v1' };

function plain(wire: Wire, listen: readonly string[]): Promise<Plain> {
  return createLibp2p({
    addresses: { listen: [...listen] },
    transports: [wire === 'tcp' ? tcp() : quic()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), pubsub: gossipsub() },
  });
}

/** Measures both wires. Throws where a message is missing. */
export async function run({ small = false }: { readonly small?: boolean } = {}): Promise<Result> {
  const messages = small ? smallMessages : fullMessages;
  const rows: Row[] = [];
  const digest = createHash('sha256');
  for (const wire of ['tcp', 'quic'] as const) {
    const { elapsedMs, hash } = await measure(wire, messages);
    const messagesPerSecond = Math.round(messages / (elapsedMs / 1_000));
    const megabytesPerSecond = Number(((messagesPerSecond * messageBytes) / 1e6).toFixed(2));
    rows.push({ wire, messagesPerSecond, megabytesPerSecond, elapsedMs: Math.round(elapsedMs) });
    digest.update(`${wire} ${hash} `);
  }
  return {
    bench: 'gossipsub-throughput', node: process.version, machine: cpus()[0]?.model ?? 'unknown',
    messageBytes, messages, batchSize: 1, resultHash: digest.digest('hex'), rows,
  };
}

async function measure(wire: Wire, messages: number): Promise<{ elapsedMs: number; hash: string }> {
  const listener = fork(import.meta.filename, ['--listen', wire, String(messages)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const address = await told(listener, 'address');
    const node = await plain(wire, []);
    await node.dial(multiaddr(address.address));
    while (node.services.pubsub.getSubscribers(topic).length === 0) await sleep(10);
    await publishAll(node, warmUpMessages);
    const startedAt = performance.now();
    const arrived = told(listener, 'received');
    await publishAll(node, messages);
    const { received, hash } = await arrived;
    const elapsedMs = performance.now() - startedAt;
    await node.stop();
    if (received !== messages) throw new Error(`${received} of ${messages} messages arrived over ${wire}`);
    return { elapsedMs, hash };
  } finally {
    listener.kill();
  }
}

/** The next report that has the key. */
async function told<Key extends string>(child: ChildProcess, key: Key): Promise<Extract<Report, Record<Key, unknown>>> {
  for (;;) {
    // Gossipsub loses what a stream that breaks still held; a run that loses a message has no result.
    const [report] = (await once(child, 'message', { signal: AbortSignal.timeout(deadlineMs) })) as [Report];
    if (key in report) return report as Extract<Report, Record<Key, unknown>>;
  }
}

/** Publishes numbered messages, a few at a time. */
async function publishAll(node: Plain, messages: number): Promise<void> {
  let next = 0;
  const publishing = async (): Promise<void> => {
    while (next < messages) {
      const payload = Buffer.alloc(messageBytes);
      payload.writeUInt32LE(next);
      next += 1;
      await node.services.pubsub.publish(topic, payload);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, publishing));
}

/** The listening process: counts, and tells when all has come. */
async function listen(wire: Wire, messages: number): Promise<void> {
  const node = await plain(wire, [listenOn[wire]]);
  const { pubsub } = node.services;
  const numbers: number[] = [];
  let warmUp = 0;
  pubsub.addEventListener('message', ({ detail: { data } }) => {
    if (warmUp < warmUpMessages) {
      warmUp += 1;
      return;
    }
    numbers.push(Buffer.from(data).readUInt32LE());
    if (numbers.length < messages) return;
    const hash = createHash('sha256').update(numbers.toSorted((a, b) => a - b).join(' ')).digest('hex');
    process.send?.({ received: numbers.length, hash } satisfies Report);
  });
  pubsub.subscribe(topic);
  process.send?.({ address: node.getMultiaddrs().map(String)[0] ?? '' } satisfies Report);
}

function table({ rows, messages, machine, node, resultHash }: Result): string {
  return [
    `gossipsub of js-libp2p, one peer to another; ${machine}, Node ${node}`,
    `${messages} messages of ${messageBytes} B, each signed (batch size 1)`,
    ...rows.map(({ wire, messagesPerSecond, megabytesPerSecond }) =>
      `${wire.padEnd(6)}${String(messagesPerSecond).padStart(8)} messages/s ${String(megabytesPerSecond).padStart(8)} MB/s`),
    `result ${resultHash}`,
  ].join('\n');
}

if (import.meta.main) {
  const [role, wire, messages] = process.argv.slice(2);
  if (role === '--listen') {
    await listen(wire as Wire, Number(messages));
  } else {
    const result = await run({ small: process.argv.includes('--small') });
    process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(result) : table(result)}\n`);
  }
}
