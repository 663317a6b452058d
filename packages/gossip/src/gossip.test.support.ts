/** Test tool: gossip of one node among listed neighbors, with a table of batches, and all it asks for written down. */
import {
  Allocator,
  bytes,
  millis,
  mix32,
  silentObserver,
  type BatchHandle,
  type BatchMessage,
  type BatchPlace,
  type DisconnectReason,
  type Effects,
  type Epoch,
  type FrontierEntry,
  type IgnoreReason,
  type MeshEvent,
  type Message,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
  type Standing,
  type StateSource,
  type Timer,
} from '@murmuration/protocol';
import { GossipCoordinator } from './coordinator.ts';
import { gossipDefaults, type GossipOptions } from './options.ts';

export const node: NodeIndex = 0 as NodeIndex;
export const peerOf = (index: number): PeerIndex => index as PeerIndex;

/** Neighbors as a list that a test may change. */
export class ListedNeighbors implements Neighborhood {
  peers: number[];

  constructor(count: number) {
    this.peers = Array.from({ length: count }, (_, i) => i + 1);
  }

  neighborCount(_node: NodeIndex): number {
    return this.peers.length;
  }

  neighborAt(_node: NodeIndex, position: number): PeerIndex {
    return peerOf(this.peers[position] ?? Number.NaN);
  }

  isNeighbor(_node: NodeIndex, peer: PeerIndex): boolean {
    return this.peers.includes(peer);
  }
}

/** What a batch is beside its place in a log. */
export interface BatchShape {
  readonly count?: number;
  readonly epoch?: number;
  readonly size?: number;
  readonly hops?: number;
  readonly place?: BatchPlace;
}

/** Batches by handle, found by their log. */
export class ListedBatches implements StateSource {
  readonly all: BatchMessage[] = [];

  /** A batch of a log; the handle is its position. */
  add(author: number, first: number, { count = 1, epoch = 1, size = 100, hops = 0, place = 'next' }: BatchShape = {}): BatchMessage {
    const header = {
      author: peerOf(author), epoch: epoch as Epoch, firstSequence: first as Sequence, count,
      hash48: mix32(author * 1_000 + epoch * 100 + first), bytes: bytes(size),
    };
    const batch: BatchMessage = { type: 'batch', header, handle: this.all.length as BatchHandle, hops, place };
    this.all.push(batch);
    return batch;
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.all.find(({ header }) =>
      header.author === author && header.epoch === epoch && header.firstSequence + header.count - 1 > sequence);
  }

  batchOf(_node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.all[handle];
  }
}

/** What was asked of the world. */
export class WrittenEffects implements Effects {
  readonly sent: { readonly to: PeerIndex; readonly message: Message }[] = [];
  readonly timers: { readonly afterMs: number; readonly timer: Timer }[] = [];
  readonly events: MeshEvent[] = [];
  readonly asked: string[] = [];

  send(_node: NodeIndex, to: PeerIndex, message: Message): void {
    this.sent.push({ to, message });
  }

  setTimer(_node: NodeIndex, afterMs: Millis, timer: Timer): void {
    this.timers.push({ afterMs, timer });
  }

  connect(_node: NodeIndex, peer: PeerIndex): void {
    this.asked.push(`connect ${peer}`);
  }

  disconnect(_node: NodeIndex, peer: PeerIndex, reason: DisconnectReason): void {
    this.asked.push(`disconnect ${peer} ${reason}`);
  }

  emit(_node: NodeIndex, event: MeshEvent): void {
    this.events.push(event);
  }

  clear(): void {
    for (const list of [this.sent, this.timers, this.events, this.asked]) list.length = 0;
  }
}

/** A context for the parts of gossip; facts about ignored batches and overflow are written to `facts`. */
export function contextFor(facts: string[], source: StateSource = new ListedBatches(), seed = 1): ModuleContext {
  return {
    allocator: new Allocator(1),
    observer: {
      ...silentObserver,
      batchIgnored: (_node, from: PeerIndex, reason: IgnoreReason) => facts.push(`${reason} from ${from}`),
      messagesSkipped: (_node, author: PeerIndex, messages: number) => facts.push(`${messages} of ${author} skipped`),
      questionIgnored: (_node, from) => facts.push(`question from ${from}`),
      outboxOverflowed: () => facts.push('outbox overflowed'),
    },
    changes: { offenceSeen: () => undefined },
    tags: { highOf: (peer) => mix32(2 * peer), lowOf: (peer) => mix32(2 * peer + 1) },
    source,
    seed,
  };
}

export interface TestGossipOptions extends Partial<GossipOptions> {
  /** How many; their indexes begin at 1. */
  readonly neighbors?: number;
  readonly seed?: number;
  /** Round trips by neighbor; unknown where it is left out. */
  readonly rttMsOf?: (peer: number) => number;
  /** How much slower than well the node is. */
  readonly stretch?: number;
  /** How high each neighbor stands. */
  readonly standing?: Standing;
}

export class TestGossip {
  readonly neighbors: ListedNeighbors;
  readonly batches: ListedBatches = new ListedBatches();
  readonly effects: WrittenEffects = new WrittenEffects();
  readonly facts: string[] = [];
  readonly options: GossipOptions;
  readonly gossip: GossipCoordinator;

  constructor({ neighbors = 0, seed = 1, rttMsOf = () => 0, stretch = 1, standing, ...options }: TestGossipOptions = {}) {
    this.neighbors = new ListedNeighbors(neighbors);
    this.options = { ...gossipDefaults, ...options };
    const quality = { rttMsOf: (_node: NodeIndex, peer: PeerIndex) => rttMsOf(peer), stretchOf: () => stretch };
    this.gossip = new GossipCoordinator(this.options, contextFor(this.facts, this.batches, seed), this.neighbors, quality, standing);
  }

  hear(from: number, message: Message, nowMs = 1_000): void {
    this.gossip.onMessage(node, peerOf(from), message, millis(nowMs), this.effects);
  }

  /** Hears of a batch that the table holds from now on. */
  take(from: number, author: number, first: number, more: BatchShape & { readonly nowMs?: number } = {}): void {
    this.hear(from, this.batches.add(author, first, more), more.nowMs);
  }

  /** Hears a round with our own digest, or with another. */
  compare(from: number, isEqual: boolean, nowMs: number): void {
    const digest = isEqual ? this.gossip.digest(node) : { high: 1, low: this.gossip.digest(node).low ^ 1 };
    this.hear(from, { type: 'round', digest, isReply: true }, nowMs);
  }

  timer(timer: Timer, nowMs = 1_000): void {
    this.gossip.onTimer(node, timer, millis(nowMs), this.effects);
  }

  /** The batches that were sent to a peer, by author and first sequence. */
  batchesTo(peer: number): string[] {
    return this.effects.sent.flatMap(({ to, message }) =>
      to === peer && message.type === 'batch' ? [`${message.header.author}:${message.header.firstSequence}`] : []);
  }

  sentOf(type: Message['type']): { readonly to: PeerIndex; readonly message: Message }[] {
    return this.effects.sent.filter(({ message }) => message.type === type);
  }
}

export function entry(author: number, sequence: number, epoch = 1): FrontierEntry {
  return { author: peerOf(author), epoch: epoch as Epoch, sequence: sequence as Sequence };
}
