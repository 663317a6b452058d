/**
 * Who hears what. A new batch moves the frontier, is handed to the shell, and travels on along trees; grafts mend the trees,
 * rounds and anti-entropy repair what trees miss.
 */
import {
  equalStanding,
  noPeer,
  offTreeHops,
  unknownLinkQuality,
  type BatchMessage,
  type BatchRange,
  type Command,
  type Digest,
  type Effects,
  type FrontierEntry,
  type LinkQuality,
  type Message,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type OfferedRange,
  type PeerIndex,
  type Standing,
  type Timer,
  type Verdict,
} from '@murmuration/protocol';
import { AntiEntropy } from './anti-entropy.ts';
import { Broadcast } from './broadcast.ts';
import { Convergence } from './convergence.ts';
import { Fallback } from './fallback.ts';
import { Partners } from './fanout.ts';
import { Frontier } from './frontier.ts';
import { Grafting } from './grafting.ts';
import { Links, noLink } from './links.ts';
import type { GossipOptions } from './options.ts';
import { Pace } from './pace.ts';
import { Rounds } from './rounds.ts';

export class GossipCoordinator {
  readonly #context: ModuleContext;
  readonly #links: Links;
  readonly #pace: Pace;
  readonly #frontier: Frontier;
  readonly #fallback: Fallback;
  readonly #broadcast: Broadcast;
  readonly #grafting: Grafting;
  readonly #convergence: Convergence;
  readonly #antiEntropy: AntiEntropy;
  readonly #rounds: Rounds;

  constructor(
    options: GossipOptions,
    context: ModuleContext,
    neighborhood: Neighborhood,
    quality: LinkQuality = unknownLinkQuality,
    standing: Standing = equalStanding,
  ) {
    const links = new Links(options, context, neighborhood, quality);
    const frontier = new Frontier(options, context);
    const partners = new Partners(options, context, { neighborhood, standing });
    const fallback = new Fallback(options, context);
    const pace = new Pace(context);
    const antiEntropy = new AntiEntropy(frontier, links, options, context);
    const convergence = new Convergence(options, context, links, neighborhood);
    this.#context = context;
    this.#links = links;
    this.#pace = pace;
    this.#frontier = frontier;
    this.#fallback = fallback;
    this.#antiEntropy = antiEntropy;
    this.#convergence = convergence;
    this.#broadcast = new Broadcast({ links, fallback, pace, partners, standing }, options, context);
    this.#grafting = new Grafting({ links, frontier, antiEntropy, pace }, options, context);
    this.#rounds = new Rounds({ frontier, convergence, antiEntropy, links, fallback, partners }, options, context);
  }

  /** Before any crypto: is this the next run of its log, or one with which a log of messages may go on? */
  judge(node: NodeIndex, range: OfferedRange): Verdict {
    return this.#frontier.judge(node, range, range.place);
  }

  onCommand(node: NodeIndex, command: Command, now: Millis, effects: Effects): void {
    switch (command.type) {
      case 'join':
        return this.#rounds.start(node, now, effects);
      case 'broadcast':
        return this.#take(node, noPeer, command.batch, now, effects);
      case 'restore':
        return this.#restore(node, command.batch, now, effects);
      case 'reconcile':
        return this.#antiEntropy.reconcile(node, command.peer, now, effects);
      case 'leave':
        return this.#broadcast.flushAll(node, now, effects);
      default:
    }
  }

  onMessage(node: NodeIndex, from: PeerIndex, message: Message, now: Millis, effects: Effects): void {
    switch (message.type) {
      case 'round':
        return this.#rounds.onRound(node, from, message, now, effects);
      case 'frontier':
        return this.#antiEntropy.onFrontier(node, from, message, now, effects);
      case 'ranges':
        return this.#antiEntropy.onRanges(node, from, message, now, effects);
      case 'batch':
        return this.#take(node, from, message, now, effects);
      case 'ihave':
        this.#broadcast.onIhave(node, from, message.ids);
        return this.#grafting.onIhave(node, from, message.ids, now, effects);
      case 'graft':
        return this.#grafting.onGraft(node, from, message.ids, effects);
      case 'prune':
        return this.#broadcast.onPrune(node, from, now);
      default:
    }
  }

  onTimer(node: NodeIndex, timer: Timer, now: Millis, effects: Effects): void {
    switch (timer.type) {
      case 'start-round':
        this.#pace.onRound(node);
        return this.#rounds.start(node, now, effects);
      case 'flush-outbox':
        return this.#broadcast.onFlush(node, now, effects);
      case 'announce-batches':
        return this.#broadcast.onAnnounce(node, now, effects);
      case 'graft-missing':
        return this.#grafting.onTimer(node, now, effects);
      default:
    }
  }

  onLinkUp(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    const isFirst = this.#links.countOf(node, 'eager') === 0;
    const link = this.#links.linkOf(node, peer);
    // The other end of an eager link may hold it lazy: who has just come is hung into the tree by one link, as a leaf.
    if (isFirst && link !== noLink && this.#links.is(node, link, 'eager')) effects.send(node, peer, { type: 'graft', ids: [] });
    this.#rounds.onLinkUp(node, peer, effects);
  }

  onLinkDown(node: NodeIndex, peer: PeerIndex): void {
    this.#links.remove(node, peer);
  }

  /** A batch that we left out before any crypto leaves a trace, and a hole in a log is asked for where it showed. */
  onIgnored(node: NodeIndex, from: PeerIndex, range: BatchRange, verdict: Verdict, now: Millis, effects: Effects): void {
    if (verdict.type !== 'ignore') return;
    this.#context.observer.batchIgnored(node, from, verdict.reason);
    if (verdict.reason === 'gap') this.#grafting.onGap(node, from, range, now, effects);
    if (verdict.reason === 'duplicate' && !this.#antiEntropy.isAsked(node, from, now)) {
      this.#broadcast.onDuplicate(node, from, now, effects);
    }
  }

  isConverged(node: NodeIndex): boolean {
    return this.#convergence.isConverged(node);
  }

  digest(node: NodeIndex): Digest {
    return this.#frontier.digest(node);
  }

  frontier(node: NodeIndex): FrontierEntry[] {
    return this.#frontier.entries(node);
  }

  #take(node: NodeIndex, from: PeerIndex, given: BatchMessage, now: Millis, effects: Effects): void {
    const batch = onTree(given, from);
    const verdict = this.#frontier.judge(node, batch.header, batch.place);
    if (verdict.type !== 'accept') return this.onIgnored(node, from, batch.header, verdict, now, effects);
    const skipped = this.#frontier.advance(node, batch.header, now);
    if (skipped > 0) this.#context.observer.messagesSkipped(node, batch.header.author, skipped);
    this.#convergence.onChanged(node, now);
    this.#rounds.heat(node);
    if (batch.hops === offTreeHops) this.#fallback.onPulled(node);
    if (given.hops === offTreeHops) this.#antiEntropy.onGiven(node, from, now);
    this.#context.observer.batchAccepted(node, batch.header.author, batch.header.count);
    effects.emit(node, { type: 'batch-accepted', from, batch });
    if (from !== noPeer && batch.hops !== offTreeHops) this.#links.promoteGiver(node, from, now);
    this.#pace.onAccepted(node);
    const holder = this.#grafting.onAccepted(node, from, batch, now, effects);
    this.#broadcast.onAccepted(node, holder, batch, effects);
  }

  /** Our disk tells of the past: the frontier moves, nobody is pushed anything, rounds will tell. */
  #restore(node: NodeIndex, batch: BatchMessage, now: Millis, effects: Effects): void {
    if (this.#frontier.judge(node, batch.header, batch.place).type !== 'accept') return;
    this.#frontier.advance(node, batch.header, now);
    effects.emit(node, { type: 'batch-accepted', from: noPeer, batch });
  }
}

/**
 * What its author hands over by anti-entropy, somebody who was alone when he wrote it, is news to everybody: it goes on along trees, as
 * if he had sent it along one.
 */
function onTree(batch: BatchMessage, from: PeerIndex): BatchMessage {
  const isNews = batch.hops === offTreeHops && from === batch.header.author && batch.place !== 'past';
  return isNews ? { ...batch, hops: 0 } : batch;
}
