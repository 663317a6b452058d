/** Twenty seeds of one shape, and what is compared of them. */
import { closedForm, meanField, roundsUntil, type EpidemicShape } from '../oracles.ts';
import { shardsFor } from './plan.ts';
import { stepTogether } from './run.ts';
import type { SharedState } from './shared-state.ts';

/** Seeds of a comparison (SIMULATOR.md, 5). */
export const seedCount = 20;

/** A run of one shape and seed. */
export function runOf(shape: EpidemicShape, seed: number, workers = 1): SharedState {
  return stepTogether({ ...shape, seed, workers, shards: shardsFor(shape.nodes, workers), roundsMax: 200 });
}

/** Means over the seeds, in rounds. */
export interface Comparison {
  readonly overClosedForm: number;
  readonly overModel: number;
  /** How far the mean curve is from the model's, at 10, 50, 90 and 99 %. */
  readonly curve: readonly number[];
}

/** Runs all seeds and compares. */
export function compareSeeds(shape: EpidemicShape): Comparison {
  const overClosedForm: number[] = [];
  const overModel: number[] = [];
  const curve: number[][] = [[], [], [], []];
  for (let seed = 1; seed <= seedCount; seed++) {
    const state = runOf(shape, seed);
    const honest = state.total('honest');
    const model = meanField({ ...shape, silent: 1 - honest / shape.nodes });
    const measured = Array.from(state.curve.subarray(0, state.rounds + 1), (informed) => informed / honest);
    overClosedForm.push(state.rounds - closedForm(shape.mode, shape.nodes));
    overModel.push(state.rounds - model.rounds);
    for (const [column, share] of [0.1, 0.5, 0.9, 0.99].entries()) {
      curve[column]?.push(roundsUntil(measured, share) - roundsUntil(model.informed, share));
    }
  }
  return { overClosedForm: mean(overClosedForm), overModel: mean(overModel), curve: curve.map(mean) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
