/**
 * The name of a log by two words of its author's key and the epoch: one order on every node, whatever index a node has given to
 * whom. Whoever grinds 2^32 keys makes two of one tag; they hide each other's logs from comparisons by name, and nobody else's.
 */
import type { Epoch } from './ids.ts';

export interface LogName {
  /** The words of `PeerTags`. */
  readonly tagHigh: number;
  readonly tagLow: number;
  readonly epoch: Epoch;
}

/** No name is beyond it. */
export const lastLogName: LogName = Object.freeze({ tagHigh: 0xffff_ffff, tagLow: 0xffff_ffff, epoch: 0xffff_ffff as Epoch });

/** Negative where the first comes earlier, 0 where both are one. */
export function compareLogNames(first: LogName, second: LogName): number {
  return first.tagHigh - second.tagHigh || first.tagLow - second.tagLow || first.epoch - second.epoch;
}
