/** Push-pull rounds: tell a few neighbors our digest; where it differs, compare frontiers. Slower while all agree. */
import {
  millis,
  noPeer,
  random32,
  type Effects,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type RoundMessage,
} from '@murmuration/protocol';
import type { AntiEntropy } from './anti-entropy.ts';
import type { Convergence } from './convergence.ts';
import type { Fallback } from './fallback.ts';
import { roundDelayMs, type Partners } from './fanout.ts';
import type { Frontier } from './frontier.ts';
import { noLink, type Links } from './links.ts';
import type { GossipOptions } from './options.ts';

/** What a round works on. */
export interface RoundParts {
  readonly frontier: Frontier;
  readonly convergence: Convergence;
  readonly antiEntropy: AntiEntropy;
  readonly links: Links;
  readonly fallback: Fallback;
  readonly partners: Partners;
}

export class Rounds {
  readonly #parts: RoundParts;
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  readonly #step: Uint32Array;
  readonly #equalRounds: Uint8Array;

  constructor(parts: RoundParts, options: GossipOptions, context: ModuleContext) {
    this.#parts = parts;
    this.#options = options;
    this.#context = context;
    this.#step = context.allocator.uint32('gossip.step', 1);
    this.#equalRounds = context.allocator.uint8('gossip.equal-rounds', 1);
  }

  /** One timer per node runs for its whole life. Without neighbors a round is empty, not ended. The ring of partners lets nobody wait long. */
  start(node: NodeIndex, now: Millis, effects: Effects): void {
    const { links, fallback } = this.#parts;
    links.follow(node);
    links.renewAnswers(node);
    fallback.onRound(node);
    const step = ((this.#step[node] as number) + 1) >>> 0;
    this.#step[node] = step;
    const partners = this.#parts.partners.pick({ seed: this.#context.seed, node, step }, this.#options.fanout, noPeer, now);
    for (const partner of partners) this.#tell(node, partner, false, effects);
    if (partners.length > 0) this.#context.observer.roundStarted(node, partners.length);
    this.#equalRounds[node] = Math.min(255, (this.#equalRounds[node] as number) + 1);
    this.#rearm(node, step, effects);
  }

  onRound(node: NodeIndex, from: PeerIndex, { digest, isReply }: RoundMessage, now: Millis, effects: Effects): void {
    const { frontier, convergence, fallback, links } = this.#parts;
    const isEqual = frontier.hasDigest(node, digest);
    convergence.onCompared(node, from, isEqual, now, effects);
    if (convergence.isConverged(node)) fallback.onAgreement(node);
    const isLate = !isEqual && fallback.onDifference(node, links.stretchOf(node), now);
    if (!isEqual) this.heat(node);
    this.#compare(node, from, { isEqual, isLate }, now, effects);
    // An answer lets the asker count us as agreeing, or start to repair from its side. Who agrees and knows that we do needs none.
    if (!isReply && !(isEqual && this.#knowsThatWeAgree(node, from))) this.#tell(node, from, true, effects);
  }

  /** A new neighbor is told our digest at once: a node that comes back catches up within a round trip. */
  onLinkUp(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    this.heat(node);
    this.#tell(node, peer, false, effects);
  }

  #tell(node: NodeIndex, peer: PeerIndex, isReply: boolean, effects: Effects): void {
    const { frontier, links } = this.#parts;
    const link = links.linkOf(node, peer);
    // What it heard while it knew another digest told it of a difference.
    if (link !== noLink && links.is(node, link, 'agreed')) links.set(node, link, 'digestTold', true);
    effects.send(node, peer, { type: 'round', digest: frontier.digest(node), isReply });
  }

  /** Was it told our digest when it was its own? */
  #knowsThatWeAgree(node: NodeIndex, peer: PeerIndex): boolean {
    const { links } = this.#parts;
    const link = links.linkOf(node, peer);
    return link !== noLink && links.is(node, link, 'digestTold');
  }

  /**
   * A difference is what a batch looks like on its way: only one that lasts is looked into, or that a new link shows.
   * A new link stays new until its peer has been asked or has agreed.
   */
  #compare(
    node: NodeIndex,
    peer: PeerIndex,
    { isEqual, isLate }: { readonly isEqual: boolean; readonly isLate: boolean },
    now: Millis,
    effects: Effects,
  ): void {
    const { links, antiEntropy } = this.#parts;
    const link = links.linkOf(node, peer);
    const isNew = link !== noLink && links.is(node, link, 'isNew');
    const isAsked = !isEqual && (isNew || isLate) && antiEntropy.ask(node, peer, now, effects);
    if (isNew && (isEqual || isAsked)) links.set(node, link, 'isNew', false);
  }

  /** Something moves: the next rounds come at the hot interval. */
  heat(node: NodeIndex): void {
    this.#equalRounds[node] = 0;
  }

  #rearm(node: NodeIndex, step: number, effects: Effects): void {
    const draw32 = random32(this.#context.seed, node, step, 1_000);
    const delayMs = roundDelayMs(this.#equalRounds[node] as number, this.#options, draw32);
    // Who cannot keep up asks less: hot rounds of a busy node only add to what keeps it busy.
    const stretchedMs = Math.min(delayMs * this.#parts.links.stretchOf(node), Math.max(delayMs, this.#options.quietIntervalMs));
    effects.setTimer(node, millis(stretchedMs), { type: 'start-round' });
  }
}
