/**
 * What theory says of a rumour in synchronous rounds among uniform partners: the mean-field recurrence and the closed forms (GOSSIP.md, 3.1).
 * With u the share of honest nodes that do not know, a push leaves u·e^(-f·h·x·q) of them and a pull u·(1 - h·x·q²)^f, where x = 1 - u,
 * h is the honest share, f the fanout and q the chance that a leg arrives.
 */
import type { EpidemicMode } from './rounds/plan.ts';

/** What the model depends on. */
export interface EpidemicShape {
  readonly nodes: number;
  readonly mode: EpidemicMode;
  readonly fanout: number;
  readonly loss: number;
  readonly silent: number;
}

/** The model of a run. */
export interface MeanField {
  /** Share of the honest nodes that know, by round. */
  readonly informed: readonly number[];
  /** Mean number of rounds until all honest nodes know. */
  readonly rounds: number;
}

/** No run of interest is longer; at a loss of 99 % the model itself takes some thousands. */
const modelRoundsMax = 20_000;
/** Expected stragglers below which another round adds nothing to the mean that anyone could measure. */
const stragglersMin = 1e-9;

/** The recurrence, from one node that knows. */
export function meanField(shape: EpidemicShape): MeanField {
  const honest = shape.nodes * (1 - shape.silent);
  const informed: number[] = [];
  let uninformed = 1 - 1 / honest;
  let rounds = 0;
  while (informed.length < modelRoundsMax && uninformed * honest > stragglersMin) {
    informed.push(1 - uninformed);
    // The chance that somebody is still left at the end of this round, with stragglers as independent rare events.
    rounds += 1 - Math.exp(-uninformed * honest);
    uninformed = nextUninformed(uninformed, shape);
  }
  informed.push(1 - uninformed);
  return { informed, rounds };
}

function nextUninformed(uninformed: number, { mode, fanout, loss, silent }: EpidemicShape): number {
  const arrives = 1 - loss;
  const met = (1 - silent) * (1 - uninformed);
  const missesPush = Math.exp(-fanout * met * arrives);
  const missesPull = (1 - met * arrives ** 2) ** fanout;
  return uninformed * (mode === 'pull' ? 1 : missesPush) * (mode === 'push' ? 1 : missesPull);
}

/** Rounds until all know by the closed form, for fanout 1, no loss and nobody silent. */
export function closedForm(mode: EpidemicMode, nodes: number): number {
  if (mode === 'push') return Math.log2(nodes) + Math.log(nodes);
  const last = Math.log2(Math.log(nodes));
  return mode === 'pull' ? Math.log2(nodes) + last : Math.log(nodes) / Math.log(3) + last;
}

/** Where the mean over 20 seeds lies from 1,000 to 1,000,000 nodes, measured minus closed form (SIMULATOR.md, 5). */
export const closedFormBands: Readonly<Record<EpidemicMode, readonly [least: number, most: number]>> = {
  push: [0.5, 2],
  pull: [0.3, 1.6],
  'push-pull': [-0.3, 0.3],
};

/** How far a single run may lie from the mean: rounds are whole, and the first calls of one node are luck (GOSSIP.md, 3.1). */
export function singleRunBand(fanout: number): readonly [least: number, most: number] {
  return fanout === 1 ? [-4, 9] : [-3, 4];
}

/** When the curve first reaches a share, between rounds by a straight line; infinite where it does not. */
export function roundsUntil(informed: readonly number[], share: number): number {
  const round = informed.findIndex((value) => value >= share);
  if (round <= 0) return round === 0 ? 0 : Infinity;
  const before = informed[round - 1] as number;
  return round - 1 + (share - before) / ((informed[round] as number) - before);
}
