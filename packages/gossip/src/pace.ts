/**
 * How many batches are on their way at once, roughly, and chances that follow from it. With several on their way, a circle of
 * eager links shows duplicates at several of its links before the first cut is felt. So that it is cut once and not to pieces, each
 * sign cuts by the chance of one in so many batches.
 */
import { pickBelow, random32, type Millis, type ModuleContext, type NodeIndex, type PeerIndex } from '@murmuration/protocol';

export class Pace {
  readonly #seed: number;
  /** Batches that came lately: each round counts half of what came before it. */
  readonly #lately: Uint16Array;

  constructor({ seed, allocator }: ModuleContext) {
    this.#seed = seed;
    this.#lately = allocator.uint16('gossip.accepted-lately', 1);
  }

  onAccepted(node: NodeIndex): void {
    this.#lately[node] = Math.min(0xffff, (this.#lately[node] as number) + 1);
  }

  onRound(node: NodeIndex): void {
    this.#lately[node] = (this.#lately[node] as number) >> 1;
  }

  /** Is this one drawn? Always where batches come one by one: at the hot interval half of what is counted is of this round. */
  isDrawn(node: NodeIndex, peer: PeerIndex, now: Millis): boolean {
    return pickBelow(this.#draw(node, peer, now), Math.max(1, Math.ceil((this.#lately[node] as number) / 2))) === 0;
  }

  /** Do batches come one by one? */
  isCalm(node: NodeIndex): boolean {
    return (this.#lately[node] as number) <= 2;
  }

  /** From once to twice the given time. */
  stretched(node: NodeIndex, peer: PeerIndex, ms: number, now: Millis): Millis {
    return (ms * (1 + this.#draw(node, peer, now) / 2 ** 32)) as Millis;
  }

  #draw(node: NodeIndex, peer: PeerIndex, now: Millis): number {
    return random32(this.#seed, node, Math.floor(now * 16) | 0, peer);
  }
}
