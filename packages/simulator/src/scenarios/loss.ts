/** Lossy paths: writes go on while packets are lost, all of them must arrive everywhere, and nobody may be removed. */
import { pickBelow, random32 } from '@murmuration/protocol';
import { convergence } from '../checkers/convergence.ts';
import { memoryBytesOf, runCells, type CellPlan } from '../events/run.ts';
import type { Parameter, ParameterValues, Scenario } from '../scenario.ts';
import { cellParameters, cellWorld, memberSizes } from './cell-parameters.ts';
import { allKnow } from './verdicts.ts';

const parameters = {
  ...cellParameters,
  // The harshest that the probes are made for (GOSSIP.md 2.5).
  loss: { ...cellParameters.loss, default: 0.25 },
  paths: { ...cellParameters.paths, default: 'datagram' },
  writes: { kind: 'integer', default: 10, min: 1, max: 200, help: 'Writes in each cell, one a second' },
} as const satisfies Record<string, Parameter>;

const firstAtMs = 1_000;
const gapMs = 1_000;
/** Time for anti-entropy to bring what trees lost, and for a wrong suspicion to become a removal. */
const aftermathMs = 20_000;
const authorDraw = 34;

export const loss: Scenario = {
  name: 'loss',
  summary: 'Packets are lost while every cell writes: all writes arrive everywhere, and nobody is removed',
  parameters,
  memoryBytes: (values) => memoryBytesOf(planOf(values)),
  run: (values, context) => runCells(planOf(values), context),
};

function planOf(values: ParameterValues): CellPlan {
  const writes = values['writes'] as number;
  return {
    scenario: loss, values, ...cellWorld(values, memberSizes),
    untilMs: firstAtMs + writes * gapMs + aftermathMs,
    stage: (cell, seed) => {
      for (let write = 0; write < writes; write++) {
        const author = pickBelow(random32(seed, cell.place.first, write, authorDraw), cell.place.peers);
        cell.at(firstAtMs + write * gapMs, () => void cell.write(author));
      }
    },
    judge: ({ world, spread, removals }) => [allKnow(spread), convergence(world), removals.verdict],
  };
}
