/**
 * One agent, a process of its own beside one daemon. It waits until all agents are there, takes the files that fall to it by
 * rendezvous hashing, indexes them, and writes what it finds through its daemon. If the daemon dies it waits for it to come back and
 * repeats what was not acknowledged: a register that is written twice with one value is written once. It reports on stdout, one JSON object a line.
 *
 *   node agent.ts <control socket> <folder> <number of agents>
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControlClient, ControlError } from '@murmuration/mesh-node/control-client';
import { listFiles } from './files.ts';
import { indexFile, keyOf, type FileIndex } from './indexer.ts';
import { ownerOf } from './rendezvous.ts';

/** A line of an agent's report. */
export type AgentReport =
  | { readonly type: 'share'; readonly files: number }
  /** These files are on the disk of the daemon, which promised to keep them. */
  | { readonly type: 'written'; readonly keys: readonly string[] }
  | { readonly type: 'waiting'; readonly reason: string }
  /** All is written, the entry in the shared document too. */
  | { readonly type: 'done' };

const readyKey = 'demo/agent';
const summaryDocument = 'demo/summary';
/** Small batches: many signatures, many chances for a kill to fall between two of them. */
const filesPerWrite = 4;
const retryMs = 100;

const [socketPath = '', folder = '', agents = '0'] = process.argv.slice(2);
const client = new ControlClient(socketPath);

function report(line: AgentReport): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Repeats a call for as long as the daemon is away; anything else it says is an error of ours. */
async function persistently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ControlError) || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error;
      report({ type: 'waiting', reason: error.message });
      await sleep(retryMs);
    }
  }
}

/** The identities of all daemons that have an agent, as our own daemon knows them. */
async function meetAgents(count: number): Promise<string[]> {
  await persistently(() => client.write({ set: { [readyKey]: 'ready' } }));
  for (;;) {
    const ready = await persistently(() => client.registers({ prefix: readyKey }));
    if (ready.length >= count) return ready.map((register) => register.author);
    await sleep(retryMs);
  }
}

/** Indexes the files and writes them, a few at a time. Answers what was found. */
async function indexAll(paths: readonly string[]): Promise<FileIndex[]> {
  const found: FileIndex[] = [];
  for (let first = 0; first < paths.length; first += filesPerWrite) {
    const group = paths.slice(first, first + filesPerWrite);
    const indexes = await Promise.all(group.map(async (path) => indexFile(path, await readFile(join(folder, path)))));
    const set = Object.fromEntries(indexes.map((index) => [keyOf(index.path), JSON.stringify(index)]));
    await persistently(() => client.write({ set }));
    report({ type: 'written', keys: Object.keys(set) });
    found.push(...indexes);
  }
  return found;
}

/** One entry of the shared document: what this agent found in all. */
async function summarize(name: string, region: string, found: readonly FileIndex[]): Promise<void> {
  const sum = (field: 'lines' | 'words'): number => found.reduce((total, index) => total + index[field], 0);
  const totals = { region, files: found.length, lines: sum('lines'), words: sum('words') };
  await persistently(() => client.writeDocument(summaryDocument, { set: { [name]: totals } }));
}

const everybody = await meetAgents(Number(agents));
const { id, name, region } = await persistently(() => client.status());
const share = (await listFiles(folder)).filter((path) => ownerOf(path, everybody) === id);
report({ type: 'share', files: share.length });
await summarize(name, region, await indexAll(share));
report({ type: 'done' });
