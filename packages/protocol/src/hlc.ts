/**
 * Hybrid logical clock: wall time that never runs backwards, with a counter for what falls into one millisecond. It dates
 * batches for people and tools; it orders no state. Only our own wall clock moves it, so no peer can push it into the future.
 */
import type { WallMillis } from './units.ts';

/** A point in time: 48 bits of wall milliseconds and 16 bits of counter. */
export interface HybridTime {
  readonly wallMs: WallMillis;
  readonly counter: number;
}

/** The counter has 16 bits; past them time is taken from the next millisecond. */
const counterMax = 0xffff;

/** The time after `last`, at the given wall clock: strictly later than `last` even when the wall clock jumped back. */
export function nextHybridTime(last: HybridTime, wallMs: WallMillis): HybridTime {
  if (wallMs > last.wallMs) return { wallMs, counter: 0 };
  if (last.counter < counterMax) return { wallMs: last.wallMs, counter: last.counter + 1 };
  return { wallMs: (last.wallMs + 1) as WallMillis, counter: 0 };
}
