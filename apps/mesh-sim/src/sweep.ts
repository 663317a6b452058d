/** The verb `sweep`: every combination of values with several seeds, and one row for each. */
import { allHold, csvText, writeValue, type ParameterValues, type RunResult, type Scenario } from '@murmuration/simulator';
import { checkMemory, exitCodeOf, runOnce, type ExitCode } from './run.ts';
import { readSweep, type SweepRequest } from './requests.ts';
import type { Terminal } from './terminal.ts';

/** What the runs of one combination have in common. */
export interface SweepRow {
  readonly options: ParameterValues;
  readonly runs: number;
  /** When all knew, over the runs in which they did: rounds, or simulated milliseconds. */
  readonly allKnowAfter: { readonly mean: number; readonly least: number; readonly most: number } | null;
  /** Means over the runs. */
  readonly messagesPerNode: number;
  readonly wallMs: number;
  /** Runs with a verdict that does not hold, by the command that makes them again. */
  readonly failures: readonly string[];
}

/** Runs what the words after `sweep` say. */
export async function sweep(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { showing, ...request } = readSweep(words);
  for (const values of request.combinations) checkMemory({ ...request, values }, terminal);
  const rows: SweepRow[] = [];
  let exitCode: ExitCode = 0;
  for (const values of request.combinations) {
    if (exitCode === 130) break;
    const results = await runSeeds(request, values, `${rows.length + 1} of ${request.combinations.length}`, terminal);
    const ended = exitCodeOf(results);
    exitCode = ended === 0 ? exitCode : ended;
    rows.push(rowOf(values, results));
  }
  const { scenario, seed, seeds } = request;
  if (showing.format === 'json') terminal.out(`${JSON.stringify({ scenario: scenario.name, seed, seeds, complete: exitCode !== 130, rows })}\n`);
  else terminal.out(showing.format === 'csv' ? csvText(cellsOf(scenario, rows)) : textTable(scenario, rows, exitCode === 130));
  return exitCode;
}

async function runSeeds({ scenario, seed, seeds, workers }: SweepRequest, values: ParameterValues, place: string, terminal: Terminal): Promise<RunResult[]> {
  const results: RunResult[] = [];
  while (results.length < seeds && results.at(-1)?.complete !== false) {
    const title = `${scenario.name} ${place}, seed ${results.length + 1} of ${seeds}`;
    results.push(await runOnce({ scenario, values, seed: seed + results.length, workers }, terminal, title));
  }
  return results;
}

/** One row from the runs of one combination. Runs that were cut short count for nothing. */
export function rowOf(options: ParameterValues, results: readonly RunResult[]): SweepRow {
  const whole = results.filter(({ complete }) => complete);
  const ends = whole.map(({ percentiles }) => percentiles['100']).filter((end) => end !== null);
  return {
    options,
    runs: whole.length,
    allKnowAfter: ends.length === 0 ? null : { mean: mean(ends), least: Math.min(...ends), most: Math.max(...ends) },
    messagesPerNode: mean(whole.map(({ messages, nodes }) => messages / nodes)),
    wallMs: Math.round(mean(whole.map(({ wallMs }) => wallMs))),
    failures: whole.filter((result) => !allHold(result)).map(({ replay }) => replay),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Header and rows; parameters that every row has alike are left out of the text, not of the CSV. */
function cellsOf({ parameters }: Scenario, rows: readonly SweepRow[], names: readonly string[] = Object.keys(parameters)): string[][] {
  const heading = [...names, 'runs', 'mean', 'least', 'most', 'messages/node', 'wallMs', 'failed'];
  return [heading, ...rows.map(({ options, runs, allKnowAfter, messagesPerNode, wallMs, failures }) => [
    ...names.map((name) => writeValue(parameters[name] as Scenario['parameters'][string], options[name] as number | string)),
    String(runs),
    ...(allKnowAfter === null ? ['', '', ''] : [allKnowAfter.mean.toFixed(2), String(allKnowAfter.least), String(allKnowAfter.most)]),
    messagesPerNode.toFixed(1), String(wallMs), String(failures.length),
  ])];
}

function textTable(scenario: Scenario, rows: readonly SweepRow[], isCut: boolean): string {
  const differs = (name: string): boolean => new Set(rows.map(({ options }) => options[name])).size > 1;
  const names = Object.keys(scenario.parameters).filter((name) => name === 'nodes' || differs(name));
  const cells = cellsOf(scenario, rows, names);
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const lines = cells.map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}`);
  const failures = rows.flatMap((row) => row.failures);
  return [
    `${scenario.name}: when all know${isCut ? '; CUT SHORT' : ''}`, '', ...lines,
    ...(failures.length === 0 ? [] : ['', '  a verdict does not hold in', ...failures.map((line) => `    ${line}`)]), '',
  ].join('\n');
}
