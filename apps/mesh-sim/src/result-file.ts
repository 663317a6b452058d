/** Reads a result that `--json` has printed: a file with one object, or with output whose last line is one. */
import type { RunResult } from '@murmuration/simulator';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { causeOf, usageError } from './program-error.ts';

/** A result is some kilobytes; a log with one at its end may be more. */
const fileBytesMax = 64 * 1024 * 1024;

/** What is used of a stored result. */
export type StoredResult = Pick<RunResult,
  'scenario' | 'seed' | 'nodes' | 'workers' | 'options' | 'rounds' | 'simulatedMs' | 'percentiles' | 'messages' | 'copiesPerDelivery' |
  'eventsPerSecond' | 'wallMs' | 'peakRssBytes' | 'bytesPerNode' | 'stateHash' | 'verdicts' | 'replay' | 'complete'>;

/** The result in a file. */
export function readResult(path: string, folder: string): StoredResult {
  const text = readText(path, folder);
  for (const candidate of [text, text.trimEnd().split('\n').at(-1) ?? '']) {
    const value = parsed(candidate);
    if (isResult(value)) return value;
  }
  throw usageError(`${path} holds no result: it takes what mesh-sim run --json prints`);
}

function readText(path: string, folder: string): string {
  const place = resolve(folder, path);
  try {
    if (statSync(place).size > fileBytesMax) throw new Error(`larger than ${fileBytesMax} bytes`);
    return readFileSync(place, 'utf8');
  } catch (error) {
    throw usageError(`${path} cannot be read: ${causeOf(error)}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const wanted: Readonly<Record<string, string>> = {
  scenario: 'string', replay: 'string', stateHash: 'string', nodes: 'number', messages: 'number', wallMs: 'number', eventsPerSecond: 'number',
  peakRssBytes: 'number', bytesPerNode: 'number', percentiles: 'object', options: 'object', verdicts: 'object', complete: 'boolean',
};

function isResult(value: unknown): value is StoredResult {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, type]) => typeof record[name] === type && record[name] !== null) && Array.isArray(record['verdicts']);
}
