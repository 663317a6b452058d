/** A result as a summary for people: what came out, what it cost, whether it holds, how to have it again. */
import type { RunResult } from '../scenario.ts';
import { bytesText, countText, millisText, roughText } from './figures.ts';
import { momentText, percentileNames, shortMomentText } from './measures.ts';

/** Wide enough for a sentence, narrow enough for a terminal beside another. */
const columnsMax = 110;

/** Lines of at most about `columnsMax`, ended by a newline; the replay is one line, however long, so that it can be copied. */
export function textReport(result: RunResult): string {
  const rows = [...outcome(result), ...cost(result)];
  const width = Math.max(...rows.map(([term]) => term.length)) + 2;
  return [
    heading(result),
    '',
    ...rows.map(([term, text]) => `  ${term.padEnd(width)}${text}`),
    ...section('curve', [`${sparkline(result)}  share that knows, from the start to the end`]),
    ...section('verdicts', result.verdicts.map(({ name, holds, detail }) => `${holds ? 'ok  ' : 'FAIL'}  ${name}: ${detail}`).flatMap((line) => wrapped(line))),
    ...section('detection', (result.detection ?? []).map((row) =>
      `${row.adversary}: precision ${row.precision}, recall ${row.recall}, excluded after ${momentText({}, row.timeToExclusionMs)}, ${row.honestExcluded} honest excluded`)),
    ...section('sometimes', sometimes(result)),
    ...section('not the daemon\'s', result.standIns.flatMap((line) => wrapped(`- ${line}`))),
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
  const known = percentileNames.slice(0, -1).map((name) => {
    const at = percentiles[name];
    return `${name} % ${at === null ? 'never' : `after ${shortMomentText(result, at)}`}`;
  });
  const model = result.modelAllKnowAfter === undefined ? '' : `; the model expects ${result.modelAllKnowAfter.toFixed(1)}`;
  const copies = copiesPerDelivery === undefined ? '' : `; ${copiesPerDelivery.toFixed(2)} copies per delivery`;
  return [
    ['all know after', `${momentText(result, percentiles['100'])} (${known.join(', ')})${model}`],
    ['messages', `${countText(messages)}, ${(messages / nodes).toFixed(1)} a node${copies}`],
    ...Object.entries(bytesByRole).map(([role, bytes]): [string, string] => [`sent by a ${role}`, bytesText(bytes)]),
  ];
}

function cost({ wallMs, events, eventsPerSecond, bytesPerNode, peakRssBytes, stateHash }: RunResult): [string, string][] {
  return [
    ['took', `${millisText(wallMs)} for ${roughText(events)} events, ${roughText(eventsPerSecond)} a second`],
    ['memory', `${bytesText(bytesPerNode)} of state a node, ${bytesText(peakRssBytes)} at most in all`],
    ['state hash', stateHash],
  ];
}

/** Rare branches: those that were reached, and those that were not. */
function sometimes({ sometimes: all }: RunResult): string[] {
  const branches = Object.entries(all);
  const reached = branches.filter(([, times]) => times > 0).map(([branch, times]) => `${branch} ${countText(times)}`);
  const never = branches.filter(([, times]) => times === 0).map(([branch]) => branch);
  return [
    ...(reached.length === 0 ? [] : wrapped(reached.join(', '))),
    ...(never.length === 0 ? [] : wrapped(`never: ${never.join(', ')}`)),
  ];
}

/** Broken between words; what follows the first line is indented by two. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columnsMax) {
      lines.push(line);
      line = ' ';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
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
