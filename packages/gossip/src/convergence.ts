/**
 * Do we all know the same? Locally that is: every neighbor has told our digest since it last changed. It is an
 * observation, not a proof: a neighbor may know of a batch that its digest has not told yet. The clock runs from the
 * first sign of a difference, a new batch or another digest, to the agreement that ends it.
 */
import {
  millis,
  type Effects,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';

export class Convergence {
  readonly #max: number;
  readonly #context: ModuleContext;
  readonly #neighborhood: Neighborhood;
  readonly #agreed: Int32Array;
  readonly #agreedCount: Uint16Array;
  /** When the difference showed; 0 before the first. */
  readonly #changedAtMs: Float64Array;
  readonly #isConverged: Uint8Array;

  constructor(agreementsMax: number, context: ModuleContext, neighborhood: Neighborhood) {
    this.#max = agreementsMax;
    this.#context = context;
    this.#neighborhood = neighborhood;
    this.#agreed = context.allocator.int32('gossip.agreed-peer', agreementsMax);
    this.#agreedCount = context.allocator.uint16('gossip.agreed-count', 1);
    this.#changedAtMs = context.allocator.float64('gossip.changed-at', 1);
    this.#isConverged = context.allocator.uint8('gossip.is-converged', 1);
  }

  isConverged(node: NodeIndex): boolean {
    return this.#isConverged[node] === 1;
  }

  /** Our digest moved: what neighbors agreed to is the past. The first change after agreement starts the clock. */
  onChanged(node: NodeIndex, now: Millis): void {
    this.#startClock(node, now);
    this.#agreedCount[node] = 0;
  }

  onCompared(node: NodeIndex, peer: PeerIndex, isEqual: boolean, now: Millis, effects: Effects): void {
    this.#context.observer.digestCompared(node, peer, isEqual);
    // Whoever is no neighbor is not asked for its agreement, and its word changes nothing.
    if (!this.#neighborhood.isNeighbor(node, peer)) return;
    if (!isEqual) return this.#differ(node, peer, now);
    this.#remember(node, peer);
    if (this.isConverged(node) || !this.#allAgree(node)) return;
    this.#isConverged[node] = 1;
    const changedAtMs = this.#changedAtMs[node] as number;
    const afterMs = millis(changedAtMs === 0 ? 0 : now - changedAtMs);
    this.#context.observer.converged(node, afterMs);
    effects.emit(node, { type: 'converged', afterMs });
  }

  #startClock(node: NodeIndex, now: Millis): void {
    if (this.isConverged(node) || this.#changedAtMs[node] === 0) this.#changedAtMs[node] = now;
    this.#isConverged[node] = 0;
  }

  #differ(node: NodeIndex, peer: PeerIndex, now: Millis): void {
    this.#startClock(node, now);
    const position = this.#positionOf(node, peer);
    if (position >= 0) this.#forgetAt(node, position);
  }

  #allAgree(node: NodeIndex): boolean {
    const neighbors = this.#neighborhood.neighborCount(node);
    const wanted = Math.min(neighbors, this.#max);
    let agreeing = 0;
    for (let i = 0; i < neighbors && agreeing < wanted; i++) {
      if (this.#positionOf(node, this.#neighborhood.neighborAt(node, i)) >= 0) agreeing++;
    }
    return agreeing === wanted;
  }

  #remember(node: NodeIndex, peer: PeerIndex): void {
    if (this.#positionOf(node, peer) >= 0) return;
    if (this.#agreedCount[node] === this.#max) this.#forgetStrangers(node);
    const count = this.#agreedCount[node] as number;
    if (count === this.#max) return;
    this.#agreed[node * this.#max + count] = peer;
    this.#agreedCount[node] = count + 1;
  }

  /** Those whose links have ended since they agreed make room for those who took their places. */
  #forgetStrangers(node: NodeIndex): void {
    for (let position = (this.#agreedCount[node] as number) - 1; position >= 0; position--) {
      const peer = this.#agreed[node * this.#max + position] as PeerIndex;
      if (!this.#neighborhood.isNeighbor(node, peer)) this.#forgetAt(node, position);
    }
  }

  #forgetAt(node: NodeIndex, position: number): void {
    const last = (this.#agreedCount[node] as number) - 1;
    this.#agreed[node * this.#max + position] = this.#agreed[node * this.#max + last] as number;
    this.#agreedCount[node] = last;
  }

  #positionOf(node: NodeIndex, peer: PeerIndex): number {
    const start = node * this.#max;
    const end = start + (this.#agreedCount[node] as number);
    for (let cell = start; cell < end; cell++) if (this.#agreed[cell] === peer) return cell - start;
    return -1;
  }
}
