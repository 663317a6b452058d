/** Verdicts that several scenarios give. */
import type { Spread } from '../events/spread.ts';
import type { Verdict } from '../scenario.ts';

/** Every delivery that should be has been. */
export function allKnow(spread: Spread): Verdict {
  return {
    name: 'all-know', holds: spread.delivered === spread.wanted,
    detail: `${spread.delivered} of ${spread.wanted} deliveries were made${lastOf(spread)}`,
  };
}

/** At least this share of the deliveries that should be has been. */
export function mostDelivered(spread: Spread, least: number): Verdict {
  const share = spread.wanted === 0 ? 1 : spread.delivered / spread.wanted;
  return {
    name: 'delivered-to-the-stable', holds: share >= least,
    detail: `${(100 * share).toFixed(4)} % of ${spread.wanted} deliveries to stable members were made, at least ${100 * least} % must be`,
  };
}

function lastOf(spread: Spread): string {
  const lastMs = spread.withinMs(1);
  return lastMs === null ? '' : `, the last after ${lastMs} ms`;
}
