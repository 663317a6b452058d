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
import { noLink, type Links } from './links.ts';
import type { GossipOptions } from './options.ts';

export class Convergence {
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  readonly #links: Links;
  readonly #neighborhood: Neighborhood;
  /** When the difference showed; 0 before the first. */
  readonly #changedAtMs: Float64Array;
  readonly #isConverged: Uint8Array;

  constructor(options: GossipOptions, context: ModuleContext, links: Links, neighborhood: Neighborhood) {
    this.#options = options;
    this.#context = context;
    this.#links = links;
    this.#neighborhood = neighborhood;
    this.#changedAtMs = context.allocator.float64('gossip.changed-at', 1);
    this.#isConverged = context.allocator.uint8('gossip.is-converged', 1);
  }

  isConverged(node: NodeIndex): boolean {
    return this.#isConverged[node] === 1;
  }

  /** Our digest moved: what neighbors agreed to, and were told, is the past. The first change after agreement starts the clock. */
  onChanged(node: NodeIndex, now: Millis): void {
    this.#startClock(node, now);
    this.#links.clearAll(node, 'agreed');
    this.#links.clearAll(node, 'digestTold');
  }

  onCompared(node: NodeIndex, peer: PeerIndex, isEqual: boolean, now: Millis, effects: Effects): void {
    this.#context.observer.digestCompared(node, peer, isEqual);
    // Whoever is no neighbor is not asked for its agreement, and its word changes nothing.
    const link = this.#neighborhood.isNeighbor(node, peer) ? this.#links.linkOf(node, peer) : noLink;
    if (link === noLink) return;
    this.#links.set(node, link, 'agreed', isEqual);
    if (!isEqual) {
      this.#links.set(node, link, 'digestTold', false);
      return this.#startClock(node, now);
    }
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

  #allAgree(node: NodeIndex): boolean {
    const wanted = Math.min(this.#neighborhood.neighborCount(node), this.#options.linksMax);
    // Strangers can only make it fewer: mostly some are missing anyhow, and that is cheap to see.
    if (this.#links.countOf(node, 'agreed') < wanted) return false;
    this.#links.forgetStrangers(node);
    return this.#links.countOf(node, 'agreed') === wanted;
  }
}
