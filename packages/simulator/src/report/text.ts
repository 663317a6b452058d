/** A result as a summary for people: what came out, what it cost, whether it holds, how to have it again. */
import type { RunResult } from '../scenario.ts';
import { bytesText, countText, millisText, roughText } from './figures.ts';
import { momentText, percentileNames } from './measures.ts';

/** Lines of at most about 110 columns, ended by a newline. */
export function textReport(result: RunResult): string {
  const rows = [...outcome(result), ...cost(result)];
  const width = Math.max(...rows.map(([term]) => term.length)) + 2;
  return [
    heading(result),
    '',
    ...rows.map(([term, text]) => `  ${term.padEnd(width)}${text}`),
    ...section('curve', [`${sparkline(result)}  share that knows, from the start to the end`]),
    ...section('verdicts', result.verdicts.map(({ name, holds, detail }) => `${holds ? 'ok  ' : 'FAIL'}  ${name}: ${detail}`)),
    ...section('detection', (result.detection ?? []).map((row) =>
      `${row.adversary}: precision ${row.precision}, recall ${row.recall}, excluded after ${momentText({}, row.timeToExclusionMs)}, ${row.honestExcluded} honest excluded`)),
    ...section('not the daemon\'s', result.standIns.map((line) => `- ${line}`)),
    ...section('replay', [result.replay]),
    '',
  ].join('\n');
}

function heading({ scenario, nodes, seed, workers, complete }: RunResult): string {
  const parts = [scenario, `${countText(nodes)} nodes`, `seed ${seed}`, `${workers} ${workers === 1 ? 'worker' : 'workers'}`];
  return `${parts.join(', ')}${complete ? '' : ': CUT SHORT, what follows is what was reached'}`;
}

function outcome(result: RunResult): [string, string][] {
  const { percentiles, messages, nodes, copiesPerDelivery, bytesByRole = {} } = result;
  const known = percentileNames.slice(0, -1).map((name) => `${name} % ${momentText(result, percentiles[name])}`);
  const copies = copiesPerDelivery === undefined ? '' : `; ${copiesPerDelivery.toFixed(2)} copies per delivery`;
  return [
    ['all know after', `${momentText(result, percentiles['100'])} (${known.join(', ')})`],
    ['messages', `${countText(messages)}, ${(messages / nodes).toFixed(1)} a node${copies}`],
    ...Object.entries(bytesByRole).map(([role, bytes]): [string, string] => [`sent by a ${role}`, bytesText(bytes)]),
    ['sometimes', Object.entries(result.sometimes).map(([branch, times]) => `${branch} ${countText(times)}`).join(', ')],
  ];
}

function cost({ wallMs, events, eventsPerSecond, bytesPerNode, peakRssBytes, stateHash }: RunResult): [string, string][] {
  return [
    ['took', `${millisText(wallMs)} for ${roughText(events)} events, ${roughText(eventsPerSecond)} a second`],
    ['memory', `${bytesText(bytesPerNode)} of state a node, ${bytesText(peakRssBytes)} at most in all`],
    ['state hash', stateHash],
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `  ${title}`, ...lines.map((line) => `    ${line}`)];
}

const bars = '▁▂▃▄▅▆▇█';
const barsMax = 60;

/** The curve in one line. */
function sparkline({ curve }: RunResult): string {
  const count = Math.min(barsMax, curve.length);
  return Array.from({ length: count }, (_, index) => {
    const point = curve[Math.round((index * (curve.length - 1)) / Math.max(1, count - 1))];
    return bars[Math.min(bars.length - 1, Math.floor((point?.informed ?? 0) * bars.length))];
  }).join('');
}
