/**
 * Do we all know the same? Locally that is: every neighbor has told our digest since it last changed. It is an observation, not
 * a proof: a neighbor may know of a batch that its digest has not told yet.
 */
import { millis, type Effects, type Millis, type ModuleContext, type Neighborhood, type NodeIndex, type PeerIndex } from '@murmuration/protocol';

export class Convergence {
  readonly #max: number;
  readonly #context: ModuleContext;
  readonly #neighborhood: Neighborhood;
  readonly #agreed: Int32Array;
  readonly #agreedCount: Uint16Array;
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
    if (this.isConverged(node) || this.#changedAtMs[node] === 0) this.#changedAtMs[node] = now;
    this.#isConverged[node] = 0;
    this.#agreedCount[node] = 0;
  }

  onCompared(node: NodeIndex, peer: PeerIndex, isEqual: boolean, now: Millis, effects: Effects): void {
    this.#context.observer.digestCompared(node, peer, isEqual);
    if (!isEqual) return this.#forget(node, peer);
    this.#remember(node, peer);
    if (this.isConverged(node) || !this.#allAgree(node)) return;
    this.#isConverged[node] = 1;
    const afterMs = millis(Math.max(0, now - (this.#changedAtMs[node] as number)));
    this.#context.observer.converged(node, afterMs);
    effects.emit(node, { type: 'converged', afterMs });
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
    const count = this.#agreedCount[node] as number;
    if (count === this.#max || this.#positionOf(node, peer) >= 0) return;
    this.#agreed[node * this.#max + count] = peer;
    this.#agreedCount[node] = count + 1;
  }

  #forget(node: NodeIndex, peer: PeerIndex): void {
    this.#isConverged[node] = 0;
    const position = this.#positionOf(node, peer);
    if (position < 0) return;
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
