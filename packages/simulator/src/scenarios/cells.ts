/**
 * The whole protocol at any size: nodes in cells of at most 256, each a mesh of its own over random links. One write in every cell must be
 * known by the whole cell, and nobody may be removed.
 */
import { pickBelow, random32 } from '@murmuration/protocol';
import { memoryBytesOf, runCells, type CellPlan, type Outcome } from '../events/run.ts';
import type { Parameter, ParameterValues, Scenario, Verdict } from '../scenario.ts';
import { cellParameters, cellWorld, edgeSizes } from './cell-parameters.ts';
import { allKnow } from './verdicts.ts';

const parameters = {
  ...cellParameters,
  // Longer than it takes to be declared dead: a suspicion that a lost probe raised could end in a removal.
  settle: { kind: 'duration', default: 12_000, min: 0, max: 3_600_000, help: 'Time that the cells have after the write' },
  // A packet that is lost three times in a row on a long path takes so long; 700 ms are usual at a thousand nodes.
  limit: { kind: 'duration', default: 2_000, min: 1, max: 3_600_000, help: 'Time within which the write must be known by all' },
} as const satisfies Record<string, Parameter>;

/** Probes and rounds have found their pace before anything is written. */
const writtenAtMs = 500;
const authorDraw = 31;

export const cells: Scenario = {
  name: 'cells',
  summary: 'The full protocol in cells of at most 256, with latency and loss: a write in each is known by all of it, and nobody is removed',
  parameters,
  memoryBytes: (values) => memoryBytesOf(planOf(values)),
  run: (values, context) => runCells(planOf(values), context),
};

function planOf(values: ParameterValues): CellPlan {
  const settleMs = values['settle'] as number;
  const limitMs = values['limit'] as number;
  return {
    scenario: cells, values, ...cellWorld(values, edgeSizes),
    // However short the time to settle, the write has its time.
    untilMs: writtenAtMs + Math.max(settleMs, limitMs),
    stage: (cell, seed) => {
      const author = pickBelow(random32(seed, cell.place.first, 0, authorDraw), cell.place.peers);
      cell.at(writtenAtMs, () => void cell.write(author));
    },
    judge: (outcome) => judge(outcome, limitMs),
  };
}

function judge({ spread, removals }: Outcome, limitMs: number): readonly Verdict[] {
  const lastMs = spread.withinMs(1);
  return [
    allKnow(spread),
    {
      name: 'in-time', holds: lastMs !== null && lastMs <= limitMs,
      detail: `the last node knew after ${lastMs ?? 'more than the run'} ms; at most ${limitMs} ms are allowed`,
    },
    removals.verdict,
  ];
}
