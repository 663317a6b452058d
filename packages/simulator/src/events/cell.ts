/**
 * One cell in virtual time: some hundred nodes of the run's one `Mesh`, their links, and all that is still to happen to them. Cells say
 * nothing to each other, so each has a wheel of its own and runs ahead alone: what it touches fits the processor's cache, and the order
 * of cells cannot matter. Nodes and peers are counted within the cell.
 */
import {
  assert, millis, mix32, noPeer, random32,
  type DisconnectReason, type Effects, type Epoch, type Input, type LinkDownCause, type MeshEvent, type Message,
  type Millis, type NodeIndex, type PeerIndex, type Timer,
} from '@murmuration/protocol';
import type { Mesh } from '@murmuration/mesh';
import type { Batches, Written } from './batches.ts';
import { cellNodesMax, EventRecords, fromOf, headOf, kindOf, kinds, linkDownCauses, nodeOf } from './event-records.ts';
import { Links, noPlace } from './links.ts';
import type { PathModel } from './path-model.ts';
import { noNode, Processes } from './processes.ts';
import { SideTable } from './side-table.ts';
import type { Tally } from './tally.ts';
import { noRecord, TimingWheel, words } from './timing-wheel.ts';
import { Wiring, type WiringPorts } from './wiring.ts';

/** What all cells of a run share. */
export interface CellContext {
  readonly mesh: Mesh;
  readonly batches: Batches;
  readonly paths: PathModel;
  readonly tally: Tally;
  readonly seed: number;
  /** Links that a peer's transport takes. */
  readonly linksMax: number;
  /** Largest share by which a node's clock runs fast or slow. */
  readonly clockSkew: number;
  readonly onEvent: (cell: Cell, by: number, event: MeshEvent) => void;
}

/** Where a cell lies in the run. */
export interface CellPlace {
  readonly index: number;
  /** Of its first node and peer in the run. */
  readonly first: number;
  readonly peers: number;
  /** Fresh nodes for restarts. */
  readonly restartsMax: number;
}

/** Longer than a message is on its way in a cell. */
const lastWordsMs = 200;
/** Timers and messages of one node that wait at one time, on average, measured: the array starts with room for them. */
const eventsPerNode = 8;
/** Everybody suspects everybody in a cell of 512, and then some: a node that asks for more has lost count. */
const eventsPerNodeMax = 4_096;

export class Cell implements Effects {
  readonly place: CellPlace;
  readonly links: Links;
  readonly #context: CellContext;
  /** As in `place`: read with every event. */
  readonly #first: number;
  readonly #mesh: Mesh;
  readonly #tally: Tally;
  readonly #paths: PathModel;
  readonly #wheel: TimingWheel;
  readonly #side = new SideTable();
  readonly #records: EventRecords;
  readonly #wiring: Wiring;
  readonly #processes: Processes;
  readonly #sideOfCut: Uint8Array;
  readonly #stalls = new Map<number, number[]>();
  #isCut = false;
  #step = 0;
  #trace: number;

  constructor(place: CellPlace, context: CellContext) {
    const nodes = place.peers + place.restartsMax;
    assert(nodes <= cellNodesMax, 'a cell has at most 4,096 nodes, restarts included');
    this.place = place;
    this.#context = context;
    this.#first = place.first;
    this.#mesh = context.mesh;
    this.#tally = context.tally;
    this.#paths = context.paths;
    this.#wheel = new TimingWheel(eventsPerNode * place.peers, eventsPerNodeMax * nodes);
    this.#records = new EventRecords(this.#wheel, this.#side, (handle) => context.batches.of(handle));
    this.links = new Links(place.peers, Math.min(context.linksMax, place.peers - 1));
    this.#processes = new Processes({ ...place, seed: context.seed, clockSkew: context.clockSkew });
    this.#sideOfCut = new Uint8Array(place.peers);
    this.#wiring = new Wiring(this.#portsOf(context), place);
    this.#trace = mix32(context.seed ^ place.first);
  }

  get nowMs(): number {
    return this.#wheel.nowMs;
  }

  /** Hash of all that happened so far, in order. */
  get trace(): number {
    return mix32(this.#trace);
  }

  /** Events that wait: timers and messages on their way. */
  get pending(): number {
    return this.#wheel.pending;
  }

  /** Bytes of the driver for this cell. */
  get bytes(): number {
    return this.#wheel.bytes + this.links.bytes;
  }

  /** The peers that run now. */
  get running(): number[] {
    return Array.from({ length: this.place.peers }, (_, peer) => peer).filter((peer) => this.isRunning(peer));
  }

  isRunning(peer: number): boolean {
    return this.#processes.nodeOf(peer) !== noNode;
  }

  isStalled(peer: number): boolean {
    return this.#stalls.has(this.#processes.nodeOf(peer));
  }

  epochOf(peer: number): Epoch {
    return this.#processes.epochOf(peer);
  }

  /** The row of a running peer in the mesh. */
  nodeIndexOf(peer: number): NodeIndex {
    return (this.place.first + this.#processes.nodeOf(peer)) as NodeIndex;
  }

  peerIndexOf(peer: number): PeerIndex {
    return (this.#first + peer) as PeerIndex;
  }

  /** A peer of this cell by its index in the run. */
  peerOf(index: PeerIndex): number {
    return index - this.place.first;
  }

  /** Is this a peer of this cell? */
  holds(index: PeerIndex): boolean {
    return index >= this.place.first && index < this.place.first + this.place.peers;
  }

  /** Lets virtual time pass. */
  run(untilMs: number): void {
    const wheel = this.#wheel;
    while (wheel.nowMs < untilMs) {
      wheel.tick();
      for (let record = wheel.next(); record !== noRecord; record = wheel.next()) this.#take(record);
    }
  }

  /** What a scenario does to the cell at a moment that is not past. */
  at(atMs: number, action: () => void): void {
    const record = this.#wheel.add(Math.max(this.nowMs, Math.round(atMs)), headOf(kinds.action, 0, 0));
    this.#wheel.records[record + words.payload] = this.#side.keep(action);
  }

  /** Starts a peer that knows nobody, or starts it again with a higher epoch: it reads back what it has written, and looks for a link. */
  start(peer: number): void {
    const node = this.begin(peer);
    for (const batch of this.#context.batches.writtenBy(this.peerIndexOf(peer))) {
      this.tell(node, { type: 'command', command: { type: 'restore', batch } }, this);
    }
    this.tell(node, this.joinOf(peer), this);
    this.#wiring.lookForBootstrap(node);
  }

  /** The process of a peer begins; answers its node. What it is told first is the caller's to say. */
  begin(peer: number): number {
    // The ends of links to the process before learn of it now, at the latest.
    this.#wiring.endAll(peer, 'failed');
    return this.#processes.begin(peer);
  }

  joinOf(peer: number): Input {
    return { type: 'command', command: { type: 'join', self: this.peerIndexOf(peer), epoch: this.epochOf(peer) } };
  }

  /** The process of a peer is gone, without a word. */
  stop(peer: number): void {
    const node = this.#processes.end(peer);
    for (const record of this.#stalls.get(node) ?? []) this.#drop(record);
    this.#stalls.delete(node);
    for (const other of this.#wiring.othersOf(peer)) this.#wiring.fail(peer, other);
  }

  /** A peer says that it leaves, and goes once its last words are out. */
  leave(peer: number): void {
    const node = this.#processes.nodeOf(peer);
    this.tell(node, { type: 'command', command: { type: 'leave' } }, this);
    this.at(this.nowMs + lastWordsMs, () => {
      if (this.#processes.nodeOf(peer) !== node) return;
      this.#wiring.endAll(peer, 'closed');
      this.stop(peer);
    });
  }

  /** The loop of a peer stands still: it hears nothing, and reads before its timers fire when it goes on (D12). */
  stall(peer: number, forMs: number): void {
    const node = this.#processes.nodeOf(peer);
    if (node === noNode || this.#stalls.has(node)) return;
    const kept: number[] = [];
    this.#stalls.set(node, kept);
    this.at(this.nowMs + forMs, () => {
      if (this.#stalls.get(node) === kept) this.#goOn(node, kept, forMs);
    });
  }

  /** Cuts every path between two groups; links over it fail a little later. */
  cut(group: readonly number[]): void {
    this.#isCut = true;
    for (const peer of group) this.#sideOfCut[peer] = 1;
    for (const peer of group) {
      for (const other of this.#wiring.othersOf(peer)) if (this.#isApart(peer, other)) this.#wiring.fail(peer, other);
    }
  }

  /** Mends every path. Nobody is told. */
  mend(): void {
    this.#isCut = false;
    this.#sideOfCut.fill(0);
  }

  /** A running peer writes a batch. */
  write(peer: number, count = 1): Written {
    const { batches } = this.#context;
    const written = batches.write(this.peerIndexOf(peer), this.epochOf(peer), count, this.nowMs, this.place);
    this.tell(this.#processes.nodeOf(peer), { type: 'command', command: { type: 'broadcast', batch: written.message } }, this);
    return written;
  }

  send(node: NodeIndex, to: PeerIndex, message: Message): void {
    const paths = this.#paths;
    const from = this.#processes.peerOf(node - this.#first);
    const other = to - this.#first;
    this.#tally.messages++;
    if (message.type === 'batch' && !this.#context.batches.isKnown(message.handle, from)) this.#tally.unheldSent++;
    const place = this.links.placeOf(from, other);
    const target = this.#processes.nodeOf(other);
    if (place === noPlace || target === noNode || (this.#isCut && this.#isApart(from, other))) return;
    const times = paths.isTwice(this.place.index, this.#step + 1) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      const delayMs = paths.delayMs(this.place.index, ++this.#step, this.links.latencyAt(place));
      if (delayMs === Infinity) continue;
      const drawnMs = this.nowMs + Math.max(1, Math.round(delayMs));
      const atMs = paths.options.kind === 'stream' ? this.links.arriveAt(place, drawnMs) : drawnMs;
      this.#records.addMessage(atMs, target, from, this.links.numberAt(place), message);
    }
  }

  setTimer(node: NodeIndex, afterMs: Millis, timer: Timer): void {
    const own = node - this.#first;
    this.#records.addTimer(this.nowMs + this.#processes.lastsMs(own, afterMs), own, timer);
  }

  connect(node: NodeIndex, peer: PeerIndex): void {
    this.#wiring.dial(node - this.#first, peer - this.#first);
  }

  disconnect(node: NodeIndex, peer: PeerIndex, _reason: DisconnectReason): void {
    this.#wiring.end(this.#processes.peerOf(node - this.#first), peer - this.#first, 'closed');
  }

  emit(node: NodeIndex, event: MeshEvent): void {
    const by = this.#processes.peerOf(node - this.#first);
    if (event.type === 'batch-accepted') {
      if (event.from !== noPeer) this.#tally.batchesAccepted++;
      this.#context.batches.onKnown(event.batch.handle, by, this.nowMs);
    }
    this.#context.onEvent(this, by, event);
  }

  /** One input of one node. What it asks for goes to `effects`. */
  tell(node: number, input: Input, effects: Effects): void {
    this.#tally.events++;
    this.#mesh.handle((this.#first + node) as NodeIndex, input, this.#processes.clockOf(node, this.nowMs), effects);
  }

  /** A path of this cell, one way. */
  latencyMs(peer: number, other: number): number {
    return this.#paths.latencyMs(this.place.first + peer, this.place.first + other);
  }

  #take(record: number): void {
    const head = this.#wheel.records[record + words.head] as number;
    const kind = kindOf(head);
    this.#trace = Math.imul(Math.imul(this.#trace ^ head, 0x0100_0193) ^ this.nowMs, 0x9e37_79b1) ^ (this.#trace >>> 15);
    if (kind >= kinds.firstOther) return this.#happen(kind, head, record);
    const node = nodeOf(head);
    if (!this.#processes.runs(node) || (kind < kinds.firstTimer && !this.#isDelivered(node, head, record))) return this.#drop(record);
    const kept = this.#stalls.size === 0 ? undefined : this.#stalls.get(node);
    if (kept === undefined) this.#hand(node, head, record);
    else kept.push(record);
  }

  /** Hands a message or a timer to its node. */
  #hand(node: number, head: number, record: number): void {
    if (kindOf(head) === kinds.batch) this.#tally.batchesReceived++;
    const input = this.#records.inputOf(kindOf(head), record, this.peerIndexOf(fromOf(head)));
    this.#wheel.release(record);
    this.tell(node, input, this);
  }

  #drop(record: number): void {
    this.#records.drop(record);
    this.#wheel.release(record);
  }

  /** A message of a link that has ended since is lost with it. */
  #isDelivered(node: number, head: number, record: number): boolean {
    const to = this.#processes.peerOf(node);
    const from = fromOf(head);
    if (this.#isCut && this.#isApart(to, from)) return false;
    return this.links.isUp(to, from, this.#records.linkOf(record));
  }

  /** What was kept from a stalled node: first what came from others, then the stall, then the timers that are due. */
  #goOn(node: number, kept: readonly number[], lagMs: number): void {
    this.#stalls.delete(node);
    const isTimer = (record: number): boolean => {
      const kind = kindOf(this.#wheel.records[record + words.head] as number);
      return kind >= kinds.firstTimer && kind < kinds.firstOther;
    };
    const timers = kept.filter(isTimer);
    for (const record of kept) if (!timers.includes(record)) this.#goOnWith(node, record);
    this.tell(node, { type: 'stalled', lagMs: millis(lagMs) }, this);
    for (const record of timers) this.#hand(node, this.#wheel.records[record + words.head] as number, record);
  }

  #goOnWith(node: number, record: number): void {
    const head = this.#wheel.records[record + words.head] as number;
    if (kindOf(head) === kinds.linkDown) this.#tellLinkDown(node, fromOf(head), record);
    else this.#hand(node, head, record);
  }

  #happen(kind: number, head: number, record: number): void {
    const [node, from] = [nodeOf(head), fromOf(head)];
    const word = this.#wheel.records[record + words.payload] as number;
    const kept = kind === kinds.linkDown ? this.#stalls.get(node) : undefined;
    if (kept !== undefined) return void kept.push(record);
    if (kind === kinds.linkDown) return this.#tellLinkDown(node, from, record);
    this.#wheel.release(record);
    if (kind === kinds.action) (this.#side.take(word) as () => void)();
    else if (kind === kinds.bootstrap) this.#wiring.lookForBootstrap(node);
    else if (kind === kinds.dialed) this.#wiring.onDialed(node, from, word);
    else this.#wiring.onFailed(node, from, word);
  }

  #tellLinkDown(node: number, peer: number, record: number): void {
    const cause = linkDownCauses[this.#wheel.records[record + words.payload] as number] as LinkDownCause;
    this.#wheel.release(record);
    if (this.#processes.runs(node)) this.tell(node, { type: 'link-down', peer: this.peerIndexOf(peer), cause }, this);
  }

  #isApart(peer: number, other: number): boolean {
    return this.#sideOfCut[peer] !== this.#sideOfCut[other];
  }

  #portsOf({ seed }: CellContext): WiringPorts {
    return {
      links: this.links,
      processes: this.#processes,
      nowMs: () => this.nowMs,
      peerIndexOf: (peer) => this.peerIndexOf(peer),
      latencyMs: (peer, other) => this.latencyMs(peer, other),
      handshakeMs: (latencyMs) => this.#paths.delayMs(this.place.index, ++this.#step, 2 * latencyMs),
      plan: (atMs, kind, node, from, word) => {
        const record = this.#wheel.add(atMs, headOf(kind, node, from));
        this.#wheel.records[record + words.payload] = word;
      },
      tell: (node, input) => this.tell(node, input, this),
      draw: (what) => random32(seed, this.place.first, ++this.#step, what),
      isOpen: (peer, other) => !this.#isApart(peer, other) && !this.isStalled(peer) && !this.isStalled(other),
      onDial: () => void this.#tally.dials++,
      onLinkUp: () => void this.#tally.linksUp++,
    };
  }
}
