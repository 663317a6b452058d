/** From words to an exit code: finds the verb, runs it, tells failures in a line each. */
import { didYouMean } from '@murmuration/protocol';
import { scenarios } from '@murmuration/simulator';
import { compare } from './compare.ts';
import { readWords } from './flags.ts';
import { helpText, listText, verbs, type Verb } from './help.ts';
import { ProgramError, usageError } from './program-error.ts';
import { replay } from './replay.ts';
import { json } from './requests.ts';
import { run, type ExitCode } from './run.ts';
import { seeds } from './seeds.ts';
import { sweep } from './sweep.ts';
import type { Terminal } from './terminal.ts';

/** Runs a command; answers its exit code: 0 done, 1 failed, 2 wrong call, 130 cut short. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await perform(words, terminal);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    for (const line of error.lines) terminal.err(`mesh-sim: ${line}\n`);
    return error.exitCode;
  }
}

async function perform([first, ...rest]: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (first === undefined) throw usageError('no verb given: try mesh-sim --help');
  const operands = rest.filter((word) => !word.startsWith('-'));
  if (first === '--help' || first === '-h' || first === 'help') return print(terminal, helpText(operands[0], operands[1]));
  if (!Object.hasOwn(verbs, first)) throw usageError(`unknown verb ${first}${didYouMean(first, Object.keys(verbs))}; verbs: ${Object.keys(verbs).join(', ')}`);
  if (rest.includes('--help') || rest.includes('-h')) return print(terminal, helpText(first, operands[0]));
  switch (first as Exclude<Verb, 'help'>) {
    case 'run': return run(rest, terminal);
    case 'sweep': return sweep(rest, terminal);
    case 'seeds': return seeds(rest, terminal);
    case 'compare': return compare(rest, terminal);
    case 'replay': return replay(rest, terminal);
    case 'list': return list(rest, terminal);
  }
}

function list(words: readonly string[], terminal: Terminal): 0 {
  const { positionals, values, mistakes } = readWords(words, [json], 'mesh-sim list');
  const all = [...positionals.map((word) => `unexpected argument ${word}`), ...mistakes];
  if (all.length > 0) throw usageError(...all);
  if (!values.has('--json')) return print(terminal, listText());
  return print(terminal, `${JSON.stringify({ scenarios: scenarios.map(({ name, summary, parameters }) => ({ name, summary, parameters })) })}\n`);
}

function print(terminal: Terminal, text: string): 0 {
  terminal.out(text);
  return 0;
}
