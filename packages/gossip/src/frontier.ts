/**
 * How far each log is known: one row per (author, epoch), found through a small hash index, so that a duplicate is one
 * comparison before any crypto. A log is taken without holes. Beside the rows runs a digest of all of them, kept up to date by
 * one subtraction and one addition per batch: two nodes of equal digest have the same logs, but for an adversary's skill.
 */
import {
  accept,
  ignore,
  mix32,
  noSequence,
  type BatchHeader,
  type BatchRange,
  type Digest,
  type Epoch,
  type FrontierEntry,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type PeerTags,
  type Sequence,
  type Verdict,
} from '@murmuration/protocol';
import type { GossipOptions } from './options.ts';

/** A row of a node's frontier. */
export type LogRow = number & { readonly log: unique symbol };
/** The row of a log that nobody has told of. */
export const noLog: LogRow = -1 as LogRow;

const duplicate = ignore('duplicate');
const gap = ignore('gap');
const full = ignore('frontier-full');

/** What a frontier is sized by. */
export type FrontierOptions = Pick<GossipOptions, 'logsMax' | 'settleMs'>;

export class Frontier {
  readonly #logsMax: number;
  readonly #slots: number;
  readonly #author: Int32Array;
  readonly #epoch: Uint32Array;
  readonly #sequence: Float64Array;
  readonly #hash32: Uint32Array;
  readonly #index: Uint8Array | Uint16Array;
  readonly #logCount: Uint16Array;
  /**
   * Updates that came in the slot of the last run and in the one before it, and which slot that is, modulo 256. Above 255 too few
   * count as young, and a log that rests for 256 slots counts as young once more: both cost a copy or a moment, never a batch.
   */
  readonly #lately: Uint8Array;
  readonly #before: Uint8Array;
  readonly #slot: Uint8Array;
  readonly #slotMs: Millis;
  readonly #digestHigh: Uint32Array;
  readonly #digestLow: Uint32Array;
  readonly #tags: PeerTags;

  constructor({ logsMax, settleMs }: FrontierOptions, { allocator, tags }: Pick<ModuleContext, 'allocator' | 'tags'>) {
    this.#logsMax = logsMax;
    // At most half full, so that a probe is short.
    this.#slots = 2 ** Math.ceil(Math.log2(2 * logsMax));
    this.#author = allocator.int32('gossip.log-author', logsMax);
    this.#epoch = allocator.uint32('gossip.log-epoch', logsMax);
    this.#sequence = allocator.float64('gossip.log-sequence', logsMax);
    this.#hash32 = allocator.uint32('gossip.log-hash', logsMax);
    // A cell holds a row plus one.
    this.#index = logsMax < 256 ? allocator.uint8('gossip.log-index', this.#slots) : allocator.uint16('gossip.log-index', this.#slots);
    this.#logCount = allocator.uint16('gossip.log-count', 1);
    this.#slotMs = settleMs;
    this.#lately = allocator.uint8('gossip.log-lately', logsMax);
    this.#before = allocator.uint8('gossip.log-before', logsMax);
    this.#slot = allocator.uint8('gossip.log-slot', logsMax);
    this.#digestHigh = allocator.uint32('gossip.digest-high', 1);
    this.#digestLow = allocator.uint32('gossip.digest-low', 1);
    this.#tags = tags;
  }

  logCount(node: NodeIndex): number {
    return this.#logCount[node] as number;
  }

  isFull(node: NodeIndex): boolean {
    return this.logCount(node) === this.#logsMax;
  }

  /** Is this the next run of its log? */
  judge(node: NodeIndex, { author, epoch, firstSequence, count }: BatchRange): Verdict {
    const row = this.rowOf(node, author, epoch);
    const known = this.sequenceAt(node, row);
    if (firstSequence + count - 1 <= known) return duplicate;
    if (firstSequence !== known + 1) return gap;
    return row === noLog && this.isFull(node) ? full : accept;
  }

  /** Moves the log on to the end of a batch that `judge` accepted. */
  advance(node: NodeIndex, header: BatchHeader, now: Millis): void {
    const row = this.#rowFor(node, header.author, header.epoch);
    const cell = node * this.#logsMax + row;
    if (this.#sequence[cell] !== 0) this.#addToDigest(node, cell, -1);
    this.#sequence[cell] = header.firstSequence + header.count - 1;
    this.#hash32[cell] = header.hash32;
    this.#count(cell, header.count, now);
    this.#addToDigest(node, cell, 1);
  }

  digest(node: NodeIndex): Digest {
    return { high: this.#digestHigh[node] as number, low: this.#digestLow[node] as number };
  }

  hasDigest(node: NodeIndex, { high, low }: Digest): boolean {
    return this.#digestLow[node] === low && this.#digestHigh[node] === high;
  }

  rowOf(node: NodeIndex, author: PeerIndex, epoch: Epoch): LogRow {
    for (let slot = this.#slotOf(author, epoch); ; slot = (slot + 1) & (this.#slots - 1)) {
      const row = (this.#index[node * this.#slots + slot] as number) - 1;
      if (row < 0) return noLog;
      const cell = node * this.#logsMax + row;
      if (this.#author[cell] === author && this.#epoch[cell] === epoch) return row as LogRow;
    }
  }

  sequenceAt(node: NodeIndex, row: LogRow): Sequence {
    return row === noLog ? noSequence : (this.#sequence[node * this.#logsMax + row] as Sequence);
  }

  /** Up to where a log has been known for at least one slot. */
  settledSequence(node: NodeIndex, row: LogRow, now: Millis): Sequence {
    const cell = node * this.#logsMax + row;
    const slots = (this.#slotOfTime(now) - (this.#slot[cell] as number)) & 0xff;
    const young = (slots <= 1 ? (this.#lately[cell] as number) : 0) + (slots === 0 ? (this.#before[cell] as number) : 0);
    return (this.sequenceAt(node, row) - young) as Sequence;
  }

  entryAt(node: NodeIndex, row: LogRow): FrontierEntry {
    const cell = node * this.#logsMax + row;
    return {
      author: this.#author[cell] as PeerIndex,
      epoch: this.#epoch[cell] as Epoch,
      sequence: this.#sequence[cell] as Sequence,
    };
  }

  entries(node: NodeIndex): FrontierEntry[] {
    return Array.from({ length: this.logCount(node) }, (_, row) => this.entryAt(node, row as LogRow));
  }

  /** The row of a log, made where it is new. Rows are never given up, so the index needs no deletion. */
  #rowFor(node: NodeIndex, author: PeerIndex, epoch: Epoch): LogRow {
    const known = this.rowOf(node, author, epoch);
    if (known !== noLog) return known;
    const row = this.logCount(node);
    this.#logCount[node] = row + 1;
    this.#author[node * this.#logsMax + row] = author;
    this.#epoch[node * this.#logsMax + row] = epoch;
    const base = node * this.#slots;
    let slot = this.#slotOf(author, epoch);
    while (this.#index[base + slot] !== 0) slot = (slot + 1) & (this.#slots - 1);
    this.#index[base + slot] = row + 1;
    return row as LogRow;
  }

  #slotOfTime(now: Millis): number {
    return Math.floor(now / this.#slotMs) & 0xff;
  }

  #count(cell: number, updates: number, now: Millis): void {
    const slot = this.#slotOfTime(now);
    const slots = (slot - (this.#slot[cell] as number)) & 0xff;
    if (slots > 0) {
      this.#before[cell] = slots === 1 ? (this.#lately[cell] as number) : 0;
      this.#lately[cell] = 0;
      this.#slot[cell] = slot;
    }
    this.#lately[cell] = Math.min(0xff, (this.#lately[cell] as number) + updates);
  }

  #slotOf(author: PeerIndex, epoch: Epoch): number {
    return mix32(Math.imul(author + 1, 0x9e3779b1) ^ epoch) & (this.#slots - 1);
  }

  /** The digest is the sum over all rows of a 64-bit mix of (identity, epoch, sequence, head), so order does not matter. */
  #addToDigest(node: NodeIndex, cell: number, sign: 1 | -1): void {
    const author = this.#author[cell] as PeerIndex;
    const sequence = this.#sequence[cell] as number;
    const where = mix32((this.#epoch[cell] as number) ^ Math.imul(sequence % 0x1_0000_0000, 0x9e3779b1));
    const what = mix32(where ^ (this.#hash32[cell] as number) ^ Math.floor(sequence / 0x1_0000_0000));
    const high = mix32(this.#tags.highOf(author) ^ what);
    const low = mix32(this.#tags.lowOf(author) ^ Math.imul(what, 0x85ebca77) ^ high);
    this.#digestHigh[node] = (this.#digestHigh[node] as number) + sign * high;
    this.#digestLow[node] = (this.#digestLow[node] as number) + sign * low;
  }
}
