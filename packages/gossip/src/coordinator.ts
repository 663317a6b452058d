/**
 * Who hears what. A new batch moves the frontier, is handed to the shell, and is pushed to a few neighbors; rounds and
 * anti-entropy repair what pushing misses.
 */
import {
  noPeer,
  type BatchMessage,
  type BatchRange,
  type Command,
  type Digest,
  type Effects,
  type FrontierEntry,
  type Message,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type Timer,
  type Verdict,
} from '@murmuration/protocol';
import { AntiEntropy } from './anti-entropy.ts';
import { Convergence } from './convergence.ts';
import { pickPartners } from './fanout.ts';
import { Frontier } from './frontier.ts';
import type { GossipOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { Rounds } from './rounds.ts';

export class GossipCoordinator {
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  readonly #neighborhood: Neighborhood;
  readonly #frontier: Frontier;
  readonly #outbox: Outbox;
  readonly #convergence: Convergence;
  readonly #antiEntropy: AntiEntropy;
  readonly #rounds: Rounds;

  constructor(options: GossipOptions, context: ModuleContext, neighborhood: Neighborhood) {
    this.#options = options;
    this.#context = context;
    this.#neighborhood = neighborhood;
    this.#frontier = new Frontier(options.logsMax, context);
    this.#outbox = new Outbox(options.outboxMax, context);
    this.#convergence = new Convergence(options.agreementsMax, context, neighborhood);
    this.#antiEntropy = new AntiEntropy(this.#frontier, options, context);
    const parts = { frontier: this.#frontier, convergence: this.#convergence, antiEntropy: this.#antiEntropy, neighborhood };
    this.#rounds = new Rounds(parts, options, context);
  }

  /** Before any crypto: is this the next run of its log? */
  judge(node: NodeIndex, range: BatchRange): Verdict {
    return this.#frontier.judge(node, range);
  }

  onCommand(node: NodeIndex, command: Command, now: Millis, effects: Effects): void {
    switch (command.type) {
      case 'join':
        return this.#rounds.start(node, effects);
      case 'broadcast':
        return this.#take(node, noPeer, command.batch, now, effects);
      case 'restore':
        return this.#restore(node, command.batch, effects);
      case 'reconcile':
        return this.#antiEntropy.reconcile(node, command.peer, now, effects);
      default:
    }
  }

  onMessage(node: NodeIndex, from: PeerIndex, message: Message, now: Millis, effects: Effects): void {
    switch (message.type) {
      case 'round':
        return this.#rounds.onRound(node, from, message, now, effects);
      case 'frontier':
        return this.#antiEntropy.onFrontier(node, from, message, now, effects);
      case 'batch':
        return this.#take(node, from, message, now, effects);
      default:
    }
  }

  onTimer(node: NodeIndex, timer: Timer, effects: Effects): void {
    if (timer.type === 'start-round') this.#rounds.start(node, effects);
    if (timer.type === 'flush-outbox') this.#flush(node, effects);
  }

  /** A new neighbor is told our digest at once: a node that comes back catches up within a round trip. */
  onLinkUp(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    this.#rounds.heat(node);
    effects.send(node, peer, { type: 'round', digest: this.#frontier.digest(node), isReply: false });
  }

  /** A batch that we left out before any crypto leaves a trace, and a hole in a log is asked for where it showed. */
  onIgnored(node: NodeIndex, from: PeerIndex, verdict: Verdict, now: Millis, effects: Effects): void {
    if (verdict.type !== 'ignore') return;
    this.#context.observer.batchIgnored(node, from, verdict.reason);
    if (verdict.reason === 'gap' && this.#neighborhood.isNeighbor(node, from)) {
      this.#antiEntropy.ask(node, from, now, effects);
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

  #take(node: NodeIndex, from: PeerIndex, batch: BatchMessage, now: Millis, effects: Effects): void {
    const verdict = this.#frontier.judge(node, batch.header);
    if (verdict.type !== 'accept') return this.onIgnored(node, from, verdict, now, effects);
    this.#frontier.advance(node, batch.header);
    this.#convergence.onChanged(node, now);
    this.#rounds.heat(node);
    this.#context.observer.batchAccepted(node, batch.header.author, batch.header.count);
    effects.emit(node, { type: 'batch-accepted', from, batch });
    if (this.#outbox.length(node) === 0) effects.setTimer(node, this.#options.coalesceMs, { type: 'flush-outbox' });
    this.#outbox.push(node, batch.handle, from);
  }

  /** Our disk tells of the past: the frontier moves, nobody is pushed anything, rounds will tell. */
  #restore(node: NodeIndex, batch: BatchMessage, effects: Effects): void {
    if (this.#frontier.judge(node, batch.header).type !== 'accept') return;
    this.#frontier.advance(node, batch.header);
    effects.emit(node, { type: 'batch-accepted', from: noPeer, batch });
  }

  #flush(node: NodeIndex, effects: Effects): void {
    for (let next = this.#outbox.take(node); next !== undefined; next = this.#outbox.take(node)) {
      const batch = this.#context.source.batchOf(node, next.handle);
      if (batch === undefined) continue;
      const draw = { seed: this.#context.seed, node, step: this.#rounds.nextStep(node) };
      for (const peer of pickPartners(this.#neighborhood, draw, this.#options.fanout, next.from)) {
        effects.send(node, peer, batch);
      }
    }
  }
}
