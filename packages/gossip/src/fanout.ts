/** Whom to talk to: k distinct neighbors from a ring that is drawn ahead, and how long until the next time. */
import {
  jittered,
  noPeer,
  pickBelow,
  random32,
  reputationMin,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type Standing,
} from '@murmuration/protocol';
import type { GossipOptions } from './options.ts';

/** What partners are chosen by. */
export interface PartnerViews {
  readonly neighborhood: Neighborhood;
  readonly standing: Standing;
}

/** A draw's coordinates: the same ones give the same partners. */
export interface Draw {
  readonly seed: number;
  readonly node: NodeIndex;
  readonly step: number;
}

/** Refills in one pick: the first ends a round that was under way, the next ones bring those whom chance left out. */
const refillsMax = 3;

/**
 * A ring of neighbors for each node, drawn ahead: a cursor walks it, and a pick costs the same however many neighbors there are. A
 * round of the ring holds everybody who stands at `reputationMin` or higher, in random order, each with the chance of its reputation
 * compared with the best. So who stands half as high is picked half as often, and where all stand equal everybody comes once a round.
 */
export class Partners {
  readonly #max: number;
  readonly #neighborhood: Neighborhood;
  readonly #standing: Standing;
  /** Positions in the neighborhood. Links that come and go shift one of them; the next round of the ring knows them all. */
  readonly #ring: Uint8Array | Uint16Array;
  readonly #length: Uint8Array | Uint16Array;
  readonly #cursor: Uint8Array | Uint16Array;

  constructor({ linksMax }: Pick<GossipOptions, 'linksMax'>, { allocator }: Pick<ModuleContext, 'allocator'>, views: PartnerViews) {
    const column = (name: string, width: number): Uint8Array | Uint16Array =>
      linksMax <= 0xff ? allocator.uint8(name, width) : allocator.uint16(name, width);
    this.#max = linksMax;
    this.#neighborhood = views.neighborhood;
    this.#standing = views.standing;
    this.#ring = column('gossip.ring', linksMax);
    this.#length = column('gossip.ring-length', 1);
    this.#cursor = column('gossip.ring-cursor', 1);
  }

  /** Up to `count` distinct neighbors, never `except`. Draws only where the ring has been walked. */
  pick(draw: Draw, count: number, except: PeerIndex, now: Millis): PeerIndex[] {
    const { node } = draw;
    const picked: PeerIndex[] = [];
    for (let refills = 0; picked.length < count; ) {
      const peer = this.#next(node);
      if (peer !== noPeer) {
        if (peer !== except && !picked.includes(peer) && this.#reputationOf(node, peer, now) > 0) picked.push(peer);
      } else if (refills < refillsMax && picked.length < this.#neighborhood.neighborCount(node)) {
        this.#refill(draw, refills++, now);
      } else break;
    }
    return picked;
  }

  /** The next of the ring, `noPeer` at its end. A position that is none any more is passed over. */
  #next(node: NodeIndex): PeerIndex {
    const count = this.#neighborhood.neighborCount(node);
    for (let cursor = this.#cursor[node] as number; cursor < (this.#length[node] as number); cursor++) {
      const position = this.#ring[node * this.#max + cursor] as number;
      this.#cursor[node] = cursor + 1;
      if (position < count) return this.#neighborhood.neighborAt(node, position);
    }
    return noPeer;
  }

  #refill({ seed, node, step }: Draw, refill: number, now: Millis): void {
    const drawAt = (i: number): number => random32(seed, node, step, refill * 0x1_0000 + i);
    const count = this.#neighborhood.neighborCount(node);
    let best = 0;
    for (let i = 0; i < count; i++) best = Math.max(best, this.#reputationOf(node, this.#neighborhood.neighborAt(node, i), now));
    // More neighbors than the ring holds: another part of them each time.
    const first = count > this.#max ? pickBelow(drawAt(0), count) : 0;
    let length = 0;
    for (let i = 0; i < count && length < this.#max; i++) {
      const position = (first + i) % count;
      const chance = this.#reputationOf(node, this.#neighborhood.neighborAt(node, position), now) / best;
      if (chance === 1 || drawAt(0x8000 + i) < chance * 2 ** 32) this.#insert(node, position, length++, drawAt(1 + i));
    }
    this.#length[node] = length;
    this.#cursor[node] = 0;
  }

  /** Fisher-Yates from inside out: the new one takes a random place, whose holder moves to the end. */
  #insert(node: NodeIndex, position: number, length: number, draw32: number): void {
    const start = node * this.#max;
    const place = start + pickBelow(draw32, length + 1);
    this.#ring[start + length] = this.#ring[place] as number;
    this.#ring[place] = position;
  }

  /** 0 where it is too low to be relied on. */
  #reputationOf(node: NodeIndex, peer: PeerIndex, now: Millis): number {
    const reputation = this.#standing.reputationOf(node, peer, now);
    return reputation >= reputationMin ? reputation : 0;
  }
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
