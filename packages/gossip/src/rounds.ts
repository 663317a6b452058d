/** Push-pull rounds: tell a few neighbors our digest; where it differs, compare frontiers. Slower while all agree. */
import {
  noPeer,
  random32,
  type Effects,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type RoundMessage,
} from '@murmuration/protocol';
import type { AntiEntropy } from './anti-entropy.ts';
import type { Convergence } from './convergence.ts';
import { pickPartners, roundDelayMs } from './fanout.ts';
import type { Frontier } from './frontier.ts';
import type { GossipOptions } from './options.ts';

/** What a round works on. */
export interface RoundParts {
  readonly frontier: Frontier;
  readonly convergence: Convergence;
  readonly antiEntropy: AntiEntropy;
  readonly neighborhood: Neighborhood;
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

  /** A number that no earlier call for this node gave: the time step of a draw. */
  nextStep(node: NodeIndex): number {
    const step = (this.#step[node] as number) + 1;
    this.#step[node] = step;
    return step;
  }

  /** One timer per node runs for its whole life. Without neighbors a round is empty, not ended. */
  start(node: NodeIndex, effects: Effects): void {
    const { frontier, neighborhood } = this.#parts;
    const draw = { seed: this.#context.seed, node, step: this.nextStep(node) };
    const partners = pickPartners(neighborhood, draw, this.#options.fanout, noPeer);
    const digest = frontier.digest(node);
    for (const partner of partners) effects.send(node, partner, { type: 'round', digest, isReply: false });
    if (partners.length > 0) this.#context.observer.roundStarted(node, partners.length);
    this.#equalRounds[node] = Math.min(255, (this.#equalRounds[node] as number) + 1);
    this.#rearm(node, draw.step, effects);
  }

  onRound(node: NodeIndex, from: PeerIndex, { digest, isReply }: RoundMessage, now: Millis, effects: Effects): void {
    const { frontier, convergence, antiEntropy } = this.#parts;
    const isEqual = frontier.hasDigest(node, digest);
    convergence.onCompared(node, from, isEqual, now, effects);
    if (!isEqual) {
      this.heat(node);
      antiEntropy.ask(node, from, now, effects);
    }
    // An answer lets the asker count us as agreeing, or start to repair from its side.
    if (!isReply) effects.send(node, from, { type: 'round', digest: frontier.digest(node), isReply: true });
  }

  /** Something moves: the next rounds come at the hot interval. */
  heat(node: NodeIndex): void {
    this.#equalRounds[node] = 0;
  }

  #rearm(node: NodeIndex, step: number, effects: Effects): void {
    const draw32 = random32(this.#context.seed, node, step, 1_000);
    const delayMs = roundDelayMs(this.#equalRounds[node] as number, this.#options, draw32);
    effects.setTimer(node, delayMs, { type: 'start-round' });
  }
}
