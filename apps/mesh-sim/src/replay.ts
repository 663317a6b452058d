/** The verb `replay`: makes a run again from a result or from its replay line. From a result it also checks that the state is the same. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readWords } from './flags.ts';
import { usageError } from './program-error.ts';
import { json, readRun } from './requests.ts';
import { readResult } from './result-file.ts';
import { checkMemory, exitCodeOf, runOnce, show, type ExitCode } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Runs again what the words after `replay` name. */
export async function replay(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { line, isJson, stateHash } = readSource(words, terminal.folder);
  const { showing, ...request } = readRun(line.slice(line.indexOf('run') + 1));
  checkMemory(request, terminal);
  const result = await runOnce(request, terminal);
  show(result, isJson ? { format: 'json' } : showing, terminal);
  if (stateHash !== undefined && result.complete && result.stateHash !== stateHash) {
    terminal.err(`mesh-sim: the run ended in another state than the result says: ${result.stateHash}, not ${stateHash}\n`);
    return 1;
  }
  return exitCodeOf([result]);
}

/** A line is one quoted word, or as many as it has. */
function readSource(words: readonly string[], folder: string): { line: string[]; isJson: boolean; stateHash?: string } {
  const isLine = (text: readonly string[]): boolean => text.includes('run');
  const spread = words.flatMap((word) => word.trim().split(/\s+/));
  if (isLine(spread) && !(words.length === 1 && existsSync(resolve(folder, words[0] ?? '')))) return { line: spread, isJson: false };
  const { positionals, values, mistakes } = readWords(words, [json], 'mesh-sim replay');
  const [path, ...more] = positionals;
  if (mistakes.length > 0) throw usageError(...mistakes);
  if (path === undefined || more.length > 0) throw usageError('replay takes a file or a line: mesh-sim replay result.json, or mesh-sim replay "mesh-sim run epidemic ..."');
  const { replay: text, stateHash, complete } = readResult(path, folder);
  const line = text.split(/\s+/);
  if (!isLine(line)) throw usageError(`${path} holds no command to replay`);
  // The state of a run that was cut short is that of the moment.
  return { line, isJson: values.has('--json'), ...(complete ? { stateHash } : {}) };
}
