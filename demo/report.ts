/** The result in words. */
import type { DemoOutcome } from './scenario.ts';

/** A few lines for people: what happened, what the copies answer, and whether it was all true. */
export function describe({ result, answers, isGood }: DemoOutcome, seconds: number): string {
  const { nodes, regions, transport, files, indexed, distinctHashes, convergenceMs, lost } = result;
  const top = answers.topSymbols.map(([symbol, count]) => `${symbol} (${count})`).join(', ');
  const byRegion = Object.entries(answers.linesByRegion).map(([region, lines]) => `${region} ${lines}`).join(', ');
  const copies = distinctHashes === 1 ? 'all copies are equal' : `${distinctHashes} different copies`;
  return [
    `${nodes} daemons in ${regions} regions over ${transport}, ${seconds.toFixed(1)} s`,
    `files    ${indexed} of ${files} indexed, ${answers.lines} lines, ${answers.words} words (lines by region: ${byRegion})`,
    `symbols  declared in most files: ${top}`,
    `kill     1 killed, ${result.rejoined} rejoined, ${lost} acknowledged entries lost`,
    `copies   ${copies}, ${convergenceMs.p50} ms (median) and ${convergenceMs.max} ms (last) after the last write`,
    isGood ? 'good: every daemon answers the same from its own copy' : 'NOT GOOD: see above',
    '',
  ].join('\n');
}
