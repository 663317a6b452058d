/**
 * The same messages through our trees and through gossipsub of js-libp2p, one after the other in one run, over the same transport:
 * as many nodes, as many links each, the same authors and payloads. Each system has a process of its own. Latency is measured while
 * a few messages a second are said, throughput while a window of messages that some node still lacks is kept full.
 *
 *   node bench/peers/broadcast.ts [--nodes 100] [--transport quic|tcp] [--links 12] [--repeats 3] [--window 256] [--seconds 10]
 *                                 [--seed 1] [--small] [--json] [--progress]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { GossipsubSwarm } from '../swarms/gossipsub-swarm.ts';
import { Listener, type Latency, type Throughput } from '../swarms/measures.ts';
import { MeshSwarm } from '../swarms/mesh-swarm.ts';
import type { Wire } from '../swarms/swarm.ts';

type System = 'murmuration' | 'gossipsub';

/** How it is measured; the same for both. */
export interface Setting {
  readonly nodes: number;
  readonly transport: Wire;
  /** Links of a node, about. */
  readonly links: number;
  readonly messageBytes: number;
  readonly authors: number;
  /** Messages of the latency part, and the time between two. */
  readonly latencyMessages: number;
  readonly latencyIntervalMs: number;
  /** Of the throughput part: unfinished messages at a time, and how long new ones are said. */
  readonly window: number;
  readonly throughputMs: number;
  readonly seed: number;
}

/** What one system did in one repeat. */
export interface Sample {
  readonly joinMs: number;
  readonly latency: Latency;
  readonly throughput: Throughput;
}

/** Medians over the repeats. */
export interface Figures {
  readonly delivery: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly copiesPerDelivery: number;
  readonly messagesPerSecond: number;
  /** While as much is said as goes. */
  readonly loaded: { readonly delivery: number; readonly p50Ms: number; readonly p99Ms: number; readonly copiesPerDelivery: number };
}

/** What a run prints with `--json`. */
export interface Result {
  readonly bench: 'broadcast';
  readonly nodes: number;
  readonly setting: Setting;
  readonly repeats: number;
  readonly machine: string;
  readonly node: string;
  readonly cores: number;
  readonly load: number;
  readonly murmuration: Figures;
  readonly gossipsub: Figures;
  /** Ours over theirs. */
  readonly ratios: { readonly messagesPerSecond: number; readonly p50Ms: number; readonly copiesPerDelivery: number };
  readonly samples: Readonly<Record<System, readonly Sample[]>>;
}

const systems: readonly System[] = ['murmuration', 'gossipsub'];

/** Measures one system in this process. */
async function measure(system: System, setting: Setting): Promise<Sample> {
  const { nodes, transport, links, seed } = setting;
  const begunAt = performance.now();
  await using swarm = system === 'murmuration'
    ? new MeshSwarm(nodes, transport, links, seed) : new GossipsubSwarm(nodes, transport, links, seed);
  await swarm.join();
  const joinMs = Math.round(performance.now() - begunAt);
  const listener = new Listener(swarm, setting);
  // Trees are pruned by traffic, ours and theirs.
  await listener.latency(Math.ceil(setting.latencyMessages / 4), setting.latencyIntervalMs);
  const latency = await listener.latency(setting.latencyMessages, setting.latencyIntervalMs);
  return { joinMs, latency, throughput: await listener.throughput(setting.window, setting.throughputMs) };
}

/** Measures both, in turn, each time in a fresh process. */
export async function run(setting: Setting, repeats: number, onProgress: (line: string) => void): Promise<Result> {
  const samples: Record<System, Sample[]> = { murmuration: [], gossipsub: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const system of systems) {
      const sample = await inProcess(system, setting);
      samples[system].push(sample);
      onProgress(`${system} ${JSON.stringify(sample)}`);
    }
  }
  const [murmuration, gossipsub] = [figuresOf(samples.murmuration), figuresOf(samples.gossipsub)];
  const ratio = (of: (figures: Figures) => number): number => round(of(murmuration) / of(gossipsub));
  return {
    bench: 'broadcast', nodes: setting.nodes, setting, repeats, machine: cpus()[0]?.model ?? 'unknown', node: process.version,
    cores: cpus().length, load: round(loadavg()[0] ?? 0), murmuration, gossipsub,
    ratios: {
      messagesPerSecond: ratio(({ messagesPerSecond }) => messagesPerSecond), p50Ms: ratio(({ p50Ms }) => p50Ms),
      copiesPerDelivery: ratio(({ copiesPerDelivery }) => copiesPerDelivery),
    },
    samples,
  };
}

async function inProcess(system: System, setting: Setting): Promise<Sample> {
  const child = fork(import.meta.filename, ['--measure', system, JSON.stringify(setting)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that measured ${system} ended with ${String(code)} before it told a result`);
  });
  try {
    const [sample] = (await Promise.race([once(child, 'message'), ended])) as [Sample];
    return sample;
  } finally {
    ended.catch(() => undefined);
    child.kill();
  }
}

function figuresOf(samples: readonly Sample[]): Figures {
  const median = (of: (sample: Sample) => number): number => {
    const sorted = samples.map(of).toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  };
  return {
    delivery: median(({ latency }) => latency.delivery), p50Ms: median(({ latency }) => latency.p50Ms),
    p99Ms: median(({ latency }) => latency.p99Ms), copiesPerDelivery: median(({ latency }) => latency.copiesPerDelivery),
    messagesPerSecond: median(({ throughput }) => throughput.messagesPerSecond),
    loaded: {
      delivery: median(({ throughput }) => throughput.delivery), p50Ms: median(({ throughput }) => throughput.p50Ms),
      p99Ms: median(({ throughput }) => throughput.p99Ms), copiesPerDelivery: median(({ throughput }) => throughput.copiesPerDelivery),
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function table(result: Result): string {
  const { setting, repeats, machine, node, load, cores, ratios } = result;
  const row = (name: string, { delivery, p50Ms, p99Ms, copiesPerDelivery, messagesPerSecond, loaded }: Figures): string =>
    [name.padEnd(12), `${(delivery * 100).toFixed(2)} %`, `${p50Ms} ms`, `${p99Ms} ms`, copiesPerDelivery, messagesPerSecond,
      `${(loaded.delivery * 100).toFixed(2)} %`, `${loaded.p50Ms} ms`, loaded.copiesPerDelivery].map((cell) => String(cell).padStart(12)).join('');
  return [
    `${setting.nodes} nodes over ${setting.transport}, about ${setting.links} links each, ${setting.authors} authors, messages of ${setting.messageBytes} B`,
    `medians of ${repeats} repeats; ${machine}, Node ${node}, load ${load} on ${cores} cores`,
    ['', 'delivered', 'p50', 'p99', 'copies', 'messages/s', 'delivered', 'p50', 'copies'].map((cell) => cell.padStart(12)).join(''),
    row('murmuration', result.murmuration),
    row('gossipsub', result.gossipsub),
    `ours over theirs: messages/s ${ratios.messagesPerSecond}, p50 ${ratios.p50Ms}, copies ${ratios.copiesPerDelivery}`,
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string' }, transport: { type: 'string', default: 'quic' }, links: { type: 'string', default: '12' },
      repeats: { type: 'string' }, window: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string', default: '1' },
      small: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, progress: { type: 'boolean', default: false },
    },
  });
  const { transport, small } = values;
  if (transport !== 'quic' && transport !== 'tcp') throw new Error(`--transport is quic or tcp, not ${transport}`);
  const setting: Setting = {
    nodes: Number(values.nodes ?? (small ? 8 : 100)), transport, links: Number(values.links), messageBytes: 200, authors: small ? 2 : 10,
    latencyMessages: small ? 4 : 30, latencyIntervalMs: small ? 50 : 500, window: Number(values.window ?? 256),
    throughputMs: 1_000 * Number(values.seconds ?? (small ? 0.3 : 10)), seed: Number(values.seed),
  };
  const onProgress = (line: string): void => void (values.progress && process.stderr.write(`${line}\n`));
  const result = await run(setting, Number(values.repeats ?? (small ? 1 : 3)), onProgress);
  process.stdout.write(`${values.json ? JSON.stringify(result) : table(result)}\n`);
}

if (import.meta.main) {
  const [flag, system, setting] = process.argv.slice(2);
  if (flag !== '--measure') await main();
  else {
    const sample = await measure(system as System, JSON.parse(setting ?? '') as Setting);
    process.send?.(sample, () => process.exit(0));
  }
}
