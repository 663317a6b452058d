/**
 * A result as one HTML file that opens offline: nothing is loaded, and the page's own policy forbids it to. A pure function of the result, of
 * at most some hundred kilobytes whatever the run.
 */
import type { RunResult } from '../scenario.ts';
import { bytesText, countText, millisText, roughText, shareText } from './figures.ts';
import { escaped, table, thinned } from './markup.ts';
import { allHold, isInRounds, momentText, percentileNames } from './measures.ts';
import { meshMap } from './mesh-map.ts';
import { pageStyle } from './page-style.ts';
import { plotSvg, type Plot, type PlotPoint } from './plot.ts';

/** Points of a curve that are drawn and listed: two for each three pixels. */
const pointsMax = 400;

/** The whole page. */
export function htmlReport(result: RunResult): string {
  const title = `${result.scenario}, ${countText(result.nodes)} nodes, seed ${result.seed}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${escaped(result.scenario)}</h1>
<p class="subtitle">${escaped(subtitle(result))}</p>
${banner(result)}
${tiles(result)}
</header>
<main>
${curves(result)}
${meshMap(result)}
${figures(result)}
${detection(result)}
${verdicts(result)}
${provenance(result)}
</main>
</body>
</html>
`;
}

function subtitle({ nodes, seed, workers, options }: RunResult): string {
  const chosen = Object.entries(options).filter(([name]) => name !== 'nodes').map(([name, value]) => `${name} ${value}`);
  return [`${countText(nodes)} nodes`, ...chosen, `seed ${seed}`, `${workers} ${workers === 1 ? 'worker' : 'workers'}`].join(' · ');
}

function banner(result: RunResult): string {
  if (!result.complete) return '<p class="verdict bad">Cut short: this is what was reached</p>';
  const held = result.verdicts.filter(({ holds }) => holds).length;
  const isGood = allHold(result);
  return `<p class="verdict ${isGood ? 'good' : 'bad'}">${isGood ? '✓' : '✗'} ${held} of ${result.verdicts.length} verdicts hold</p>`;
}

function tiles(result: RunResult): string {
  const { percentiles, messages, nodes, copiesPerDelivery, wallMs, eventsPerSecond, peakRssBytes, bytesPerNode } = result;
  const all: [string, string][] = [
    ['All know after', momentText(result, percentiles['100'])],
    ['Messages a node', (messages / nodes).toFixed(1)],
    ...(copiesPerDelivery === undefined ? [] : [['Copies per delivery', copiesPerDelivery.toFixed(2)] as [string, string]]),
    ['State a node', bytesText(bytesPerNode)],
    ['Took', millisText(wallMs)],
    ['Events a second', roughText(eventsPerSecond)],
    ['Peak memory', bytesText(peakRssBytes)],
  ];
  return `<dl class="tiles">${all.map(([term, text]) => `<div><dt>${escaped(term)}</dt><dd>${escaped(text)}</dd></div>`).join('')}</dl>`;
}

function curves(result: RunResult): string {
  const points = thinned(result.curve, pointsMax);
  const time = { xLabel: isInRounds(result) ? 'round' : 'simulated time', xText: isInRounds(result) ? String : millisText, xMax: points.at(-1)?.at ?? 0 };
  const lineOf = (value: (point: RunResult['curve'][number]) => number | undefined): PlotPoint[] =>
    points.map((point) => ({ x: point.at, y: value(point) })).filter((point): point is PlotPoint => point.y !== undefined && point.y >= 0);
  const least = 10 ** -Math.ceil(Math.log10(Math.max(10, result.nodes)));
  const knows: Plot = {
    ...time, title: 'Share that knows', scale: 'share', measured: lineOf(({ informed }) => informed), model: lineOf(({ expected }) => expected),
    description: spoken(result),
  };
  const lacks: Plot = {
    ...time, title: 'Share that does not know yet', scale: { least },
    // Nobody is left: that is beyond any logarithm, and the line ends before it.
    measured: lineOf(({ informed }) => (informed < 1 ? 1 - informed : undefined)),
    model: lineOf(({ expected }) => (expected !== undefined && 1 - expected >= least ? 1 - expected : undefined)),
    description: 'The same on a logarithmic scale: how fast the last ones are reached.',
  };
  const rows = points.map(({ at, informed, expected }) => [momentText(result, at), shareText(informed), expected === undefined ? '' : shareText(expected)]);
  return `<section aria-labelledby="curve-heading">
<h2 id="curve-heading">How it spread</h2>
<div class="plots">
${plotSvg(knows)}
${plotSvg(lacks)}
</div>
<details><summary>The curve as a table</summary>${table('Share that knows', ['when', 'measured', 'model'], rows)}</details>
</section>`;
}

function spoken(result: RunResult): string {
  const parts = percentileNames.map((name) => `${name} percent know after ${momentText(result, result.percentiles[name])}`);
  return `${parts.join(', ')}.${result.curve.some(({ expected }) => expected !== undefined) ? ' The dashed line is what the model expects.' : ''}`;
}

function figures(result: RunResult): string {
  const tables = [
    table('When they knew', ['share of the mesh', 'after'], percentileNames.map((name) => [`${name} %`, momentText(result, result.percentiles[name])])),
    ...(result.bytesByRole === undefined ? [] : [table('Bytes sent', ['role', 'by each'], Object.entries(result.bytesByRole).map(([role, bytes]) => [role, bytesText(bytes)]))]),
    table('Rare branches', ['branch', 'times reached'], Object.entries(result.sometimes).map(([branch, times]) => [branch, countText(times)])),
  ];
  return `<section aria-labelledby="figures-heading"><h2 id="figures-heading">Figures</h2><div class="tables">${tables.join('\n')}</div></section>`;
}

function detection({ detection = [] }: RunResult): string {
  if (detection.length === 0) return '';
  const rows = detection.map((row) => [
    row.adversary, shareText(row.precision), shareText(row.recall), momentText({}, row.timeToExclusionMs), countText(row.honestExcluded),
  ]);
  const heading = ['adversary', 'precision', 'recall', 'excluded after', 'honest excluded'];
  return `<section aria-labelledby="detection-heading"><h2 id="detection-heading">Detection</h2>${table('By class of adversary', heading, rows)}</section>`;
}

function verdicts({ verdicts: all }: RunResult): string {
  if (all.length === 0) return '';
  const rows = all.map(({ name, holds, detail }) =>
    `<tr><th scope="row">${escaped(name)}</th><td class="${holds ? 'good' : 'bad'}">${holds ? '✓ holds' : '✗ fails'}</td><td>${escaped(detail)}</td></tr>`);
  return `<section aria-labelledby="verdicts-heading"><h2 id="verdicts-heading">Verdicts</h2>
<table><caption>What was measured against what</caption><thead><tr><th scope="col">verdict</th><th scope="col">outcome</th><th scope="col">measured</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`;
}

function provenance({ standIns, replay, stateHash }: RunResult): string {
  const list = standIns.length === 0
    ? '<p>Nothing was put in the place of a real part.</p>'
    : `<p>Put in the place of real parts:</p><ul>${standIns.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
  return `<section aria-labelledby="provenance-heading"><h2 id="provenance-heading">Where this comes from</h2>
${list}
<p>The same run again, on any number of workers, ends in state <b>${escaped(stateHash)}</b>:</p>
<code>${escaped(replay)}</code></section>`;
}
