/**
 * The composer. It routes inputs to the modules and forwards what one module's change means to another; it decides nothing.
 *
 * Order, in every case: byzantine, gossip, peer-registry. Byzantine first, because a banned peer is not heard; gossip before the
 * registry, because a batch must be taken while its sender is still a neighbor.
 *
 *   message       byzantine hears nobody banned | gossip: rounds, frontiers, batches, trees | registry: claims, probes, walks
 *   link up       byzantine sends the banned away | registry admits it to the view | gossip greets it, once the view holds it
 *   link down     gossip forgets the link | registry takes it out of the view
 *   offence       byzantine bans and disconnects | registry bars from the view
 *   timer         the module that asked for it; a stall of ours: registry
 */
import { Validator } from '@murmuration/byzantine';
import { GossipCoordinator } from '@murmuration/gossip';
import { Membership } from '@murmuration/peer-registry';
import {
  Allocator,
  accept,
  ignore,
  unreachable,
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
  type OfferedRange,
  type PeerIndex,
  type RegistryMessage,
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

  constructor(nodes: number, { options, ...ports }: MeshContext) {
    this.allocator = new Allocator(nodes);
    const context: ModuleContext = { ...ports, allocator: this.allocator, changes: this.#changes };
    this.#validator = new Validator(options.byzantine, context);
    this.#registry = new Membership(options.peerRegistry, context, this.#validator);
    this.#gossip = new GossipCoordinator(options.gossip, context, this.#registry, this.#registry, this.#validator);
  }

  /** Before any crypto: heard at all, and new? What is left out is counted; nothing else changes. */
  admit(node: NodeIndex, from: PeerIndex, range: OfferedRange, now: Millis, effects: Effects): Verdict {
    const verdict = this.#validator.isBanned(node, from, now) ? banned : this.#gossip.judge(node, range);
    if (verdict.type !== 'accept') this.#gossip.onIgnored(node, from, range, verdict, now, effects);
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
        this.#onTimer(node, input.timer, now, effects);
        break;
      case 'link-up':
        this.#onLinkUp(node, input.peer, input.rttMs, now, effects);
        break;
      case 'link-down':
        this.#gossip.onLinkDown(node, input.peer);
        this.#registry.onLinkDown(node, input.peer, input.cause, now, effects);
        break;
      case 'stalled':
        this.#registry.onStalled(node, input.lagMs, now);
        break;
      case 'lagging':
        this.#registry.onLagging(node, input.lagMs);
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

  /** 0 to 1, from what we have seen ourselves. */
  reputationOf(node: NodeIndex, peer: PeerIndex, now: Millis): number {
    return this.#validator.reputationOf(node, peer, now);
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
    switch (message.type) {
      case 'round':
      case 'frontier':
      case 'ranges':
      case 'batch':
      case 'ihave':
      case 'graft':
      case 'prune':
        return this.#gossip.onMessage(node, from, message, now, effects);
      default:
        return this.#onRegistryMessage(node, from, message, now, effects);
    }
  }

  #onRegistryMessage(node: NodeIndex, from: PeerIndex, message: RegistryMessage, now: Millis, effects: Effects): void {
    const wasNeighbor = this.#registry.isNeighbor(node, from);
    this.#registry.onMessage(node, from, message, now, effects);
    // A full view decides when it has heard what the newcomer wants.
    if (!wasNeighbor && this.#registry.isNeighbor(node, from)) this.#gossip.onLinkUp(node, from, effects);
  }

  #onLinkUp(node: NodeIndex, peer: PeerIndex, rttMs: Millis, now: Millis, effects: Effects): void {
    if (!this.#validator.onLinkUp(node, peer, now, effects)) return;
    this.#registry.onLinkUp(node, peer, rttMs, effects);
    if (this.#registry.isNeighbor(node, peer)) this.#gossip.onLinkUp(node, peer, effects);
  }

  #onTimer(node: NodeIndex, timer: Timer, now: Millis, effects: Effects): void {
    switch (timer.type) {
      case 'start-round':
      case 'flush-outbox':
      case 'announce-batches':
      case 'graft-missing':
        return this.#gossip.onTimer(node, timer, now, effects);
      case 'spread-claims':
      case 'maintain-views':
      case 'probe-next':
      case 'probe-indirectly':
      case 'end-probe':
      case 'send-nack':
      case 'judge-suspicion':
      case 'shuffle-views':
      case 'declare-dead':
        return this.#registry.onTimer(node, timer, now, effects);
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
