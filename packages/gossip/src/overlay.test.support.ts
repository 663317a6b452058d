/**
 * Test tool: gossip of many nodes over links that are given, in virtual milliseconds, with latency and loss drawn from the seed.
 * Node and peer have one number. Nobody's membership is in it, so what it shows is dissemination alone.
 */
import {
  Allocator,
  bytes,
  millis,
  mix32,
  pickBelow,
  random32,
  silentObserver,
  type BatchHandle,
  type BatchMessage,
  type Effects,
  type Epoch,
  type MeshEvent,
  type Message,
  type Millis,
  type Neighborhood,
  type NodeIndex,
  type Observer,
  type PeerIndex,
  type Sequence,
  type StateSource,
  type Timer,
} from '@murmuration/protocol';
import { GossipCoordinator } from './coordinator.ts';
import { gossipDefaults, type GossipOptions } from './options.ts';

export interface OverlayOptions {
  readonly seed: number;
  /** Neighbors of each node; links lead both ways. */
  readonly links: readonly (readonly number[])[];
  /** One way, drawn per message from 1 to this. */
  readonly latencyMaxMs?: number;
  readonly loss?: number;
  readonly options?: Partial<GossipOptions>;
  readonly observer?: Partial<Observer>;
}

/** One batch on its way. */
export interface Spread {
  readonly writtenAtMs: number;
  /** When each node but the author had it. */
  readonly afterMs: number[];
  hopsMax: number;
}

/** A link between every two. */
export function fullMesh(nodes: number): number[][] {
  return Array.from({ length: nodes }, (_, node) => Array.from({ length: nodes }, (_, i) => i).filter((i) => i !== node));
}

/** A ring, so that it is connected, and random links up to a degree. */
export function randomOverlay(nodes: number, degree: number, seed: number): number[][] {
  const links = Array.from({ length: nodes }, () => new Set<number>());
  const join = (a: number, b: number): void => {
    links[a]?.add(b);
    links[b]?.add(a);
  };
  for (let node = 1; node < nodes; node++) join(node - 1, node);
  if (nodes > 2) join(nodes - 1, 0);
  for (let draw = 0; draw < nodes * degree * 4; draw++) {
    const a = pickBelow(random32(seed, 0, draw, 1), nodes);
    const b = pickBelow(random32(seed, 0, draw, 2), nodes);
    if (a !== b && (links[a]?.size ?? 0) < degree && (links[b]?.size ?? 0) < degree) join(a, b);
  }
  return links.map((peers) => [...peers]);
}

export class Overlay implements Effects, Neighborhood, StateSource {
  readonly gossip: GossipCoordinator;
  readonly allocator: Allocator;
  readonly spreads: Spread[] = [];
  /** Messages handed to links, by type. */
  readonly sent: Map<Message['type'], number> = new Map();
  readonly links: number[][];
  loss: number;
  readonly #seed: number;
  readonly #latencyMaxMs: number;
  readonly #batches: BatchMessage[] = [];
  readonly #logs = new Map<number, BatchMessage[]>();
  readonly #arrivesAtMs: Map<number, number> = new Map();
  readonly #events = new Map<number, (() => void)[]>();
  #nowMs = 1;
  #draw = 0;

  constructor({ seed, links, latencyMaxMs = 10, loss = 0, options = {}, observer = {} }: OverlayOptions) {
    this.#seed = seed;
    this.#latencyMaxMs = latencyMaxMs;
    this.loss = loss;
    this.links = links.map((peers) => [...peers]);
    this.allocator = new Allocator(links.length);
    const context = {
      allocator: this.allocator,
      observer: { ...silentObserver, ...observer },
      changes: { offenceSeen: () => undefined },
      tags: { highOf: (peer: PeerIndex) => mix32(2 * peer + 1), lowOf: (peer: PeerIndex) => mix32(2 * peer + 2) },
      source: this,
      seed,
    };
    this.gossip = new GossipCoordinator({ ...gossipDefaults, ...options }, context, this);
    for (const node of this.nodes) this.gossip.onCommand(node, { type: 'join', self: node as number as PeerIndex, epoch: 1 as Epoch }, this.now, this);
    for (const node of this.nodes) for (const peer of this.links[node] ?? []) this.gossip.onLinkUp(node, peer as PeerIndex, this);
  }

  get now(): Millis {
    return millis(this.#nowMs);
  }

  get nodes(): NodeIndex[] {
    return this.links.map((_, node) => node as NodeIndex);
  }

  /** Every node tells one digest. */
  get isEqual(): boolean {
    return new Set(this.nodes.map((node) => JSON.stringify(this.gossip.digest(node)))).size === 1;
  }

  get batches(): number {
    return this.#batches.length;
  }

  /** Copies of batches sent so far, trees and repair together. */
  get copies(): number {
    return this.sent.get('batch') ?? 0;
  }

  get deliveries(): number {
    return this.spreads.reduce((sum, { afterMs }) => sum + afterMs.length, 0);
  }

  neighborCount(node: NodeIndex): number {
    return this.links[node]?.length ?? 0;
  }

  neighborAt(node: NodeIndex, position: number): PeerIndex {
    return (this.links[node]?.[position] ?? -1) as PeerIndex;
  }

  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    return this.links[node]?.includes(peer) ?? false;
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, _epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.#logs.get(author)?.[sequence];
  }

  batchOf(_node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.#batches[handle];
  }

  /** A batch of one update. */
  write(author: number, size = 200): Spread {
    const log = this.#logs.get(author) ?? [];
    this.#logs.set(author, log);
    const firstSequence = (log.length + 1) as Sequence;
    const header = {
      author: author as PeerIndex, epoch: 1 as Epoch, firstSequence, count: 1,
      hash48: mix32(author * 7_919 + firstSequence), bytes: bytes(size),
    };
    const batch: BatchMessage = { type: 'batch', header, handle: this.#batches.length as BatchHandle, hops: 0, place: 'next' };
    log.push(batch);
    this.#batches.push(batch);
    const spread: Spread = { writtenAtMs: this.#nowMs, afterMs: [], hopsMax: 0 };
    this.spreads.push(spread);
    this.gossip.onCommand(author as NodeIndex, { type: 'broadcast', batch }, this.now, this);
    return spread;
  }

  /** Ends a link at both ends, or one end's knowledge of it where `isSilent`: messages are lost and nobody is told. */
  cut(a: number, b: number): void {
    for (const [node, peer] of [[a, b], [b, a]] as const) {
      this.links[node] = (this.links[node] ?? []).filter((other) => other !== peer);
      this.gossip.onLinkDown(node as NodeIndex, peer as PeerIndex);
    }
  }

  run(forMs: number): void {
    for (const untilMs = this.#nowMs + forMs; this.#nowMs < untilMs; ) {
      this.#nowMs++;
      const events = this.#events.get(this.#nowMs) ?? [];
      this.#events.delete(this.#nowMs);
      for (const happen of events) happen();
    }
  }

  /** Answers how long it took. */
  runUntil(holds: () => boolean, maxMs: number): number {
    const startedAtMs = this.#nowMs;
    while (!holds()) {
      if (this.#nowMs - startedAtMs > maxMs) throw new Error(`not within ${maxMs} ms (seed ${this.#seed})`);
      this.run(10);
    }
    return this.#nowMs - startedAtMs;
  }

  send(node: NodeIndex, to: PeerIndex, message: Message): void {
    this.sent.set(message.type, (this.sent.get(message.type) ?? 0) + 1);
    if (this.#next() < this.loss * 2 ** 32) return;
    const key = node * this.links.length + to;
    const atMs = Math.max(this.#arrivesAtMs.get(key) ?? 0, this.#nowMs + 1 + pickBelow(this.#next(), this.#latencyMaxMs));
    this.#arrivesAtMs.set(key, atMs);
    this.#at(atMs, () => {
      const from = node as number as PeerIndex;
      if (this.isNeighbor(to as number as NodeIndex, from)) this.#hear(to as number as NodeIndex, from, message);
    });
  }

  setTimer(node: NodeIndex, afterMs: Millis, timer: Timer): void {
    this.#at(this.#nowMs + Math.max(1, Math.ceil(afterMs)), () => this.gossip.onTimer(node, timer, this.now, this));
  }

  connect(): void {
    throw new Error('gossip asks for no links');
  }

  disconnect(): void {
    throw new Error('gossip ends no links');
  }

  emit(_node: NodeIndex, event: MeshEvent): void {
    if (event.type !== 'batch-accepted' || event.from < 0) return;
    const spread = this.spreads[event.batch.handle] as Spread;
    spread.afterMs.push(this.#nowMs - spread.writtenAtMs);
    if (event.batch.hops !== 255) spread.hopsMax = Math.max(spread.hopsMax, event.batch.hops);
  }

  /** As a shell does: a batch is judged before it is handed in. */
  #hear(node: NodeIndex, from: PeerIndex, message: Message): void {
    if (message.type === 'batch') {
      const verdict = this.gossip.judge(node, { ...message.header, place: message.place });
      if (verdict.type !== 'accept') return this.gossip.onIgnored(node, from, message.header, verdict, this.now, this);
    }
    this.gossip.onMessage(node, from, message, this.now, this);
  }

  #at(atMs: number, happen: () => void): void {
    const events = this.#events.get(atMs);
    if (events === undefined) this.#events.set(atMs, [happen]);
    else events.push(happen);
  }

  #next(): number {
    return random32(this.#seed, -2, this.#draw++, 0);
  }
}

/** The value below which a share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
