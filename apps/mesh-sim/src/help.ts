/** The help: the overview, or one verb, made from the scenarios and the flags. */
import { scenarios } from '@murmuration/simulator';
import type { Flag } from './flags.ts';
import { json, runFlags, scenarioNamed, seedsFlags, sweepFlags } from './requests.ts';

/** The verbs, in the order of the help. */
export const verbs = {
  run: 'Run a scenario once and report',
  sweep: 'Run a scenario with several sizes, values and seeds',
  seeds: 'Run small meshes with mixed faults, one of each seed, and check all that may never go wrong',
  compare: 'Compare two results that --json has written',
  replay: 'Make a run again, from a result or from its replay line, and check its hash',
  list: 'List the scenarios',
  help: 'Explain a verb or a scenario',
} as const;

/** A verb. */
export type Verb = keyof typeof verbs;

/** The help of a subject: nothing, a verb, or a scenario. */
export function helpText(subject?: string, scenario?: string): string {
  if (subject === undefined) return overview();
  if (subject === 'run' || subject === 'sweep') return runHelp(subject, scenario);
  if (Object.hasOwn(verbs, subject)) return verbHelp(subject as Verb);
  return runHelp('run', subject);
}

/** The scenarios, a line each. */
export function listText(): string {
  return lines(rows(scenarios.map(({ name, summary }) => [name, summary])));
}

function overview(): string {
  return lines([
    'mesh-sim: swarms of up to a million nodes on one machine, with the protocol code of the daemon.',
    '',
    'Usage: mesh-sim <verb> [flags]',
    '',
    ...rows(Object.entries(verbs)),
    '',
    'Scenarios:',
    ...rows(scenarios.map(({ name, summary }) => [name, summary])),
    '',
    'Start with: mesh-sim run epidemic --nodes 100000 --report report.html',
    'Flags of a scenario: mesh-sim run <scenario> --help',
    ...exitCodes,
  ]);
}

const exitCodes = ['', 'Exit codes: 0 done, 1 failed or a verdict does not hold, 2 wrong call, 130 cut short by Ctrl-C after a partial report.'];

function runHelp(verb: 'run' | 'sweep', name: string | undefined): string {
  if (name === undefined) {
    const names = scenarios.map((scenario) => scenario.name).join(', ');
    return lines([`${verbs[verb]}.`, '', `Usage: mesh-sim ${verb} <scenario> [flags]`, '', `Scenarios: ${names}`, `Flags: mesh-sim ${verb} <scenario> --help`, ...exitCodes]);
  }
  const scenario = scenarioNamed(name, verb);
  const flags = verb === 'run' ? runFlags(scenario) : sweepFlags(scenario);
  return lines([
    `${scenario.summary}.`,
    '',
    `Usage: mesh-sim ${verb} ${name} [flags]`,
    '',
    ...rows(flags.map(usageOf)),
    ...(verb === 'sweep' ? ['', 'Every value may be a list: --nodes 1000,10000. All combinations are run, each with --seeds seeds.'] : []),
    ...exitCodes,
  ]);
}

function verbHelp(verb: Verb): string {
  const operands = { compare: ' <before.json> <after.json>', replay: ' <file or line>', help: ' [verb or scenario]', list: '', run: '', sweep: '', seeds: '' }[verb];
  const flags = verb === 'help' ? [] : verb === 'seeds' ? seedsFlags() : [json];
  return lines([`${verbs[verb]}.`, '', `Usage: mesh-sim ${verb}${operands}${flags.length > 0 ? ' [flags]' : ''}`, '', ...rows(flags.map(usageOf))]);
}

function usageOf({ name, placeholder, help }: Flag): [string, string] {
  return [placeholder === undefined ? name : `${name} ${placeholder}`, help];
}

function rows(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...entries.map(([term]) => term.length)) + 2;
  return entries.map(([term, text]) => `  ${term.padEnd(width)}${text}`);
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
