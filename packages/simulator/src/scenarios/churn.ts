/**
 * Processes that die and come back while every cell writes. Who ran before and after a write, its author included, must know it in time;
 * the dead are rightly declared so, and nobody else.
 */
import { pickBelow, random32 } from '@murmuration/protocol';
import type { Cell } from '../events/cell.ts';
import type { Written } from '../events/batches.ts';
import { memoryBytesOf, runCells, type CellPlan } from '../events/run.ts';
import type { Parameter, ParameterValues, Scenario } from '../scenario.ts';
import { cellParameters, cellWorld, memberSizes } from './cell-parameters.ts';
import { mostDelivered } from './verdicts.ts';

const parameters = {
  ...cellParameters,
  rate: { kind: 'rate', default: 0.1, min: 0, max: 10, help: 'Crashes of each node' },
  // Longer than it takes to be declared dead: both ways back are walked, from suspicion and from death.
  downMax: { kind: 'duration', default: 30_000, min: 1_000, max: 3_600_000, help: 'Longest time until a crashed node is back' },
  duration: { kind: 'duration', default: 60_000, min: 1_000, max: 3_600_000, help: 'Time in which nodes crash' },
} as const satisfies Record<string, Parameter>;

const firstAtMs = 2_000;
const writeGapMs = 2_000;
/** Who runs for so long before and after a write, as its author does, is stable. */
const stableMs = 10_000;
/** GOSSIP.md 4: delivery in the tree, here to the stable. */
const deliveredMin = 0.9999;
const [downMinMs, breathMs] = [1_000, 1_000];
const draws = { gap: 35, down: 36, author: 37 } as const;

export const churn: Scenario = {
  name: 'churn',
  summary: 'Nodes crash and come back at a rate while every cell writes: stable members miss nothing, and only the dead are removed',
  parameters,
  memoryBytes: (values) => memoryBytesOf(planOf(values)),
  run: (values, context) => runCells(planOf(values), context),
};

function planOf(values: ParameterValues): CellPlan {
  const [rate, downMaxMs, durationMs] = [values['rate'] as number, values['downMax'] as number, values['duration'] as number];
  const crashes = new Crashes();
  const { world, ...sizes } = cellWorld(values, memberSizes);
  return {
    scenario: churn, values, ...sizes,
    world: { ...world, restartsMax: restartsMaxOf(world.cellMax, (rate * durationMs) / 60_000) },
    untilMs: firstAtMs + durationMs + stableMs,
    stage: (cell, seed) => {
      for (let peer = 0; peer < cell.place.peers; peer++) crashes.plan(cell, peer, { seed, rate, downMaxMs, durationMs });
      for (let write = 0; write * writeGapMs < durationMs; write++) {
        const draw = random32(seed, cell.place.first, write, draws.author);
        cell.at(firstAtMs + write * writeGapMs, () => writeSomewhere(cell, draw));
      }
    },
    isWanted: (written, peer) => crashes.isStable(written, peer),
    judge: ({ spread, removals }) => [mostDelivered(spread, deliveredMin), removals.verdict],
  };
}

/** Restarts in a cell are many small chances: six deviations above their mean are enough for any number of cells. */
function restartsMaxOf(peers: number, perPeer: number): number {
  const mean = peers * perPeer;
  return Math.ceil(mean + 6 * Math.sqrt(mean) + 6);
}

function writeSomewhere(cell: Cell, draw: number): void {
  const { running } = cell;
  const author = running[pickBelow(draw, running.length)];
  if (author !== undefined) cell.write(author);
}

interface Chance {
  readonly seed: number;
  readonly rate: number;
  readonly downMaxMs: number;
  readonly durationMs: number;
}

/** Who is down when, by peer of the run. */
class Crashes {
  readonly #times = new Map<number, (readonly [downAtMs: number, upAtMs: number])[]>();

  /** Draws when a peer crashes, and lets it. */
  plan(cell: Cell, peer: number, { seed, rate, downMaxMs, durationMs }: Chance): void {
    const index = cell.peerIndexOf(peer);
    const share = (step: number, what: number): number => (random32(seed, index, step, what) + 1) / 2 ** 32;
    if (rate === 0) return;
    for (let step = 0, atMs = firstAtMs; ; step++) {
      atMs += (-Math.log(share(step, draws.gap)) / rate) * 60_000;
      const upAtMs = atMs + downMinMs + share(step, draws.down) * (downMaxMs - downMinMs);
      if (atMs > firstAtMs + durationMs) return;
      this.#times.set(index, [...(this.#times.get(index) ?? []), [atMs, upAtMs]]);
      cell.at(atMs, () => cell.stop(peer));
      cell.at(upAtMs, () => cell.start(peer));
      atMs = upAtMs + breathMs;
    }
  }

  /** Did a peer of the author's cell run all around a write, and the author too? */
  isStable({ message, atMs, first }: Written, peer: number): boolean {
    return this.#ran(first + peer, atMs) && this.#ran(message.header.author, atMs);
  }

  #ran(index: number, sinceMs: number): boolean {
    return (this.#times.get(index) ?? []).every(([downAtMs, upAtMs]) => upAtMs <= sinceMs - stableMs || downAtMs >= sinceMs + stableMs);
  }
}
