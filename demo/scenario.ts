/** The demo's story: start, share out, index, kill one halfway, bring it back, and compare all copies. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './agents.ts';
import { waitForEqualHashes } from './convergence.ts';
import { Daemon } from './daemons.ts';
import { takeSnapshot } from './files.ts';
import type { DemoOptions } from './options.ts';
import { LiveTable } from './table.ts';
import { checkCopy, indexTruth, type Answers } from './verdict.ts';

/** What the demo prints for machines. */
export interface DemoResult {
  readonly nodes: number;
  readonly regions: number;
  readonly transport: 'quic' | 'tcp';
  readonly files: number;
  /** Files that every copy holds as they are. */
  readonly indexed: number;
  readonly converged: boolean;
  readonly distinctHashes: number;
  /** From the last acknowledged write until a copy had the final hash. */
  readonly convergenceMs: { readonly p50: number; readonly max: number };
  readonly killed: number;
  readonly rejoined: number;
  /** Acknowledged entries missing from any copy. */
  readonly lost: number;
}

/** The result with what is only for people. */
export interface DemoOutcome {
  readonly result: DemoResult;
  readonly answers: Answers;
  /** All that is needed for exit code 0. */
  readonly isGood: boolean;
}

/** Everybody and everything that plays. */
interface Cast {
  readonly files: readonly string[];
  readonly home: string;
  readonly daemons: readonly Daemon[];
  readonly agents: readonly Agent[];
  readonly table: LiveTable;
  /** Aborts when the story ends before its end: nobody waits for anything then. */
  readonly signal: AbortSignal;
}

const regions = ['eu', 'us', 'ap'];
const nodesPerRegion = 3;
/** Long enough that the mesh counts the victim as gone, and works on without it. */
const downMs = 3_000;
const joinTimeoutMs = 20_000;
const convergenceTimeoutMs = 20_000;

/** Runs it in a folder of its own, and leaves no process behind, however it ends. Rejects with the signal's reason when that aborts. */
export async function runScenario(options: DemoOptions, files: readonly string[], home: string, interrupt: AbortSignal): Promise<DemoOutcome> {
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupt, ended.signal]);
  const { transport } = options;
  const places = regions.flatMap((region) =>
    Array.from({ length: nodesPerRegion }, (_, i) => ({ home, name: `${region}-${i + 1}`, region, transport })),
  );
  const daemons = places.map((place) => new Daemon(place));
  const agents = daemons.map((daemon) => new Agent(daemon));
  const table = new LiveTable(agents, process.stdout.isTTY && !options.isJson);
  table.start();
  try {
    return await Promise.race([play(options, { files, home, daemons, agents, table, signal }), aborted(signal)]);
  } finally {
    ended.abort(new Error('the demo has ended'));
    await table.stop();
    for (const agent of agents) agent.stop();
    await Promise.all(daemons.map((daemon) => daemon.stop()));
  }
}

async function play(options: DemoOptions, { files, home, daemons, agents, table, signal }: Cast): Promise<DemoOutcome> {
  const folder = join(home, 'files');
  const copied = await takeSnapshot(options.folder, files, folder);
  const truth = await indexTruth(folder, copied);
  table.say('starting nine daemons in three regions');
  const bootstrap = await startAll(daemons, signal);
  table.say(`${agents.length} agents share out ${copied.length} files`);
  const working = Promise.all(agents.map((agent) => agent.run(folder, agents.length)));
  const rejoined = killHalfway(agents, copied.length, bootstrap, { table, signal });
  // Awaited below; where the story ends before that, its failure is the same one.
  rejoined.catch(() => undefined);
  await working;
  table.say('all files are written; comparing the copies');
  const lastWriteAt = Math.max(...agents.map((agent) => agent.lastWrittenAtMs));
  const [convergence] = await Promise.all([waitForEqualHashes(daemons, lastWriteAt, convergenceTimeoutMs), rejoined]);
  const checks = await Promise.all(daemons.map((daemon) => checkCopy(daemon, truth, agents)));
  const { distinctHashes, afterMs } = convergence;
  const result: DemoResult = {
    nodes: daemons.length,
    regions: regions.length,
    transport: options.transport,
    files: copied.length,
    indexed: Math.min(...checks.map((check) => check.indexed)),
    converged: distinctHashes === 1,
    distinctHashes,
    convergenceMs: { p50: afterMs[Math.floor(afterMs.length / 2)] ?? 0, max: afterMs.at(-1) ?? 0 },
    killed: 1,
    rejoined: (await rejoined) ? 1 : 0,
    lost: Math.max(...checks.map((check) => check.lost)),
  };
  const isSame = new Set(checks.map((check) => JSON.stringify(check.answers))).size === 1;
  const areWires = await useOnly(options.transport, daemons);
  const isGood = result.converged && isSame && areWires && result.indexed === copied.length && result.lost === 0 && result.rejoined === 1;
  return { result, answers: (checks[0] as { answers: Answers }).answers, isGood };
}

/** The first daemon alone, then the others, which know nothing but its address. Answers that address. */
async function startAll(daemons: readonly Daemon[], signal: AbortSignal): Promise<readonly string[]> {
  const [first, ...others] = daemons;
  const { addresses } = await (first as Daemon).start([]);
  await Promise.all(others.map((daemon) => daemon.start(addresses)));
  for (const daemon of daemons) await waitForMembers(daemon, daemons.length, signal);
  return addresses;
}

async function waitForMembers(daemon: Daemon, count: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + joinTimeoutMs;
  while (performance.now() < until) {
    signal.throwIfAborted();
    if ((await daemon.client.status()).members.alive === count) return;
    await sleep(50);
  }
  throw new Error(`${daemon.place.name} does not see ${count} members: see ${daemon.logPath}`);
}

/** When half of the files are written, the daemon with most of its share ahead of it dies, and is back some seconds later. */
async function killHalfway(agents: readonly Agent[], files: number, bootstrap: readonly string[], { table, signal }: Pick<Cast, 'table' | 'signal'>): Promise<boolean> {
  while (agents.reduce((sum, agent) => sum + agent.written.size, 0) < files / 2) await sleep(1, undefined, { signal });
  const left = ({ share, written }: Agent): number => share - written.size;
  // The first daemon is the others' bootstrap address; killing it as well would only prove that it is not needed any more.
  const [victim] = agents.toSorted((a, b) => left(b) - left(a)) as [Agent];
  const { daemon } = victim;
  const before = await daemon.client.status();
  table.say(`killed ${daemon.place.name} with ${left(victim)} files of its share unwritten`);
  await daemon.kill();
  await sleep(downMs, undefined, { signal });
  table.say(`${daemon.place.name} is coming back`);
  const after = await daemon.start(bootstrap);
  await waitForMembers(daemon, agents.length, signal);
  for (const agent of agents) await waitForMembers(agent.daemon, agents.length, signal);
  return after.id === before.id && after.epoch > before.epoch;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** True if every link runs on the wire that was asked for. */
async function useOnly(transport: 'quic' | 'tcp', daemons: readonly Daemon[]): Promise<boolean> {
  const statuses = await Promise.all(daemons.map((daemon) => daemon.client.status()));
  return statuses.every(({ links }) => links[transport] > 0 && links.quic + links.tcp === links[transport]);
}
