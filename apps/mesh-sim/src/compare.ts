/** The verb `compare`: two results side by side. It fails where a verdict that held before does not hold after. */
import { bytesText, countText, millisText, momentText, percentileNames } from '@murmuration/simulator';
import { json } from './requests.ts';
import { readWords } from './flags.ts';
import { usageError } from './program-error.ts';
import { readResult, type StoredResult } from './result-file.ts';
import type { Terminal } from './terminal.ts';

/** One measure of both. */
interface Row {
  readonly measure: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly text: (value: number | null) => string;
}

/** Compares what the words after `compare` name. */
export function compare(words: readonly string[], terminal: Terminal): 0 | 1 {
  const { positionals, values, mistakes } = readWords(words, [json], 'mesh-sim compare');
  const [first, second, ...more] = positionals;
  if (mistakes.length > 0) throw usageError(...mistakes);
  if (first === undefined || second === undefined || more.length > 0) throw usageError('compare takes two files: mesh-sim compare before.json after.json');
  const before = readResult(first, terminal.folder);
  const after = readResult(second, terminal.folder);
  const broken = brokenVerdicts(before, after);
  if (values.has('--json')) terminal.out(`${JSON.stringify(dataOf(before, after, broken))}\n`);
  else terminal.out(textOf(before, after, broken));
  return broken.length === 0 ? 0 : 1;
}

/** Verdicts that held before and do not hold after. */
function brokenVerdicts(before: StoredResult, after: StoredResult): string[] {
  const held = new Set(before.verdicts.filter(({ holds }) => holds).map(({ name }) => name));
  return after.verdicts.filter(({ name, holds }) => !holds && held.has(name)).map(({ name, detail }) => `${name}: ${detail}`);
}

function rowsOf(before: StoredResult, after: StoredResult): Row[] {
  const row = (measure: string, of: (result: StoredResult) => number | null | undefined, text: (value: number) => string): Row =>
    ({ measure, before: of(before) ?? null, after: of(after) ?? null, text: (value) => (value === null ? '-' : text(value)) });
  return [
    ...percentileNames.map((name) => row(`${name} % know after`, ({ percentiles }) => percentiles[name], (value) => momentText(after, value))),
    row('messages a node', ({ messages, nodes }) => messages / nodes, (value) => value.toFixed(1)),
    row('copies per delivery', ({ copiesPerDelivery }) => copiesPerDelivery, (value) => value.toFixed(2)),
    row('wall', ({ wallMs }) => wallMs, millisText),
    row('events a second', ({ eventsPerSecond }) => eventsPerSecond, countText),
    row('state a node', ({ bytesPerNode }) => bytesPerNode, bytesText),
    row('peak memory', ({ peakRssBytes }) => peakRssBytes, bytesText),
  ];
}

/** Options and seed that differ, by name. */
function differences(before: StoredResult, after: StoredResult): string[] {
  const names = new Set([...Object.keys(before.options), ...Object.keys(after.options)]);
  const pairs: [string, unknown, unknown][] = [
    ['scenario', before.scenario, after.scenario], ['seed', before.seed, after.seed], ['workers', before.workers, after.workers],
    ...[...names].map((name): [string, unknown, unknown] => [name, before.options[name], after.options[name]]),
  ];
  return pairs.filter(([, first, second]) => first !== second).map(([name, first, second]) => `${name} ${String(first)} -> ${String(second)}`);
}

function dataOf(before: StoredResult, after: StoredResult, broken: readonly string[]): unknown {
  return {
    differences: differences(before, after),
    measures: rowsOf(before, after).map(({ measure, before: first, after: second }) => ({ measure, before: first, after: second })),
    sameState: before.stateHash === after.stateHash,
    brokenVerdicts: broken,
  };
}

function textOf(before: StoredResult, after: StoredResult, broken: readonly string[]): string {
  const cells = [['', 'before', 'after', 'change'], ...rowsOf(before, after).map(({ measure, before: first, after: second, text }) =>
    [measure, text(first), text(second), changeText(first, second)])];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const table = cells.map((row) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`);
  const differing = differences(before, after);
  return [
    ...(differing.length === 0 ? ['the same options and seed'] : [`different: ${differing.join(', ')}`]),
    before.stateHash === after.stateHash ? 'the same final state' : 'another final state',
    '', ...table,
    ...(broken.length === 0 ? [] : ['', '  held before and does not hold now', ...broken.map((line) => `    ${line}`)]), '',
  ].join('\n');
}

function changeText(before: number | null, after: number | null): string {
  if (before === null || after === null || before === 0) return '';
  const percent = ((after - before) / before) * 100;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`;
}
