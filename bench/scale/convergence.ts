/**
 * How long until all know: real nodes in one process, one of them writes one register, and every other one says when it holds it.
 * The clock of each node starts at the write; a few writes come before, because trees are pruned by traffic. One thread does the work
 * of all, so the figures are an upper bound for nodes that have a core each.
 *
 *   node bench/scale/convergence.ts [--nodes 1000] [--transport memory|quic] [--neighbors 12] [--members N]
 *                                   [--writes 5] [--seed 1] [--small] [--json] [--progress]
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { MeshNode } from '@murmuration/node';
import { pickBelow, random32 } from '@murmuration/protocol';
import { Fleet, type FleetOptions, type Wire } from '../fleet/fleet.ts';

/** One write. Times are those of all nodes but its author. */
export interface Sample {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly allMs: number;
  /** Rounds of an average node until all knew. */
  readonly rounds: number;
  /** Copies received for each that was taken, 1 at best; those that came up to a second later count. */
  readonly copiesPerDelivery: number;
  /** Received by an average node until all knew, everything included. */
  readonly bytesPerNode: number;
}

/** What a run prints with `--json`: medians over the samples. */
export interface Result extends Sample {
  readonly nodes: number;
  readonly transport: Wire;
  readonly neighborsMax: number;
  readonly seed: number;
  /** From the first start until everybody knew everybody's name. Signatures are checked once in the process meanwhile. */
  readonly joinMs: number;
  /** Growth of the process by node, garbage included: the heap is large, and nobody collects it before. */
  readonly rssBytesPerNode: number;
  /** Cores that all nodes together use while nobody writes. At 1 the thread is full, and the figures say nothing about nodes. */
  readonly idleCores: number;
  /** Processes that wanted a core of this machine, on average over the last minute: above `cores` we were not alone. */
  readonly load: number;
  readonly cores: number;
  readonly samples: readonly Sample[];
}

const writesDefault = 5;
const warmUpWrites = 5;
const smallNodes = 20;
/** Tables hold everybody; a mesh of less than a cell has the tables of a cell. */
const membersMin = 256;
const knownMsMax = 30_000;
/** After the join and after a write: rounds slow down, late copies arrive. Whatever moves on for longer is measured too. */
const restMs = 3_000;
const smallRestMs = 300;
const restMsMax = 120_000;
const key = 'bench/news';

/** Measures. Rejects where a write is not known by all within half a minute. */
export async function run(options: FleetOptions & { readonly writes: number; readonly restMs: number }): Promise<Result> {
  const { count, wire, neighborsMax, seed, writes } = options;
  const rssBefore = process.memoryUsage.rss();
  const begunAt = performance.now();
  await using fleet = new Fleet(options);
  await fleet.join();
  const joinMs = Math.round(performance.now() - begunAt);
  const rssBytesPerNode = Math.round((process.memoryUsage.rss() - rssBefore) / count);
  const samples: Sample[] = [];
  for (let i = 0; i < warmUpWrites + writes; i++) {
    await rest(fleet, options.restMs);
    samples.push(await measure(fleet, pickBelow(random32(seed, 0, i, 1), count), options.restMs));
    options.onProgress?.(JSON.stringify(samples.at(-1)));
  }
  samples.splice(0, warmUpWrites);
  const idleCores = await coresUsed(options.restMs);
  const median = (of: keyof Sample): number => quantile(samples.map((sample) => sample[of]), 0.5);
  return {
    nodes: count, transport: wire, neighborsMax, seed, p50Ms: median('p50Ms'), p99Ms: median('p99Ms'), allMs: median('allMs'),
    rounds: median('rounds'), copiesPerDelivery: median('copiesPerDelivery'), bytesPerNode: median('bytesPerNode'), joinMs,
    rssBytesPerNode, idleCores, load: round2(loadavg()[0] ?? 0), cores: cpus().length, samples,
  };
}

/** Until nothing has moved for a while: the write before, or the join, would be measured too. */
async function rest({ tally }: Fleet, ms: number): Promise<void> {
  const moved = (): number => tally.totals().deliveries + tally.totals().duplicates;
  const deadline = performance.now() + restMsMax;
  for (let before = -1; before !== moved() && performance.now() < deadline; ) {
    before = moved();
    await pause(ms);
  }
}

/** One write of one node, until all others hold it and a moment longer. */
async function measure({ nodes, tally }: Fleet, author: number, ms: number): Promise<Sample> {
  const before = tally.totals();
  const arrivals = arrivalsAt(nodes.filter((_, index) => index !== author));
  await (nodes[author] as MeshNode).set(key, `${author} at ${Date.now()}`);
  const times = await arrivals;
  const known = tally.totals();
  await pause(Math.min(ms, 1_000));
  const after = tally.totals();
  const deliveries = after.deliveries - before.deliveries;
  return {
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    allMs: quantile(times, 1),
    rounds: round2((known.rounds - before.rounds) / nodes.length),
    copiesPerDelivery: round2((deliveries + after.duplicates - before.duplicates) / deliveries),
    bytesPerNode: Math.round((known.bytes - before.bytes) / nodes.length),
  };
}

/** Milliseconds from now until the register changes, for each node. */
async function arrivalsAt(nodes: readonly MeshNode[]): Promise<number[]> {
  const begunAt = performance.now();
  const times: number[] = [];
  const stops: (() => void)[] = [];
  const all = new Promise<void>((resolve) => {
    for (const node of nodes) {
      stops.push(node.on('register-changed', (event) => {
        if (event.key !== key) return;
        times.push(performance.now() - begunAt);
        if (times.length === nodes.length) resolve();
      }));
    }
  });
  const late = new AbortController();
  await Promise.race([all, pause(knownMsMax, undefined, { signal: late.signal })]);
  late.abort();
  for (const stop of stops) stop();
  if (times.length < nodes.length) throw new Error(`after ${knownMsMax} ms ${times.length} of ${nodes.length} nodes know the write`);
  return times;
}

/** Cores that this process uses in so many milliseconds, after as many of rest. */
async function coresUsed(ms: number): Promise<number> {
  await pause(ms);
  const [before, begunAt] = [process.cpuUsage(), performance.now()];
  await pause(ms);
  const { user, system } = process.cpuUsage(before);
  return round2((user + system) / 1_000 / (performance.now() - begunAt));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round2(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function table({ nodes, transport, neighborsMax, p50Ms, p99Ms, allMs, samples, ...rest }: Result): string {
  return [
    `${nodes} nodes over ${transport}, at most ${neighborsMax} links each; medians of ${samples.length} writes`,
    `known by half of them after ${p50Ms} ms, by 99 % after ${p99Ms} ms, by all after ${allMs} ms`,
    `${rest.rounds} rounds, ${rest.copiesPerDelivery} copies per delivery, ${rest.bytesPerNode} B received per node`,
    `joined in ${rest.joinMs} ms; ${rest.rssBytesPerNode} B of RSS per node, ${rest.idleCores} cores when idle; load ${rest.load} on ${rest.cores} cores`,
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string' }, transport: { type: 'string', default: 'memory' }, neighbors: { type: 'string', default: '12' },
      members: { type: 'string' },
      writes: { type: 'string', default: String(writesDefault) }, seed: { type: 'string', default: '1' },
      small: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, progress: { type: 'boolean', default: false },
    },
  });
  const wire = values.transport;
  if (wire !== 'memory' && wire !== 'quic') throw new Error(`--transport is memory or quic, not ${wire}`);
  const count = values.small ? smallNodes : Number(values.nodes ?? (wire === 'quic' ? 100 : 1_000));
  const result = await run({
    count, wire, neighborsMax: Number(values.neighbors), membersMax: Number(values.members ?? Math.max(membersMin, count)),
    seed: Number(values.seed), writes: Number(values.writes),
    restMs: values.small ? smallRestMs : restMs,
    ...(values.progress && { onProgress: (line: string): void => void process.stderr.write(`${line}\n`) }),
  });
  process.stdout.write(`${values.json ? JSON.stringify(result) : table(result)}\n`);
}

if (import.meta.main) await main();
