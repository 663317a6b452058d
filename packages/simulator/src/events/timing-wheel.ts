/**
 * What is to happen in one cell, by time and then by order of asking: a timing wheel of 1 ms over records of 32 bytes (SIMULATOR.md 1).
 * A bucket is a chain of records in one array, so an event costs no object. Time in a second wheel counts 1,024 ms; when its slot
 * comes its records move to the first, in their order, before anything new can be asked for there: the order of asking is kept.
 */

import { assert } from '@murmuration/protocol';

/** Words of a record. What follows `payload` depends on the kind (`event-records.ts`). */
export const words = { next: 0, head: 1, atMs: 2, payload: 3, each: 8 } as const;

/** The record of no event. */
export const noRecord = -1;

const nearMs = 1_024;
const nearMask = nearMs - 1;
/** 131 s: what is later, a shuffle after a stall of minutes say, goes round once more. */
const farSlots = 128;
const farMask = farSlots - 1;
const farShift = 10;

export class TimingWheel {
  /** The records. Replaced when it grows: read it anew after `add`. */
  records: Int32Array;
  #nowMs = 0;
  #pending = 0;
  #free = noRecord;
  #used = 0;
  readonly #near = new Int32Array(2 * nearMs).fill(noRecord);
  readonly #far = new Int32Array(2 * farSlots).fill(noRecord);

  readonly #recordsMax: number;

  /** `expected` events fit before the array grows; more than `max` are a bug of whoever asks for them. */
  constructor(expected: number, max: number = Infinity) {
    this.#recordsMax = words.each * max;
    this.records = new Int32Array(words.each * Math.max(1, expected));
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that are still to happen. */
  get pending(): number {
    return this.#pending;
  }

  get bytes(): number {
    return this.records.byteLength + this.#near.byteLength + this.#far.byteLength;
  }

  /** A new record for a time that is not past; the caller fills its payload. */
  add(atMs: number, head: number): number {
    const record = this.#take();
    const { records } = this;
    records[record + words.head] = head;
    records[record + words.atMs] = atMs;
    this.#pending++;
    this.#place(record, atMs);
    return record;
  }

  /** The next record of this moment, out of the wheel, or `noRecord`. The caller gives it back with `release`. */
  next(): number {
    const near = this.#near;
    const slot = 2 * (this.#nowMs & nearMask);
    const record = near[slot] as number;
    if (record === noRecord) return noRecord;
    near[slot] = this.records[record] as number;
    this.#pending--;
    return record;
  }

  release(record: number): void {
    this.records[record] = this.#free;
    this.#free = record;
  }

  /** Time moves on by a millisecond. Nothing of the last one may be left. */
  tick(): void {
    this.#nowMs++;
    if ((this.#nowMs & nearMask) === 0) this.#cascade();
  }

  #take(): number {
    const record = this.#free;
    if (record !== noRecord) {
      this.#free = this.records[record] as number;
      return record;
    }
    if (this.#used === this.records.length) this.#grow();
    this.#used += words.each;
    return this.#used - words.each;
  }

  #grow(): void {
    assert(this.#used < this.#recordsMax, 'what waits to happen is bounded');
    const larger = new Int32Array(2 * this.records.length);
    larger.set(this.records);
    this.records = larger;
  }

  #place(record: number, atMs: number): void {
    const turns = (atMs >> farShift) - (this.#nowMs >> farShift);
    if (turns === 0) this.#append(this.#near, 2 * (atMs & nearMask), record);
    else this.#append(this.#far, 2 * (((this.#nowMs >> farShift) + Math.min(turns, farMask)) & farMask), record);
  }

  #append(buckets: Int32Array, slot: number, record: number): void {
    this.records[record] = noRecord;
    if (buckets[slot] === noRecord) buckets[slot] = record;
    else this.records[buckets[slot + 1] as number] = record;
    buckets[slot + 1] = record;
  }

  #cascade(): void {
    const slot = 2 * ((this.#nowMs >> farShift) & farMask);
    let record = this.#far[slot] as number;
    this.#far[slot] = noRecord;
    while (record !== noRecord) {
      const next = this.records[record] as number;
      this.#place(record, this.records[record + words.atMs] as number);
      record = next;
    }
  }
}
