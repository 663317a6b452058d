/** Event loops that stand still (D12): a share of the nodes stalls once each, and nobody may be removed for it. */
import { random32 } from '@murmuration/protocol';
import { memoryBytesOf, runCells, type CellPlan } from '../events/run.ts';
import type { Parameter, ParameterValues, Scenario } from '../scenario.ts';
import { cellParameters, cellWorld, memberSizes } from './cell-parameters.ts';
import { allKnow } from './verdicts.ts';

const parameters = {
  ...cellParameters,
  stall: { kind: 'duration', default: 5_000, min: 1, max: 3_600_000, help: 'How long each of them stands still' },
  share: { kind: 'share', default: 0.1, min: 0, max: 1, help: 'Share of the nodes that stand still' },
  within: { kind: 'duration', default: 10_000, min: 0, max: 3_600_000, help: 'Time within which the stalls begin' },
} as const satisfies Record<string, Parameter>;

/** Probes have gone round before the first stall. */
const startsAtMs = 2_000;
/** Time in which a suspicion could still become a removal: ten seconds to death, and some for its news. */
const aftermathMs = 15_000;
const draws = { isStalled: 32, when: 33 } as const;

export const stall: Scenario = {
  name: 'stall',
  summary: 'A share of the nodes stands still for seconds, and nobody is removed for it',
  parameters,
  memoryBytes: (values) => memoryBytesOf(planOf(values)),
  run: (values, context) => runCells(planOf(values), context),
};

function planOf(values: ParameterValues): CellPlan {
  const [stallMs, share, withinMs] = [values['stall'] as number, values['share'] as number, values['within'] as number];
  return {
    scenario: stall, values, ...cellWorld(values, memberSizes),
    untilMs: startsAtMs + withinMs + stallMs + aftermathMs,
    stage: (cell, seed) => {
      const drawOf = (peer: number, what: number): number => random32(seed, cell.place.first + peer, 0, what) / 2 ** 32;
      for (let peer = 0; peer < cell.place.peers; peer++) {
        if (drawOf(peer, draws.isStalled) >= share) continue;
        cell.at(startsAtMs + drawOf(peer, draws.when) * withinMs, () => cell.stall(peer, stallMs));
      }
      // Written in the middle of it: who stands still hears of it afterwards.
      cell.at(startsAtMs + withinMs / 2, () => void cell.write(cell.running.find((peer) => !cell.isStalled(peer)) ?? 0));
    },
    judge: ({ spread, removals }) => [removals.verdict, allKnow(spread)],
  };
}
