/**
 * The conformance suite: what every transport must do, as data, free of any test framework. A test file of an
 * implementation makes a world, loops over the cases, and reports those it has to skip with their reason.
 */
import { doorCases } from './conformance/door-cases.ts';
import { frameCases } from './conformance/frame-cases.ts';
import { linkCases } from './conformance/link-cases.ts';
import type { ConformanceWorld, Faults } from './conformance/world.ts';

export type { ConformanceWorld, DistantPeer, Faults, Identity, Limits, RawPeer } from './conformance/world.ts';

/** One claim about transports. `run` rejects with an `AssertionError` if it does not hold. */
export interface ConformanceCase {
  readonly name: string;
  /** Faults that the case cannot do without. */
  readonly needs?: readonly (keyof Faults)[];
  run(world: ConformanceWorld): Promise<void>;
}

/** All cases. Each wants a world of its own. */
export const transportConformance: readonly ConformanceCase[] = [...linkCases, ...frameCases, ...doorCases];

/** Why a world cannot run a case, or undefined if it can. */
export function obstacle(conformanceCase: ConformanceCase, world: ConformanceWorld): string | undefined {
  const missing = conformanceCase.needs?.find((fault) => world.faults[fault] === undefined);
  return missing === undefined ? undefined : (world.absent[missing] ?? `${missing} cannot be expressed`);
}
