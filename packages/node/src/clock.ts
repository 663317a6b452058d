/** The only reader of time in this package. */
import type { Millis, WallMillis } from '@murmuration/protocol';

/** Port: the two times that a node knows. */
export interface Clock {
  /** Monotonic, with fractions; for durations and timeouts. */
  now(): Millis;
  /** Since 1970; for the hybrid clock of batches and for people. */
  wallNow(): WallMillis;
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now() as Millis,
  wallNow: () => Date.now() as WallMillis,
});
