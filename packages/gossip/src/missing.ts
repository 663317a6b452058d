/**
 * Logs of which more was announced than has come. A log has no holes, so one row says it all: how far it is announced, by
 * whom, and when to ask. Bounded; a full table gives its oldest row away, and rounds repair.
 */
import {
  noPeer,
  type Allocator,
  type BatchId,
  type Epoch,
  type Millis,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
} from '@murmuration/protocol';

/** A log as it was announced. */
export interface MissingLog {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  /** The last sequence announced. */
  readonly sequence: Sequence;
  /** From the author to the first announcer. */
  readonly hops: number;
  readonly announcer: PeerIndex;
  /** Another announcer, or `noPeer`. */
  readonly nextAnnouncer: PeerIndex;
  /** How often it was asked for. */
  readonly grafts: number;
}

type LogName = Pick<BatchId, 'author' | 'epoch'>;

export class MissingLogs {
  readonly #max: number;
  readonly #author: Int32Array;
  readonly #epoch: Uint32Array;
  readonly #sequence: Float64Array;
  readonly #announcer: Int32Array;
  readonly #nextAnnouncer: Int32Array;
  readonly #dueAtMs: Float64Array;
  readonly #hops: Uint8Array;
  readonly #grafts: Uint8Array;
  readonly #count: Uint16Array;

  constructor(missingMax: number, allocator: Allocator) {
    this.#max = missingMax;
    this.#author = allocator.int32('gossip.missing-author', missingMax);
    this.#epoch = allocator.uint32('gossip.missing-epoch', missingMax);
    this.#sequence = allocator.float64('gossip.missing-sequence', missingMax);
    this.#announcer = allocator.int32('gossip.missing-announcer', missingMax);
    this.#nextAnnouncer = allocator.int32('gossip.missing-next-announcer', missingMax);
    this.#dueAtMs = allocator.float64('gossip.missing-due-at', missingMax);
    this.#hops = allocator.uint8('gossip.missing-hops', missingMax);
    this.#grafts = allocator.uint8('gossip.missing-grafts', missingMax);
    this.#count = allocator.uint16('gossip.missing-count', 1);
  }

  count(node: NodeIndex): number {
    return this.#count[node] as number;
  }

  /** Notes an announcement of what we lack. A log that is noted already keeps its time (see `prefer`). */
  note(node: NodeIndex, id: BatchId, announcer: PeerIndex, dueAt: Millis): void {
    const known = this.rowOf(node, id);
    if (known >= 0) return this.#addTo(node * this.#max + known, id, announcer);
    if (this.count(node) === this.#max) this.removeAt(node, 0);
    const cell = node * this.#max + this.count(node);
    this.#author[cell] = id.author;
    this.#epoch[cell] = id.epoch;
    this.#sequence[cell] = id.sequence;
    this.#announcer[cell] = announcer;
    this.#nextAnnouncer[cell] = noPeer;
    this.#dueAtMs[cell] = dueAt;
    this.#hops[cell] = id.hops;
    this.#grafts[cell] = 0;
    this.#count[node] = this.count(node) + 1;
  }

  /** The row of a log, or -1. */
  rowOf(node: NodeIndex, { author, epoch }: LogName): number {
    const start = node * this.#max;
    for (let row = 0; row < this.count(node); row++) {
      if (this.#author[start + row] === author && this.#epoch[start + row] === epoch) return row;
    }
    return -1;
  }

  at(node: NodeIndex, row: number): MissingLog {
    const cell = node * this.#max + row;
    return {
      author: this.#author[cell] as PeerIndex,
      epoch: this.#epoch[cell] as Epoch,
      sequence: this.#sequence[cell] as Sequence,
      hops: this.#hops[cell] as number,
      announcer: this.#announcer[cell] as PeerIndex,
      nextAnnouncer: this.#nextAnnouncer[cell] as PeerIndex,
      grafts: this.#grafts[cell] as number,
    };
  }

  dueAtMs(node: NodeIndex, row: number): number {
    return this.#dueAtMs[node * this.#max + row] as number;
  }

  /** Asks this announcer first, and the one before it next. */
  prefer(node: NodeIndex, row: number, { sequence, hops }: BatchId, announcer: PeerIndex, dueAt: Millis): void {
    const cell = node * this.#max + row;
    this.#sequence[cell] = Math.max(this.#sequence[cell] as number, sequence);
    this.#nextAnnouncer[cell] = this.#announcer[cell] as PeerIndex;
    this.#announcer[cell] = announcer;
    this.#hops[cell] = hops;
    this.#dueAtMs[cell] = dueAt;
  }

  postpone(node: NodeIndex, row: number, dueAt: Millis): void {
    this.#dueAtMs[node * this.#max + row] = dueAt;
  }

  countGraft(node: NodeIndex, row: number): void {
    this.#grafts[node * this.#max + row] = (this.#grafts[node * this.#max + row] as number) + 1;
  }

  /** Later rows move up, so that the first stays the oldest. */
  removeAt(node: NodeIndex, row: number): void {
    const start = node * this.#max;
    const columns = [
      this.#author, this.#epoch, this.#sequence, this.#announcer, this.#nextAnnouncer, this.#dueAtMs, this.#hops, this.#grafts,
    ];
    for (const column of columns) column.copyWithin(start + row, start + row + 1, start + this.count(node));
    this.#count[node] = this.count(node) - 1;
  }

  #addTo(cell: number, { sequence }: BatchId, announcer: PeerIndex): void {
    this.#sequence[cell] = Math.max(this.#sequence[cell] as number, sequence);
    if (this.#announcer[cell] !== announcer && this.#nextAnnouncer[cell] === noPeer) this.#nextAnnouncer[cell] = announcer;
  }
}
