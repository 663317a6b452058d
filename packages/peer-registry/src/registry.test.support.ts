/** Test tool: a registry of one node whose effects and facts are written down. The node is peer 0. */
import {
  Allocator,
  millis,
  noPeer,
  silentObserver,
  type AckMessage,
  type DisconnectReason,
  type Effects,
  type Epoch,
  type Incarnation,
  type LinkDownCause,
  type MemberClaim,
  type MemberState,
  type MeshEvent,
  type Message,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type PeerOrigins,
  type RegistryMessage,
  type Standing,
  type Timer,
} from '@murmuration/protocol';
import { Membership } from './membership.ts';
import { peerRegistryDefaults, type PeerRegistryOptions } from './options.ts';

export const node: NodeIndex = 0 as NodeIndex;
export const self: PeerIndex = 0 as PeerIndex;
export const peerOf = (index: number): PeerIndex => index as PeerIndex;

export function claim(peer: number, state: MemberState, incarnation = 0, epoch = 1): MemberClaim {
  return { peer: peerOf(peer), state, epoch: epoch as Epoch, incarnation: incarnation as Incarnation, accuser: noPeer };
}

/** A suspicion and who says so. */
export function accusation(peer: number, accuser: number, incarnation = 0): MemberClaim {
  return { ...claim(peer, 'suspect', incarnation), accuser: peerOf(accuser) };
}

export function ackOf(target: number, token: number, incarnation = 0): AckMessage {
  return {
    type: 'ack', token, target: peerOf(target), epoch: 1 as Epoch, incarnation: incarnation as Incarnation, lagMs: millis(0),
  };
}

/** Everything that was asked of the world, in order. */
export class WrittenEffects implements Effects {
  readonly sent: { readonly to: PeerIndex; readonly message: Message }[] = [];
  readonly timers: { readonly afterMs: number; readonly timer: Timer }[] = [];
  readonly connects: PeerIndex[] = [];
  readonly disconnects: { readonly peer: PeerIndex; readonly reason: DisconnectReason }[] = [];
  readonly events: MeshEvent[] = [];

  send(_node: NodeIndex, to: PeerIndex, message: Message): void {
    this.sent.push({ to, message });
  }

  setTimer(_node: NodeIndex, afterMs: Millis, timer: Timer): void {
    this.timers.push({ afterMs, timer });
  }

  connect(_node: NodeIndex, peer: PeerIndex): void {
    this.connects.push(peer);
  }

  disconnect(_node: NodeIndex, peer: PeerIndex, reason: DisconnectReason): void {
    this.disconnects.push({ peer, reason });
  }

  emit(_node: NodeIndex, event: MeshEvent): void {
    this.events.push(event);
  }

  /** All claims that were sent, in order. */
  get claims(): MemberClaim[] {
    return this.sent.flatMap(({ message }) => (message.type === 'claims' ? message.claims : []));
  }

  /** Forgets what was asked so far. */
  clear(): void {
    for (const list of [this.sent, this.timers, this.connects, this.disconnects, this.events]) list.length = 0;
  }
}

/** How many members the node knows and is linked to; their indexes begin at 1. */
export interface JoinedOptions extends Partial<PeerRegistryOptions> {
  readonly members?: number;
  readonly linked?: number;
  readonly origins?: PeerOrigins;
  readonly standing?: Standing;
}

export class TestRegistry {
  readonly effects: WrittenEffects = new WrittenEffects();
  /** The facts `linkChanged` told. */
  readonly links: { readonly peer: PeerIndex; readonly isUp: boolean }[] = [];
  /** How probes ended and how healthy we are, in order. */
  readonly facts: string[] = [];
  readonly options: PeerRegistryOptions;
  readonly registry: Membership;
  /** Virtual time; it stands still but where a test moves it. */
  now: Millis = millis(100_000);

  /** Tags are the peers' indexes, or fall as those rise: then we have the largest. */
  constructor(options: Partial<PeerRegistryOptions> = {}, seed = 1, hasLargestTag = false, origins?: PeerOrigins, standing?: Standing) {
    this.options = { ...peerRegistryDefaults, ...options };
    const context: ModuleContext = {
      allocator: new Allocator(1),
      observer: {
        ...silentObserver,
        linkChanged: (_node, peer, isUp) => this.links.push({ peer, isUp }),
        probeFinished: (_node, peer, outcome) => this.facts.push(`probe of ${peer} ${outcome}`),
        healthChanged: (_node, score) => this.facts.push(`health ${score}`),
      },
      changes: { offenceSeen: () => undefined },
      tags: { highOf: (peer) => (hasLargestTag ? 1_000 - peer : peer), lowOf: (peer) => peer },
      source: { batchAfter: () => undefined, batchOf: () => undefined },
      seed,
      ...(origins === undefined ? {} : { origins }),
    };
    this.registry = new Membership(this.options, context, standing);
  }

  /** A node that has joined, knows some members and is linked to some of them. */
  static joined(
    { members = 0, linked = 0, origins, standing, ...options }: JoinedOptions = {},
    seed = 1,
    hasLargestTag = false,
  ): TestRegistry {
    const made = new TestRegistry(options, seed, hasLargestTag, origins, standing);
    made.registry.join(node, self, 1 as Epoch, made.effects);
    made.hear(...Array.from({ length: members }, (_, i) => claim(i + 1, 'alive')));
    for (let peer = 1; peer <= linked; peer++) made.link(peer);
    made.effects.clear();
    made.links.length = 0;
    return made;
  }

  /** Claims of somebody who is no neighbor. */
  hear(...claims: readonly MemberClaim[]): void {
    this.hearFrom(99, { type: 'claims', claims });
  }

  hearFrom(from: number, message: RegistryMessage): void {
    this.registry.onMessage(node, peerOf(from), message, this.now, this.effects);
  }

  /** A peer answers a ping itself. */
  answer(peer: number, token: number, incarnation = 0): void {
    this.hearFrom(peer, ackOf(peer, token, incarnation));
  }

  link(peer: number, rttMs = 0): void {
    this.registry.onLinkUp(node, peerOf(peer), millis(rttMs), this.effects);
  }

  unlink(peer: number, cause: LinkDownCause): void {
    this.registry.onLinkDown(node, peerOf(peer), cause, this.now, this.effects);
  }

  timer(timer: Timer): void {
    this.registry.onTimer(node, timer, this.now, this.effects);
  }

  /** Lets time pass and the latest timer of a type come. */
  pass(forMs: number, type?: Timer['type']): void {
    this.now = millis(this.now + forMs);
    const due = type === undefined ? undefined : this.timersOf(type).at(-1);
    if (due !== undefined) this.timer(due.timer);
  }

  /** The messages of one type that were sent, with their receivers. */
  sentOf<Type extends Message['type']>(type: Type): { to: PeerIndex; message: Message & { type: Type } }[] {
    return this.effects.sent.filter((sent): sent is { to: PeerIndex; message: Message & { type: Type } } =>
      sent.message.type === type);
  }

  declareDead({ peer, epoch, incarnation }: MemberClaim): void {
    this.timer({ type: 'declare-dead', peer, epoch, incarnation });
  }

  look(): void {
    this.timer({ type: 'maintain-views' });
  }

  /** What is held about a peer. */
  held(peer: number): MemberClaim | undefined {
    const row = this.registry.members(node).find((member) => member.peer === peer);
    return row && claim(row.peer, row.state, row.incarnation, row.epoch);
  }

  get rows(): MemberClaim[] {
    const members = this.registry.members(node);
    return members.map(({ peer, state, incarnation, epoch }) => claim(peer, state, incarnation, epoch));
  }

  get neighbors(): PeerIndex[] {
    return Array.from({ length: this.registry.neighborCount(node) }, (_, i) => this.registry.neighborAt(node, i));
  }

  /** The timers of a type that were asked for. */
  timersOf(type: Timer['type']): { readonly afterMs: number; readonly timer: Timer }[] {
    return this.effects.timers.filter(({ timer }) => timer.type === type);
  }
}
