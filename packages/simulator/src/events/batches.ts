/**
 * Every batch ever written in a run, by handle, and who knows it: the side store of all nodes at once. A node asks only for what its
 * own frontier tells, so that nobody is given what he does not hold.
 */
import {
  bytes, mix32, type BatchHandle, type BatchMessage, type Epoch, type FrontierEntry, type NodeIndex, type PeerIndex, type Sequence,
  type StateSource,
} from '@murmuration/protocol';

/** One written batch and how it spreads over its cell. */
export interface Written {
  readonly message: BatchMessage;
  readonly atMs: number;
  /** The first peer of its cell. */
  readonly first: number;
  /** By peer of the cell: after how many milliseconds it knew, plus one; 0 where it does not. */
  readonly knownAfterMs: Int32Array;
  known: number;
}

/** The peers of a cell. */
export interface CellRange {
  readonly first: number;
  readonly peers: number;
}

/** How far a log goes. */
interface Log {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly batches: Written[];
}

const lastOf = ({ header }: BatchMessage): number => header.firstSequence + header.count - 1;
/** A key of both: authors are below 2^26 and epochs of a run below 2^26. */
const keyOf = (author: PeerIndex, epoch: Epoch): number => author * 2 ** 26 + epoch;

export class Batches implements StateSource {
  readonly #all: Written[] = [];
  readonly #logs = new Map<number, Log>();
  /** Deliveries so far, and as many as there can be. */
  known = 0;
  wanted = 0;

  get all(): readonly Written[] {
    return this.#all;
  }

  /** Appends a batch of `count` updates to its author's log; its cell may hear of it. */
  write(author: PeerIndex, epoch: Epoch, count: number, atMs: number, { first, peers }: CellRange): Written {
    const key = keyOf(author, epoch);
    const log = this.#logs.get(key) ?? { author, epoch, batches: [] };
    this.#logs.set(key, log);
    const last = log.batches.at(-1);
    const firstSequence = (last === undefined ? 1 : lastOf(last.message) + 1) as Sequence;
    const hash48 = mix32(mix32(author + 1) ^ mix32(epoch + firstSequence));
    const header = { author, epoch, firstSequence, count, hash48, bytes: bytes(100 + 20 * count) };
    const message: BatchMessage = { type: 'batch', header, handle: this.#all.length as BatchHandle, hops: 0, place: 'next' };
    const written: Written = { message, atMs, first, knownAfterMs: new Int32Array(peers), known: 0 };
    this.wanted += peers;
    log.batches.push(written);
    this.#all.push(written);
    return written;
  }

  of(handle: BatchHandle): BatchMessage {
    return (this.#all[handle] as Written).message;
  }

  batchOf(_node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.#all[handle]?.message;
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.#logs.get(keyOf(author, epoch))?.batches.find(({ message }) => lastOf(message) > sequence)?.message;
  }

  /** The first knowledge of a batch by a peer of its cell. A restarted process learns again; that is no news. */
  onKnown(handle: BatchHandle, peer: number, nowMs: number): void {
    const written = this.#all[handle] as Written;
    if (written.knownAfterMs[peer] !== 0) return;
    written.knownAfterMs[peer] = nowMs - written.atMs + 1;
    written.known++;
    this.known++;
  }

  /** Has a peer of its cell ever been handed a batch? */
  isKnown(handle: BatchHandle, peer: number): boolean {
    return this.#all[handle]?.knownAfterMs[peer] !== 0;
  }

  /** The frontier of one who knows all that was written by these authors. */
  frontierOf(isMember: (author: PeerIndex) => boolean): FrontierEntry[] {
    return [...this.#logs.values()].filter(({ author }) => isMember(author)).map(({ author, epoch, batches }) =>
      ({ author, epoch, sequence: lastOf((batches.at(-1) as Written).message) as Sequence }));
  }

  /** All batches of one author, oldest first: what its disk holds. */
  writtenBy(author: PeerIndex): BatchMessage[] {
    return this.#all.filter(({ message }) => message.header.author === author).map(({ message }) => message);
  }
}
