/**
 * Test tool: two nodes that compare their logs through the real codec and hand each other batches. Both know the same authors under
 * different indexes, as nodes do. Time stands still, long after all was written.
 */
import {
  Allocator,
  bytes,
  decodeFrame,
  encodeFrame,
  millis,
  mix32,
  noPeer,
  silentObserver,
  type BatchHandle,
  type BatchMessage,
  type Effects,
  type Epoch,
  type FrontierEntry,
  type MeshEvent,
  type Message,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
  type StateSource,
  type WireNames,
} from '@murmuration/protocol';
import { GossipCoordinator } from './coordinator.ts';
import { gossipDefaults, type GossipOptions } from './options.ts';

const self = 0 as NodeIndex;
const now = millis(10_000);
/** The neighbor's own index; authors come before it. */
const neighbor = 9_999 as PeerIndex;
const authorsMax = 9_999;

/** One log, as far as one node knows it. Authors are below 9,999. */
export interface KnownLog {
  readonly author: number;
  readonly epoch?: number;
  readonly last: number;
  /** Another number, another hash of each batch: the author equivocated. */
  readonly branch?: number;
}

/** What an exchange took. */
export interface Cost {
  /** Comparisons: frontiers and ranges, in order. */
  readonly messages: number;
  readonly bytes: number;
  readonly batches: number;
}

const keys = Array.from({ length: authorsMax }, (_, author) => {
  const key = new Uint8Array(32);
  const view = new DataView(key.buffer);
  for (let word = 0; word < 8; word++) view.setUint32(4 * word, mix32(mix32(author + 1) ^ word));
  return key;
});
const authors = new Map(keys.map((key, author) => [key.toString(), author]));
const tagOf = (author: number, word: number): number => new DataView((keys[author] as Uint8Array).buffer).getUint32(4 * word);

export class Station implements Effects, Neighborhood, StateSource, WireNames {
  readonly gossip: GossipCoordinator;
  readonly sent: Message[] = [];
  ignored = 0;
  readonly #isMirrored: boolean;
  readonly #logs = new Map<string, BatchMessage[]>();

  constructor(logs: readonly KnownLog[], options: Partial<GossipOptions>, isMirrored: boolean, seed: number) {
    this.#isMirrored = isMirrored;
    this.gossip = new GossipCoordinator({ ...gossipDefaults, deltaBytesMax: bytes(8 * 1024 * 1024), ...options }, {
      allocator: new Allocator(1),
      observer: { ...silentObserver, questionIgnored: () => this.ignored++ },
      changes: { offenceSeen: () => undefined },
      tags: { highOf: (peer) => tagOf(this.authorOf(peer), 0), lowOf: (peer) => tagOf(this.authorOf(peer), 1) },
      source: this,
      seed,
    }, this);
    for (const { author, epoch = 1, last, branch = 0 } of logs) {
      for (let sequence = 1; sequence <= last; sequence++) this.#restore(author, epoch, sequence, branch);
    }
  }

  authorOf(peer: PeerIndex): number {
    return this.#isMirrored ? authorsMax - 1 - peer : peer;
  }

  indexOf(author: number): PeerIndex {
    return this.authorOf(author as PeerIndex) as PeerIndex;
  }

  /** What it knows, in words that both understand. */
  get known(): string[] {
    return this.gossip.frontier(self).map(({ author, epoch, sequence }: FrontierEntry) =>
      `${this.authorOf(author)} ${epoch} ${sequence}`).toSorted((one, other) => (one < other ? -1 : 1));
  }

  get digest(): unknown {
    return this.gossip.digest(self);
  }

  reconcile(): void {
    this.gossip.onCommand(self, { type: 'reconcile', peer: neighbor }, now, this);
  }

  startRound(): void {
    this.gossip.onTimer(self, { type: 'start-round' }, now, this);
  }

  hear(message: Message): void {
    this.gossip.onMessage(self, neighbor, message, now, this);
  }

  takeSent(type: Message['type']): Message[] {
    const taken = this.sent.filter((message) => message.type === type);
    this.sent.length = 0;
    return taken;
  }

  send(_node: NodeIndex, _to: PeerIndex, message: Message): void {
    this.sent.push(message);
  }

  emit(_node: NodeIndex, event: MeshEvent): void {
    if (event.type !== 'batch-accepted') return;
    const { author, epoch } = event.batch.header;
    const log = this.#logs.get(`${author} ${epoch}`) ?? [];
    this.#logs.set(`${author} ${epoch}`, log);
    log.push(event.batch);
  }

  setTimer(): void {}
  connect(): void {}
  disconnect(): void {}

  neighborCount(): number {
    return 1;
  }

  neighborAt(): PeerIndex {
    return neighbor;
  }

  isNeighbor(_node: NodeIndex, peer: PeerIndex): boolean {
    return peer === neighbor;
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.#logs.get(`${author} ${epoch}`)?.[sequence];
  }

  batchOf(): undefined {
    return undefined;
  }

  publicKeyOf(peer: PeerIndex): Uint8Array {
    return keys[this.authorOf(peer)] as Uint8Array;
  }

  find(publicKey: Uint8Array): PeerIndex {
    const author = authors.get(publicKey.toString());
    return author === undefined ? noPeer : this.indexOf(author);
  }

  introductionBytesOf(): Uint8Array {
    throw new Error('nobody is introduced');
  }

  introduce(): PeerIndex {
    throw new Error('nobody is introduced');
  }

  bytesOf(): Uint8Array {
    throw new Error('batches are handed over');
  }

  #restore(author: number, epoch: number, sequence: number, branch: number): void {
    const header = {
      author: this.indexOf(author), epoch: epoch as Epoch, firstSequence: sequence as Sequence, count: 1,
      hash48: mix32(mix32(author) ^ mix32(epoch * 1_000_003 + sequence) ^ branch) * 0x1_0000 + (sequence % 0x1_0000), bytes: bytes(100),
    };
    const batch: BatchMessage = { type: 'batch', header, handle: 0 as BatchHandle, hops: 0, place: 'next' };
    this.gossip.onCommand(self, { type: 'restore', batch }, millis(0), this);
  }
}

export class Pair {
  readonly here: Station;
  readonly there: Station;

  constructor(here: readonly KnownLog[], there: readonly KnownLog[], options: Partial<GossipOptions> = {}, seed = 1) {
    this.here = new Station(here, options, false, seed);
    this.there = new Station(there, options, true, seed + 1);
  }

  /** What was asked by now, and all that follows from it. Throws where it does not end. */
  settle(): Cost {
    const cost = { messages: 0, bytes: 0, batches: 0 };
    while (this.here.sent.length + this.there.sent.length > 0) {
      if (cost.messages > 100) throw new Error('the exchange does not end');
      this.#carry(this.here, this.there, cost);
      this.#carry(this.there, this.here, cost);
    }
    return cost;
  }

  reconcile(): Cost {
    for (const station of [this.here, this.there]) station.startRound();
    for (const station of [this.here, this.there]) station.sent.length = 0;
    this.here.reconcile();
    return this.settle();
  }

  #carry(from: Station, to: Station, cost: { messages: number; bytes: number; batches: number }): void {
    for (const message of from.sent.splice(0)) {
      if (message.type === 'batch') {
        cost.batches++;
        const { header } = message;
        to.hear({ ...message, header: { ...header, author: to.indexOf(from.authorOf(header.author)) } });
        continue;
      }
      const frame = encodeFrame([message], from);
      const decoded = decodeFrame(frame, to);
      if (decoded.type !== 'messages') throw new Error(`a ${message.type} does not decode`);
      if (message.type === 'frontier' || message.type === 'ranges') {
        cost.messages++;
        cost.bytes += frame.length;
      }
      for (const received of decoded.messages) if (received.type === 'frontier' || received.type === 'ranges') to.hear(received);
    }
  }
}
