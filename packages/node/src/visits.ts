/**
 * How long links live that no overlay holds. Each greeted link has a moment until which somebody may want it; a visit past that moment is
 * over, and of too many the least recently used. In the overlay the moments do not count, but a link that leaves it keeps its own.
 */
import type { PeerIndex } from '@murmuration/protocol';

/** A link that leaves the overlay: what was sent before the other end knew it, and the answer to it, need a round trip. */
export const lingerMs = 2_000;
/** After a direct message: a conversation has pauses, and a handshake costs 3 ms of one core at each end. */
export const idleMs = 30_000;
/** A fifth of the transport's 320 connections: visits never take the places of neighbors. Newcomers stay below by a look. */
export const visitsMax = 64;

export class Visits {
  readonly #now: () => number;
  /** Until when each link may be wanted; the least recently used first. */
  readonly #until = new Map<PeerIndex, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Somebody may want the link for so long from now on, or longer if that was said before. */
  keep(peer: PeerIndex, forMs: number): void {
    const until = Math.max(this.#until.get(peer) ?? 0, this.#now() + forMs);
    this.#until.delete(peer);
    this.#until.set(peer, until);
  }

  forget(peer: PeerIndex): void {
    this.#until.delete(peer);
  }

  /** Visits that are over, and those beyond the bound. One whose moment has passed lives on while it is in use. */
  over(isInOverlay: (peer: PeerIndex) => boolean, isUsing: (peer: PeerIndex) => boolean): PeerIndex[] {
    const visits = [...this.#until].filter(([peer]) => !isInOverlay(peer));
    const excess = visits.length - visitsMax;
    const now = this.#now();
    const isOver = ([peer, until]: [PeerIndex, number], age: number): boolean => age < excess || (until <= now && !isUsing(peer));
    return visits.filter(isOver).map(([peer]) => peer);
  }
}
