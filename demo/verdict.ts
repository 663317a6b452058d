/** Was it all true? Compares every daemon's copy with what the files really hold, and with what the daemons promised. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from './agents.ts';
import type { Daemon } from './daemons.ts';
import { indexFile, keyOf, type FileIndex } from './indexer.ts';

/** The answers of one copy to the demo's queries. */
export interface Answers {
  readonly files: number;
  readonly lines: number;
  readonly words: number;
  /** The names declared in most files, with how many. */
  readonly topSymbols: readonly (readonly [symbol: string, files: number])[];
  /** Totals by region, from the shared document. */
  readonly linesByRegion: Readonly<Record<string, number>>;
}

/** What is wrong with one copy. */
export interface CopyCheck {
  readonly indexed: number;
  /** Acknowledged entries that the copy does not hold as they were written. */
  readonly lost: number;
  readonly answers: Answers;
}

interface Summary {
  readonly region: string;
  readonly lines: number;
}

/** The truth, from the files themselves. */
export async function indexTruth(folder: string, files: readonly string[]): Promise<Map<string, string>> {
  const truth = new Map<string, string>();
  for (const path of files) truth.set(keyOf(path), JSON.stringify(indexFile(path, await readFile(join(folder, path)))));
  return truth;
}

/** Reads one daemon's copy and compares. */
export async function checkCopy(daemon: Daemon, truth: ReadonlyMap<string, string>, agents: readonly Agent[]): Promise<CopyCheck> {
  const registers = await daemon.client.registers({ prefix: 'file/' });
  const held = new Map(registers.map((register) => [register.key, register.text ?? '']));
  const promised = agents.flatMap((agent) => [...agent.written]);
  const summary = (await daemon.client.document('demo/summary'))['map'] as Record<string, Summary>;
  const isTrue = (key: string): boolean => held.get(key) === truth.get(key);
  return {
    indexed: [...truth.keys()].filter(isTrue).length,
    lost: promised.filter((key) => !isTrue(key)).length,
    answers: answer([...held.values()].map((text) => JSON.parse(text) as FileIndex), Object.values(summary)),
  };
}

function answer(indexes: readonly FileIndex[], summaries: readonly Summary[]): Answers {
  const declared = new Map<string, number>();
  for (const symbol of indexes.flatMap((index) => index.symbols)) declared.set(symbol, (declared.get(symbol) ?? 0) + 1);
  const linesByRegion: Record<string, number> = {};
  for (const { region, lines } of summaries) linesByRegion[region] = (linesByRegion[region] ?? 0) + lines;
  return {
    files: indexes.length,
    lines: indexes.reduce((sum, index) => sum + index.lines, 0),
    words: indexes.reduce((sum, index) => sum + index.words, 0),
    topSymbols: [...declared].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 5),
    linesByRegion: Object.fromEntries(Object.entries(linesByRegion).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
