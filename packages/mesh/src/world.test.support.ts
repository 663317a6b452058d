/**
 * Test tool, not part of the package's entry: N nodes in one `Mesh`, in virtual time, with links that have latency and
 * loss and can be cut. Everything is drawn from the seed, so a run can be replayed. A peer's index is that of its first
 * node; a restart takes a fresh node of the same mesh, as a fresh process takes fresh memory. The world checks as it
 * goes: logs without holes, views within their bound.
 */
import {
  assert,
  messageLogOf,
  millis,
  mix32,
  pickBelow,
  random32,
  silentObserver,
  type BatchMessage,
  type DisconnectReason,
  type Effects,
  type Epoch,
  type FrontierEntry,
  type Input,
  type LinkDownCause,
  type MemberState,
  type MeshEvent,
  type Message,
  type Millis,
  type NodeIndex,
  type PeerIndex,
  type Timer,
} from '@murmuration/protocol';
import { Mesh } from './mesh.ts';
import { resolveMeshOptions, type MeshOptions } from './options.ts';
import { BatchTable } from './batches.test.support.ts';
import { EventQueue } from './event-queue.test.support.ts';
import { Stalls } from './stalls.test.support.ts';
import type { WorldOptions } from './world-options.test.support.ts';

export type { WorldOptions } from './world-options.test.support.ts';

/** What the world counted. */
export interface Counts {
  sent: number;
  batchesReceived: number;
  batchesAccepted: number;
  dials: number;
  linksUp: number;
}

/** Something that a node told its application. */
export interface Told {
  readonly atMs: number;
  readonly by: PeerIndex;
  readonly event: MeshEvent;
}

const draws = { latency: 1, loss: 2 } as const;
/** As the shell's dialer looks at bootstrap addresses. */
const bootstrapLookMs = 250;
/** From the cut of a path, or the death of a process, to the notice of it. */
const noticeMs = 300;
const nobody = -1 as NodeIndex;

export class TestWorld implements Effects {
  readonly mesh: Mesh;
  readonly options: MeshOptions;
  readonly batches: BatchTable;
  readonly counts: Counts = { sent: 0, batchesReceived: 0, batchesAccepted: 0, dials: 0, linksUp: 0 };
  readonly told: Told[] = [];
  /** How long each batch took to reach the last of the peers that ran when it was written. */
  readonly spreadMs: number[] = [];
  readonly #queue = new EventQueue();
  readonly #stalls = new Stalls();
  readonly #seed: number;
  readonly #peers: number;
  readonly #latencyMs: readonly [number, number];
  #loss: number;
  readonly #nodeOf: NodeIndex[];
  readonly #peerOf: PeerIndex[];
  readonly #epochOf: Epoch[];
  /** Number of the link of a pair, 0 where there is none. */
  readonly #link: Uint32Array;
  /** When the latest message of each direction arrives. */
  readonly #arrivesAtMs: Float64Array;
  readonly #side: number[];
  readonly #awaited = new Map<number, { readonly writtenAtMs: number; missing: number }>();
  #nodesUsed: number;
  #links = 0;
  #draw = 0;
  #nowMs = 0;
  #trace = 0;

  constructor({
    seed, peers, restartsMax = 0, latencyMinMs = 1, latencyMaxMs = 20, loss = 0, keepMs = 30_000, options = {},
  }: WorldOptions) {
    this.#seed = seed;
    this.batches = new BatchTable(keepMs);
    this.#peers = peers;
    this.#latencyMs = [latencyMinMs, latencyMaxMs];
    this.#loss = loss;
    this.options = resolveMeshOptions(options);
    this.#nodeOf = Array.from({ length: peers }, () => nobody);
    this.#peerOf = Array.from({ length: peers }, (_, peer) => peer as PeerIndex);
    this.#epochOf = Array.from({ length: peers }, () => 0 as Epoch);
    this.#side = Array.from({ length: peers }, () => 0);
    this.#link = new Uint32Array(peers * peers);
    this.#arrivesAtMs = new Float64Array(peers * peers);
    this.#nodesUsed = peers;
    const tags = { highOf: (peer: PeerIndex) => mix32(2 * peer + 1), lowOf: (peer: PeerIndex) => mix32(2 * peer + 2) };
    const context = { options: this.options, observer: silentObserver, tags, source: this.batches, seed };
    this.mesh = new Mesh(peers + restartsMax, context);
  }

  get now(): Millis {
    return millis(this.#nowMs);
  }

  /** Hash of all that happened so far, in order. */
  get trace(): number {
    return this.#trace;
  }

  /** The peers that run now. */
  get running(): PeerIndex[] {
    const peers = Array.from({ length: this.#peers }, (_, peer) => peer as PeerIndex);
    return peers.filter((peer) => this.nodeOf(peer) !== nobody);
  }

  /** Every running peer knows every batch ever written, and all tell one digest. */
  get isEqual(): boolean {
    const nameOf = ({ author, epoch, sequence }: FrontierEntry): string => `${author} ${epoch} ${sequence}`;
    const all = this.batches.frontier().map(nameOf);
    const nodes = this.running.map((peer) => this.nodeOf(peer));
    const digests = new Set(nodes.map((node) => JSON.stringify(this.mesh.digest(node))));
    return digests.size === 1 && nodes.every((node) => {
      const known = new Set(this.mesh.frontier(node).map(nameOf));
      return known.size === all.length && all.every((log) => known.has(log));
    });
  }

  /** Every running peer holds every peer, itself included, in the given state; all of them if none is named. */
  allHold(state: MemberState, peers: readonly PeerIndex[] = this.running): boolean {
    return this.running.every((by) => {
      const held = new Map(this.mesh.members(this.nodeOf(by)).map((member) => [member.peer, member.state]));
      return peers.every((peer) => held.get(peer) === state);
    });
  }

  /** Who told of an event of a type about a peer, and when. */
  toldOf(type: MeshEvent['type'], peer?: PeerIndex): readonly Told[] {
    const isAbout = (event: MeshEvent): boolean => peer === undefined || ('peer' in event && event.peer === peer);
    return this.told.filter(({ event }) => event.type === type && isAbout(event));
  }

  nodeOf(peer: PeerIndex): NodeIndex {
    return this.#nodeOf[peer] as NodeIndex;
  }

  epochOf(peer: PeerIndex): Epoch {
    return this.#epochOf[peer] as Epoch;
  }

  /** Starts every peer; all know the address of peer 0 only. */
  startAll(): void {
    for (let peer = 0; peer < this.#peers; peer++) this.start(peer as PeerIndex);
  }

  /** Starts a peer, or starts it again with a higher epoch. With `disk` it reads back what it has written before. */
  start(peer: PeerIndex, { disk = false }: { readonly disk?: boolean } = {}): void {
    const isFirst = this.epochOf(peer) === 0;
    assert(this.running.every((other) => this.#linkOf(peer, other) === 0), 'the links of the process before are gone');
    const node = (isFirst ? peer : this.#nodesUsed++) as NodeIndex;
    this.#nodeOf[peer] = node;
    this.#peerOf[node] = peer;
    this.#epochOf[peer] = (this.epochOf(peer) + 1) as Epoch;
    const written = disk ? this.batches.writtenBy(peer) : [];
    for (const batch of written) this.#handle(node, { type: 'command', command: { type: 'restore', batch } });
    this.#handle(node, { type: 'command', command: { type: 'join', self: peer, epoch: this.epochOf(peer) } });
    this.#lookForBootstrap(node, peer);
  }

  /** The process of a peer is gone, without a word. */
  stop(peer: PeerIndex): void {
    this.#nodeOf[peer] = nobody;
    for (const other of this.running) this.#fail(peer, other);
  }

  /** A peer says that it leaves, and goes once its last words are out. */
  leave(peer: PeerIndex): void {
    const node = this.nodeOf(peer);
    this.#handle(node, { type: 'command', command: { type: 'leave' } });
    this.#in(200, () => {
      for (const other of this.running) this.disconnect(node, other, 'leaving');
      this.#in(0, () => (this.#nodeOf[peer] = nobody));
    });
  }

  /** Cuts every path between the two groups; links over it fail a little later. */
  cut(group: readonly PeerIndex[]): void {
    for (const peer of group) this.#side[peer] = 1;
    for (const peer of this.running) {
      for (const other of this.running) if (peer < other && this.#isCut(peer, other)) this.#fail(peer, other);
    }
  }

  /** Mends every path. Nobody is told. */
  mend(): void {
    this.#side.fill(0);
  }

  /** The loop of a peer stands still: it hears nothing, and reads before its timers fire when it goes on (D12). */
  stall(peer: PeerIndex, forMs: number): void {
    const node = this.nodeOf(peer);
    this.#stalls.begin(node);
    this.#in(forMs, () => this.#stalls.end(node, millis(forMs)).forEach((input) => this.#handle(node, input)));
  }

  set loss(share: number) {
    this.#loss = share;
  }

  write(author: PeerIndex, count = 1): BatchMessage {
    return this.#append(author, this.epochOf(author), count);
  }

  /** Messages on topics, as one batch. */
  say(author: PeerIndex, count = 1): BatchMessage {
    return this.#append(author, messageLogOf(this.epochOf(author)), count);
  }

  #append(author: PeerIndex, epoch: Epoch, count: number): BatchMessage {
    const batch = this.batches.write({ author, epoch, count });
    this.#awaited.set(batch.handle, { writtenAtMs: this.#nowMs, missing: this.running.length });
    this.#handle(this.nodeOf(author), { type: 'command', command: { type: 'broadcast', batch } });
    return batch;
  }

  /** Lets a stretch of virtual time pass. */
  run(forMs: number): void {
    const untilMs = this.#nowMs + forMs;
    while (this.#queue.nextAtMs <= untilMs) {
      this.#nowMs = this.#queue.nextAtMs;
      this.batches.nowMs = this.#nowMs;
      this.#queue.step();
    }
    this.#nowMs = untilMs;
    this.batches.nowMs = untilMs;
    this.#checkViews();
  }

  /** Runs until a claim about the world holds; answers the time it took. Throws after `maxMs`. */
  runUntil(holds: () => boolean, maxMs: number): number {
    const startedAtMs = this.#nowMs;
    while (!holds()) {
      assert(this.#nowMs - startedAtMs < maxMs, `the world gets there within ${maxMs} ms (seed ${this.#seed})`);
      this.run(50);
    }
    return this.#nowMs - startedAtMs;
  }

  send(node: NodeIndex, to: PeerIndex, message: Message): void {
    const from = this.#peerOf[node] as PeerIndex;
    const link = this.#linkOf(from, to);
    this.counts.sent++;
    if (link === 0 || this.#isCut(from, to) || this.#isLost()) return;
    this.#in(this.#inOrder(from, to), () => {
      if (this.#linkOf(from, to) !== link || this.#isCut(from, to)) return;
      if (message.type === 'batch') this.counts.batchesReceived++;
      this.#handle(this.nodeOf(to), { type: 'message', from, message });
    });
  }

  setTimer(node: NodeIndex, afterMs: Millis, timer: Timer): void {
    this.#in(afterMs, () => this.#handle(node, { type: 'timer', timer }));
  }

  connect(node: NodeIndex, peer: PeerIndex): void {
    this.#dial(node, this.#peerOf[node] as PeerIndex, peer);
  }

  disconnect(node: NodeIndex, peer: PeerIndex, _reason: DisconnectReason): void {
    const self = this.#peerOf[node] as PeerIndex;
    this.#end(self, peer, 'closed');
  }

  emit(node: NodeIndex, event: MeshEvent): void {
    const by = this.#peerOf[node] as PeerIndex;
    if (event.type !== 'batch-accepted') {
      this.told.push({ atMs: this.#nowMs, by, event });
      return;
    }
    this.batches.hand(node, event.batch);
    if (event.from >= 0) this.counts.batchesAccepted++;
    const awaited = this.#awaited.get(event.batch.handle);
    if (awaited !== undefined && --awaited.missing === 0) this.spreadMs.push(this.#nowMs - awaited.writtenAtMs);
  }

  #handle(node: NodeIndex, input: Input): void {
    const peer = this.#peerOf[node];
    // A process that is gone hears nothing; what it asked for is forgotten with it.
    if (peer === undefined || this.nodeOf(peer) !== node || this.#stalls.keeps(node, input)) return;
    this.#note(node, input);
    this.mesh.handle(node, input, this.now, this);
  }

  #note(node: NodeIndex, input: Input): void {
    const from = 'from' in input ? input.from : 'peer' in input ? input.peer : 0;
    const kind = input.type === 'message' ? input.message.type : input.type === 'timer' ? input.timer.type : input.type;
    const moment = mix32(Math.round(this.#nowMs * 1_000) ^ mix32(node + 1));
    this.#trace = mix32(mix32(this.#trace ^ moment) ^ mix32(from * 31 + kind.length) ^ kind.charCodeAt(0));
  }

  #in(delayMs: number, happen: () => void): void {
    this.#queue.push(this.#nowMs + delayMs, happen);
  }

  #lookForBootstrap(node: NodeIndex, peer: PeerIndex): void {
    if (this.nodeOf(peer) !== node) return;
    const isAlone = this.running.every((other) => this.#linkOf(peer, other) === 0);
    const bootstrap = peer === 0 ? 1 : 0;
    if (isAlone) this.#dial(node, peer, bootstrap as PeerIndex);
    this.#in(bootstrapLookMs, () => this.#lookForBootstrap(node, peer));
  }

  #dial(node: NodeIndex, from: PeerIndex, to: PeerIndex): void {
    this.counts.dials++;
    if (this.#isLost()) return;
    this.#in(2 * this.#latency(), () => {
      if (this.nodeOf(from) !== node || this.nodeOf(to) === nobody) return;
      if (this.#isCut(from, to) || this.#linkOf(from, to) !== 0 || this.#isLost()) return;
      this.#setLink(from, to, ++this.#links);
      this.counts.linksUp++;
      this.#handle(this.nodeOf(to), { type: 'link-up', peer: from, rttMs: millis(0) });
      this.#handle(node, { type: 'link-up', peer: to, rttMs: millis(0) });
    });
  }

  #fail(peer: PeerIndex, other: PeerIndex): void {
    const link = this.#linkOf(peer, other);
    if (link === 0) return;
    const later = pickBelow(this.#next(draws.latency), noticeMs);
    this.#in(later, () => {
      if (this.#linkOf(peer, other) === link) this.#end(peer, other, 'failed');
    });
  }

  /** Ends a link: both ends are told within the same instant, before anything new can be dialed. */
  #end(self: PeerIndex, peer: PeerIndex, cause: LinkDownCause): void {
    if (this.#linkOf(self, peer) === 0) return;
    this.#setLink(self, peer, 0);
    const [node, other] = [this.nodeOf(self), this.nodeOf(peer)];
    this.#in(0, () => this.#handle(node, { type: 'link-down', peer, cause }));
    this.#in(0, () => this.#handle(other, { type: 'link-down', peer: self, cause }));
  }

  #linkOf(peer: PeerIndex, other: PeerIndex): number {
    return this.#link[peer * this.#peers + other] as number;
  }

  #setLink(peer: PeerIndex, other: PeerIndex, link: number): void {
    this.#link[peer * this.#peers + other] = link;
    this.#link[other * this.#peers + peer] = link;
  }

  #isCut(peer: PeerIndex, other: PeerIndex): boolean {
    return this.#side[peer] !== this.#side[other];
  }

  #isLost(): boolean {
    return this.#loss > 0 && this.#next(draws.loss) < this.#loss * 2 ** 32;
  }

  #latency(): number {
    const [minMs, maxMs] = this.#latencyMs;
    return minMs + (this.#next(draws.latency) / 2 ** 32) * (maxMs - minMs);
  }

  /** Messages of one link arrive in the order they were sent: a port's promise (transport.ts, 2). */
  #inOrder(from: PeerIndex, to: PeerIndex): number {
    const cell = from * this.#peers + to;
    const atMs = Math.max(this.#arrivesAtMs[cell] as number, this.#nowMs + this.#latency());
    this.#arrivesAtMs[cell] = atMs;
    return atMs - this.#nowMs;
  }

  #next(kind: number): number {
    return random32(this.#seed, -2, this.#draw++, kind);
  }

  #checkViews(): void {
    for (const peer of this.running) {
      const neighbors = this.running.filter((other) => this.mesh.isNeighbor(this.nodeOf(peer), other)).length;
      assert(neighbors <= this.options.peerRegistry.neighborsMax, `peer ${peer} keeps its view within the bound`);
    }
  }
}
