/**
 * How long a suspicion lasts and whose word ends it (Lifeguard, 2018): the more members confirm it, the shorter, and only several
 * observers make it more than an opinion (D9). Arithmetic alone; `suspicions.ts` applies it.
 */
import { millis, type Millis } from '@murmuration/protocol';
import { accusersMax, type PeerRegistryOptions } from './options.ts';

/** The two ends of a suspicion's time, and how many confirmations bring it to the least. */
export interface SuspicionRange {
  readonly wanted: number;
  readonly minMs: Millis;
  readonly maxMs: Millis;
}

/** The range for a mesh of `members`, ourselves included. Where too few could confirm, nobody is waited for. */
export function suspicionRange(
  members: number,
  options: Pick<PeerRegistryOptions, 'suspicionAlpha' | 'suspicionBeta' | 'confirmationsWanted' | 'probeIntervalMs'>,
): SuspicionRange {
  const { suspicionAlpha, suspicionBeta, confirmationsWanted, probeIntervalMs } = options;
  const minMs = suspicionAlpha * Math.max(1, Math.log10(members)) * probeIntervalMs;
  return {
    wanted: members - 2 < confirmationsWanted ? 0 : confirmationsWanted,
    minMs: millis(minMs),
    maxMs: millis(suspicionBeta * minMs),
  };
}

/** Shrinks as confirmations arrive; the first few tell most. */
export function suspicionTimeoutMs(confirmations: number, { wanted, minMs, maxMs }: SuspicionRange): Millis {
  if (wanted === 0) return minMs;
  const progress = Math.log(confirmations + 1) / Math.log(wanted + 1);
  return millis(Math.max(minMs, maxMs - progress * (maxMs - minMs)));
}

/** Observers that make a suspicion confirmed: the accuser and two more; below five members all who can be reached. */
export function observersWanted(members: number, alive: number): number {
  return members < 5 ? Math.min(accusersMax, Math.max(1, alive)) : accusersMax;
}
