/** Whom to talk to: k distinct neighbors by chance, and how long until the next time. Pure. */
import {
  jittered,
  pickBelow,
  random32,
  type Millis,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';

/** A draw's coordinates: the same ones give the same partners. */
export interface Draw {
  readonly seed: number;
  readonly node: NodeIndex;
  readonly step: number;
}

/**
 * Up to `count` distinct neighbors, never `except`, each with the same chance (Floyd's sampling: as many draws as picks).
 * Costs count² comparisons, which for the fanouts in use is less than a set. Who picks a million times gives the array to fill.
 */
export function pickPartners(
  neighborhood: Neighborhood,
  { seed, node, step }: Draw,
  count: number,
  except: PeerIndex,
  into: number[] = [],
): PeerIndex[] {
  const neighbors = neighborhood.neighborCount(node);
  const size = neighborhood.isNeighbor(node, except) ? neighbors - 1 : neighbors;
  const least = Math.max(0, size - count);
  // Positions first, since they are told apart by value; then each becomes the peer that stands there.
  for (let last = least; last < size; last++) {
    const drawn = pickBelow(random32(seed, node, step, last), last + 1);
    into[last - least] = isAmong(into, last - least, drawn) ? last : drawn;
  }
  for (let index = 0; index < size - least; index++) {
    const peer = neighborhood.neighborAt(node, into[index] as number);
    // Where `except` stands, the last neighbor stands in for it: all others keep the same chance.
    into[index] = peer === except ? neighborhood.neighborAt(node, size) : peer;
  }
  if (into.length > size - least) into.length = size - least;
  return into as PeerIndex[];
}

function isAmong(positions: readonly number[], count: number, wanted: number): boolean {
  for (let index = 0; index < count; index++) if (positions[index] === wanted) return true;
  return false;
}

/** Time to the next round: the hot interval doubles with every `equalRoundsToSlow` equal rounds, up to the quiet one. */
export function roundDelayMs(
  equalRounds: number,
  options: { readonly roundIntervalMs: number; readonly quietIntervalMs: number; readonly equalRoundsToSlow: number; readonly roundJitter: number },
  draw32: number,
): Millis {
  const doublings = Math.floor(equalRounds / options.equalRoundsToSlow);
  const intervalMs = Math.min(options.quietIntervalMs, options.roundIntervalMs * 2 ** doublings);
  return jittered(intervalMs, options.roundJitter, draw32) as Millis;
}
