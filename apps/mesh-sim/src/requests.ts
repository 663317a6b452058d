/** From words to what is wanted: verbs, a scenario with complete values, how to show the result. All mistakes at once. */
import { didYouMean } from '@murmuration/protocol';
import {
  completeValues, flagOf, readValue, scenarios, wantedOf, writeValue, type Parameter, type ParameterValues, type Scenario,
} from '@murmuration/simulator';
import { readWords, type Flag, type Words } from './flags.ts';
import { usageError } from './program-error.ts';

/** How results are shown. */
export interface Showing {
  readonly format: 'text' | 'json' | 'csv';
  /** Where the HTML report goes. */
  readonly report?: string;
}

/** One run. */
export interface RunRequest {
  readonly scenario: Scenario;
  readonly values: ParameterValues;
  readonly seed: number;
  readonly workers: number;
}

/** Many runs: every combination of values, each with several seeds from the first one on. */
export interface SweepRequest {
  readonly scenario: Scenario;
  readonly combinations: readonly ParameterValues[];
  readonly seed: number;
  readonly seeds: number;
  readonly workers: number;
}

/** Many small runs of mixed faults, one of each seed from the first one on. */
export interface SeedsWanted {
  readonly from: number;
  readonly count: number;
  readonly isJson: boolean;
}

/** Far above what fits on a screen or in a day. */
const runsMax = 10_000;
const seedMax = 0xffff_ffff;

const seed: Parameter = { kind: 'integer', default: 1, min: 0, max: seedMax, help: 'Seed of all chance: the same seed is the same run' };
// A run is cut into at most as many parts; more threads would each cost 20 MiB and a tenth of a second for nothing.
const workers: Parameter = { kind: 'integer', default: 1, min: 1, max: 32, help: 'Threads; the result does not depend on them' };
const seeds: Parameter = { kind: 'integer', default: 5, min: 1, max: runsMax, help: 'Runs of every combination, with seeds from --seed on' };

export const json: Flag = { name: '--json', help: 'Print one JSON object as the last line' };
const csv: Flag = { name: '--csv', help: 'Print rows of comma-separated values' };
const report: Flag = { name: '--report', placeholder: 'out.html', help: 'Write one HTML file that opens offline' };

/** The flags of `run` for a scenario, with their parameters. */
export function runFlags(scenario: Scenario): Flag[] {
  return [...parameterFlags({ ...scenario.parameters, seed, workers }), json, csv, report];
}

// An hour of one core, and more than any change has needed.
const count: Parameter = { kind: 'integer', default: 100, min: 1, max: 100_000, help: 'Seeds to run' };
const from: Parameter = { kind: 'integer', default: 1, min: 0, max: seedMax, help: 'The first of them' };

/** The flags of `seeds`. */
export function seedsFlags(): Flag[] {
  return [...parameterFlags({ count, from }), json];
}

/** Reads the words after `seeds`. */
export function readSeeds(words: readonly string[]): SeedsWanted {
  const read = readWords(words, seedsFlags(), 'mesh-sim seeds');
  const values = new ValueReader(read);
  const wanted = { from: values.number('from', from), count: values.number('count', count), isJson: read.values.has('--json') };
  if (wanted.from + wanted.count - 1 > seedMax) values.mistake(`--from ${wanted.from} leaves no room for ${wanted.count} seeds`);
  values.end();
  return wanted;
}

/** The flags of `sweep`. */
export function sweepFlags(scenario: Scenario): Flag[] {
  return [...parameterFlags({ ...scenario.parameters, seed, seeds, workers }), json, csv];
}

function parameterFlags(parameters: Readonly<Record<string, Parameter>>): Flag[] {
  return Object.entries(parameters).map(([name, parameter]) => ({
    name: flagOf(name),
    placeholder: parameter.kind === 'choice' ? (parameter.choices ?? []).join('|') : { integer: 'N', share: '0..1', duration: '5s', rate: '0.1/min' }[parameter.kind],
    help: `${parameter.help} [${writeValue(parameter, parameter.default)}]`,
  }));
}

/** The scenario of a name. */
export function scenarioNamed(name: string | undefined, verb: string): Scenario {
  const names = scenarios.map((scenario) => scenario.name);
  if (name === undefined) throw usageError(`${verb} which scenario? There are: ${names.join(', ')}`);
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw usageError(`unknown scenario ${name}${didYouMean(name, names)}; there are: ${names.join(', ')}`);
  return scenario;
}

/** Reads the words after `run`. */
export function readRun(words: readonly string[]): RunRequest & { readonly showing: Showing } {
  const scenario = scenarioNamed(words[0], 'run');
  const read = readWords(words.slice(1), runFlags(scenario), `mesh-sim run ${scenario.name}`);
  const values = new ValueReader(read);
  const run = {
    scenario, values: completeValues(scenario, values.all(scenario.parameters)),
    seed: values.number('seed', seed), workers: values.number('workers', workers), showing: values.showing(),
  };
  values.end();
  return run;
}

/** Reads the words after `sweep`: every value may be a list with commas. */
export function readSweep(words: readonly string[]): SweepRequest & { readonly showing: Showing } {
  const scenario = scenarioNamed(words[0], 'sweep');
  const values = new ValueReader(readWords(words.slice(1), sweepFlags(scenario), `mesh-sim sweep ${scenario.name}`));
  const combinations = values.combinations(scenario);
  const sweep = {
    scenario, combinations, seed: values.number('seed', seed), seeds: values.number('seeds', seeds),
    workers: values.number('workers', workers), showing: values.showing(),
  };
  const runs = combinations.length * sweep.seeds;
  if (runs > runsMax) values.mistake(`a sweep of ${runs} runs: at most ${runsMax}`);
  if (sweep.seed + sweep.seeds - 1 > seedMax) values.mistake(`--seed ${sweep.seed} leaves no room for ${sweep.seeds} seeds`);
  values.end();
  return sweep;
}

/** Takes typed values out of words and remembers what is wrong with them. */
class ValueReader {
  readonly #words: Words;
  readonly #mistakes: string[];

  constructor(words: Words) {
    this.#words = words;
    this.#mistakes = [...words.positionals.map((word) => `unexpected argument ${word}`), ...words.mistakes];
  }

  mistake(line: string): void {
    this.#mistakes.push(line);
  }

  /** Throws what was wrong. */
  end(): void {
    if (this.#mistakes.length > 0) throw usageError(...this.#mistakes);
  }

  all(parameters: Readonly<Record<string, Parameter>>): ParameterValues {
    return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, this.#value(name, parameter, this.#text(name, parameter))]));
  }

  number(name: string, parameter: Parameter): number {
    return this.#value(name, parameter, this.#text(name, parameter)) as number;
  }

  showing(): Showing {
    const { values } = this.#words;
    if (values.has('--json') && values.has('--csv')) this.mistake('--json and --csv exclude each other');
    const path = values.get('--report');
    return { format: values.has('--json') ? 'json' : values.has('--csv') ? 'csv' : 'text', ...(path === undefined ? {} : { report: path }) };
  }

  /** Every combination of the listed values, the first parameter changing slowest. */
  combinations(scenario: Scenario): ParameterValues[] {
    let combinations: ParameterValues[] = [{}];
    for (const [name, parameter] of Object.entries(scenario.parameters)) {
      const values = this.#text(name, parameter).split(',').map((text) => this.#value(name, parameter, text.trim()));
      // Beyond the limit the count alone is told, and not built.
      if (combinations.length * values.length > runsMax) this.mistake(`more than ${runsMax} combinations`);
      else combinations = combinations.flatMap((combination) => values.map((value) => ({ ...combination, [name]: value })));
    }
    return combinations;
  }

  #text(name: string, parameter: Parameter): string {
    return this.#words.values.get(flagOf(name)) ?? writeValue(parameter, parameter.default);
  }

  #value(name: string, parameter: Parameter, text: string): number | string {
    const read = readValue(parameter, text);
    if ('value' in read) return read.value;
    const near = parameter.kind === 'choice' ? didYouMean(text, parameter.choices ?? []) : '';
    this.mistake(`${flagOf(name)} must be ${wantedOf(parameter)}, not ${text}${near}`);
    return parameter.default;
  }
}
