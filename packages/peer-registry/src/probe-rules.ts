/** Numbers of a probe (GOSSIP.md 2.5): how long to wait, and how many to ask. Arithmetic alone; `probing.ts` applies it. */
import { millis, type Millis } from '@murmuration/protocol';
import type { PeerRegistryOptions } from './options.ts';

/** Share of healthy members whose probe may fail for want of helpers. */
const failureGoal = 0.025;
/** A helper says that it is well when so much of its own wait is over. */
const nackShare = 0.8;
/** Pings on the link itself after the first (GOSSIP.md 2.5: three tries on the stream). */
export const streamPingsMax = 3;
/** A period ends so early that the next one, a tenth early by jitter, finds it over. */
const periodShare = 0.9;
/** Even a path slower than the period is given this many round trips. */
const roundTrips = 3;

/** Four round trips, within bounds; an unknown path gets the longest. */
export function probeTimeoutMs(
  rttMs: number,
  { probeTimeoutMinMs, probeTimeoutMaxMs }: Pick<PeerRegistryOptions, 'probeTimeoutMinMs' | 'probeTimeoutMaxMs'>,
): Millis {
  if (rttMs === 0) return probeTimeoutMaxMs;
  return millis(Math.min(probeTimeoutMaxMs, Math.max(probeTimeoutMinMs, 4 * rttMs)));
}

/** When a helper tells the asker that it is well. */
export function nackAfterMs(timeoutMs: number): Millis {
  return millis(nackShare * timeoutMs);
}

/** From the ping to the verdict. */
export function probeEndMs(periodMs: number, rttMs: number): Millis {
  return millis(Math.max(periodShare * periodMs, roundTrips * rttMs));
}

/** From one further ping to the next: they and their answers share what is left of the period. */
export function streamPingAfterMs(pings: number, remainingMs: number): Millis {
  return millis(Math.max(1, remainingMs / (streamPingsMax + 2 - pings)));
}

/**
 * Helpers that keep the failures of a healthy member at the goal: a direct probe fails by 1 − a, an indirect one by 1 − a², so
 * k solves (1 − a)(1 − a²)^k = goal.
 */
export function helpersWanted(
  directShare: number,
  { helpersMin, helpersMax }: Pick<PeerRegistryOptions, 'helpersMin' | 'helpersMax'>,
): number {
  const failure = 1 - directShare;
  if (failure <= failureGoal) return helpersMin;
  const exact = Math.log(failureGoal / failure) / Math.log(1 - directShare * directShare);
  // Nothing answers directly: the denominator is ln 1 = 0.
  if (!Number.isFinite(exact)) return helpersMax;
  return Math.min(helpersMax, Math.max(helpersMin, Math.ceil(exact)));
}
