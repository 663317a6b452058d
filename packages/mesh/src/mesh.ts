/**
 * The composer. It routes inputs to the modules and forwards what one module's change means to another; it decides nothing.
 *
 * Order, in every case: byzantine, gossip, peer-registry. Byzantine first, because a banned peer is not heard; gossip before the
 * registry, because a batch must be taken while its sender is still a neighbor.
 *
 *   message       byzantine hears nobody banned | gossip: rounds, frontiers, batches | registry: claims
 *   link up       byzantine sends the banned away | registry admits it to the view | gossip greets it (after the view holds it)
 *   link down     registry
 *   offence       byzantine bans and disconnects | registry bars from the view
 *   timer         the module that asked for it
 */
import { Validator } from '@murmuration/byzantine';
import { GossipCoordinator } from '@murmuration/gossip';
import { Membership } from '@murmuration/peer-registry';
import {
  Allocator,
  accept,
  ignore,
  unreachable,
  type BatchRange,
  type Command,
  type Digest,
  type Effects,
  type FrontierEntry,
  type Input,
  type MemberView,
  type Message,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type Timer,
  type Verdict,
} from '@murmuration/protocol';
import { ChangeQueue } from './change-queue.ts';
import type { MeshContext } from './context.ts';

const banned = ignore('sender-banned');

/** N nodes in columns. A daemon makes one of one. */
export class Mesh {
  readonly allocator: Allocator;
  readonly #changes = new ChangeQueue();
  readonly #registry: Membership;
  readonly #gossip: GossipCoordinator;
  readonly #validator: Validator;

  constructor(nodes: number, { options, observer, tags, source, seed }: MeshContext) {
    this.allocator = new Allocator(nodes);
    const context: ModuleContext = { allocator: this.allocator, observer, changes: this.#changes, tags, source, seed };
    this.#validator = new Validator(options.byzantine, context);
    this.#registry = new Membership(options.peerRegistry, context);
    this.#gossip = new GossipCoordinator(options.gossip, context, this.#registry);
  }

  /** Before any crypto: heard at all, and new? What is left out is counted; nothing else changes. */
  admit(node: NodeIndex, from: PeerIndex, range: BatchRange, now: Millis, effects: Effects): Verdict {
    const verdict = this.#validator.isBanned(node, from, now) ? banned : this.#gossip.judge(node, range);
    if (verdict.type !== 'accept') this.#gossip.onIgnored(node, from, verdict, now, effects);
    return verdict.type === 'accept' ? accept : verdict;
  }

  /** One step of one node. Atomic: everything it leads to is an effect. */
  handle(node: NodeIndex, input: Input, now: Millis, effects: Effects): void {
    switch (input.type) {
      case 'command':
        this.#onCommand(node, input.command, now, effects);
        break;
      case 'message':
        this.#onMessage(node, input.from, input.message, now, effects);
        break;
      case 'frame-refused':
        this.#validator.onOffence(node, input.from, input.offence, now, effects);
        break;
      case 'timer':
        this.#onTimer(node, input.timer, effects);
        break;
      case 'link-up':
        this.#onLinkUp(node, input.peer, now, effects);
        break;
      case 'link-down':
        this.#registry.onLinkDown(node, input.peer, input.cause, effects);
        break;
      case 'stalled':
        break;
      default:
        unreachable(input);
    }
    this.#forwardChanges();
  }

  members(node: NodeIndex): MemberView[] {
    return this.#registry.members(node);
  }

  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    return this.#registry.isNeighbor(node, peer);
  }

  isBanned(node: NodeIndex, peer: PeerIndex, now: Millis): boolean {
    return this.#validator.isBanned(node, peer, now);
  }

  frontier(node: NodeIndex): FrontierEntry[] {
    return this.#gossip.frontier(node);
  }

  digest(node: NodeIndex): Digest {
    return this.#gossip.digest(node);
  }

  isConverged(node: NodeIndex): boolean {
    return this.#gossip.isConverged(node);
  }

  #onCommand(node: NodeIndex, command: Command, now: Millis, effects: Effects): void {
    this.#gossip.onCommand(node, command, now, effects);
    if (command.type === 'join') this.#registry.join(node, command.self, command.epoch, effects);
    if (command.type === 'leave') this.#registry.leave(node, effects);
  }

  #onMessage(node: NodeIndex, from: PeerIndex, message: Message, now: Millis, effects: Effects): void {
    if (this.#validator.isBanned(node, from, now)) return;
    this.#gossip.onMessage(node, from, message, now, effects);
    if (message.type === 'claims') this.#registry.onClaims(node, message.claims, effects);
  }

  #onLinkUp(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): void {
    if (!this.#validator.onLinkUp(node, peer, now, effects)) return;
    this.#registry.onLinkUp(node, peer, effects);
    if (this.#registry.isNeighbor(node, peer)) this.#gossip.onLinkUp(node, peer, effects);
  }

  #onTimer(node: NodeIndex, timer: Timer, effects: Effects): void {
    switch (timer.type) {
      case 'start-round':
      case 'flush-outbox':
        return this.#gossip.onTimer(node, timer, effects);
      case 'spread-claims':
      case 'maintain-views':
      case 'declare-dead':
        return this.#registry.onTimer(node, timer, effects);
      default:
        return unreachable(timer);
    }
  }

  #forwardChanges(): void {
    for (let change = this.#changes.take(); change !== undefined; change = this.#changes.take()) {
      this.#registry.onOffence(change.node, change.peer);
    }
  }
}
