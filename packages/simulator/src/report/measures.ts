/** What a result says, in the words of its driver: rounds, or simulated time. */
import type { RunResult } from '../scenario.ts';
import { millisText } from './figures.ts';

/** The percentiles, in their order. */
export const percentileNames = ['50', '99', '99.99', '100'] as const;

/** Is time counted in rounds? */
export function isInRounds({ rounds }: Pick<RunResult, 'rounds'>): boolean {
  return rounds !== undefined;
}

/** A point in time of a run: `16 rounds`, `412 ms`; of a percentile that was not reached `not reached`. */
export function momentText(result: Pick<RunResult, 'rounds'>, at: number | null): string {
  if (at === null) return 'not reached';
  return isInRounds(result) ? `${at} ${at === 1 ? 'round' : 'rounds'}` : `${millisText(at)} simulated`;
}

/** Do all verdicts hold? A run that was cut short has none and holds. */
export function allHold({ verdicts }: Pick<RunResult, 'verdicts'>): boolean {
  return verdicts.every(({ holds }) => holds);
}
