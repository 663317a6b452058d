/** What a seed stands for: a small mesh, its paths, and a schedule of faults and writes. Everything follows from draws of the seed. */
import type { MeshOptionsInput } from '@murmuration/mesh';
import { pickBelow, random32 } from '@murmuration/protocol';
import type { PathOptions } from '../events/path-model.ts';

/** One thing that happens in the safety phase, at a time since it began. */
export type SeedAction = { readonly atMs: number } & (
  | { readonly type: 'write'; readonly count: number }
  /** Goes without a word and comes back. */
  | { readonly type: 'crash'; readonly forMs: number }
  | { readonly type: 'leave'; readonly forMs: number }
  /** Stands still, goes on for a while, and perhaps stands still again: who was suspected and has refuted is suspected once more. */
  | { readonly type: 'stall'; readonly forMs: number; readonly againAfterMs?: number; readonly againForMs?: number }
  | { readonly type: 'cut'; readonly share: number; readonly forMs: number }
  | { readonly type: 'lose'; readonly loss: number; readonly forMs: number }
);

export interface SeedPlan {
  readonly seed: number;
  readonly peers: number;
  readonly options: MeshOptionsInput;
  readonly paths: PathOptions;
  readonly clockSkew: number;
  readonly actions: readonly SeedAction[];
  /** How long faults happen. */
  readonly safetyMs: number;
  /** Does one stay away for good, once the faults are over? */
  readonly endsWithOneGone: boolean;
}

/** Draws in turn: the n-th depends on the seed and n alone. */
export class Draws {
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** In 0 .. bound - 1. */
  below(bound: number): number {
    return pickBelow(this.#next(), bound);
  }

  /** An integer between two, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  share(): number {
    return this.#next() / 2 ** 32;
  }

  isOneIn(bound: number): boolean {
    return this.below(bound) === 0;
  }

  of<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] as T;
  }

  #next(): number {
    return random32(this.#seed, 0, ++this.#count, 41);
  }
}

export function seedPlanOf(seed: number): SeedPlan {
  const draws = new Draws(seed);
  const peers = draws.between(4, 18);
  const safetyMs = draws.between(10, 30) * 1_000;
  return {
    seed, peers,
    options: optionsOf(draws, peers),
    paths: pathsOf(draws),
    clockSkew: draws.isOneIn(3) ? 0.02 * draws.share() : 0,
    actions: actionsOf(draws, safetyMs),
    safetyMs,
    endsWithOneGone: draws.isOneIn(2),
  };
}

/** Tables as small as the rules allow are reached by some seeds, and never by a daemon in its first minutes. */
function optionsOf(draws: Draws, peers: number): MeshOptionsInput {
  const neighborsMax = draws.isOneIn(2) ? peers : draws.between(Math.min(6, peers), peers);
  return {
    peerRegistry: {
      neighborsMax, connectsPerLookMax: Math.min(8, neighborsMax), membersMax: draws.of([peers, peers + 1, 64]),
      relaysMax: draws.of([1, 4, 8]), shuffleIntervalMs: 5_000 as never, passiveMax: draws.of([2, 8, 30]),
    },
    gossip: {
      linksMax: Math.max(neighborsMax, draws.of([neighborsMax, 100])), outboxMax: draws.of([1, 4, 64]), missingMax: draws.of([1, 4, 64]),
      logsMax: 256, fanout: draws.between(2, 3), eagerMax: draws.between(3, 5), floodAfterPulls: draws.of([2, 8]),
      deltaBytesMax: draws.of([1_024, 256 * 1_024]) as never,
    },
  };
}

function pathsOf(draws: Draws): PathOptions {
  const latencyMinMs = draws.of([1, 10]);
  return {
    kind: draws.of(['stream', 'datagram', 'datagram']), latencyMinMs, latencyMaxMs: draws.of([10, 50, 100]),
    jitter: draws.share() / 2, loss: 0, duplicates: draws.isOneIn(2) ? draws.share() / 10 : 0,
  };
}

function actionsOf(draws: Draws, safetyMs: number): SeedAction[] {
  const actions: SeedAction[] = [];
  for (let atMs = 0; atMs < safetyMs; atMs += draws.between(50, 1_500)) actions.push(actionAt(draws, atMs));
  return actions;
}

function actionAt(draws: Draws, atMs: number): SeedAction {
  const kind = draws.below(20);
  if (kind < 9) return { atMs, type: 'write', count: draws.between(1, 3) };
  if (kind < 12) return { atMs, type: 'crash', forMs: draws.between(400, 16_000) };
  if (kind < 13) return { atMs, type: 'leave', forMs: draws.between(1_000, 10_000) };
  if (kind < 16) return stallAt(draws, atMs);
  if (kind < 18) return { atMs, type: 'cut', share: draws.share(), forMs: draws.isOneIn(2) ? draws.between(500, 5_000) : draws.between(12_000, 25_000) };
  return { atMs, type: 'lose', loss: 0.4 * draws.share(), forMs: draws.between(1_000, 8_000) };
}

function stallAt(draws: Draws, atMs: number): SeedAction {
  const forMs = draws.between(50, 8_000);
  if (!draws.isOneIn(3)) return { atMs, type: 'stall', forMs };
  return { atMs, type: 'stall', forMs: draws.between(1_500, 4_000), againAfterMs: draws.between(500, 3_000), againForMs: draws.between(4_000, 8_000) };
}
