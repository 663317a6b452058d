/**
 * Letters between shards: one box per (source, target) shard in shared memory, so that nobody takes a lock. A box is written by its source
 * alone, between two meetings of all workers, and read by its target after the second.
 */
import { assert } from '@murmuration/protocol';
import { nodesOf, type EpidemicPlan } from './plan.ts';

/** The letters from one shard to another in one phase, in the order of their writing. */
export interface Mailbox {
  readonly to: Int32Array;
  /** Twice the sender, plus 1 where it knows: one word, because sorting moves each letter to a random place in memory. */
  readonly words: Int32Array;
  /** One cell: letters in the box. */
  readonly count: Int32Array;
}

/** A letter in bytes: receiver, and sender with its flag. */
export const letterBytes: number = 4 + 4;

/**
 * Letters that a box holds. Partners are uniform, so a box gets its share of the calls; eight deviations above that are not reached in the
 * age of the universe, and what a shard cannot send at all is the end of it.
 */
export function boxSize(plan: EpidemicPlan, source: number, target: number): number {
  const from = nodesOf(plan, source);
  const to = nodesOf(plan, target);
  const most = (from.end - from.first) * plan.fanout;
  const mean = (most * (to.end - to.first)) / plan.nodes;
  return Math.min(most, Math.ceil(mean + 8 * Math.sqrt(mean)) + 64);
}

/** Buffers of all boxes, row by row of sources. */
export function mailboxBuffers(plan: EpidemicPlan): SharedArrayBuffer[] {
  return pairsOf(plan.shards).map(([source, target]) => new SharedArrayBuffer(4 + boxSize(plan, source, target) * letterBytes));
}

function pairsOf(shards: number): [source: number, target: number][] {
  return Array.from({ length: shards * shards }, (_, index) => [Math.floor(index / shards), index % shards]);
}

/** Views of one shard on the boxes of a phase. */
export class Mailboxes {
  readonly #boxes: readonly Mailbox[];
  readonly #shard: number;
  readonly #shards: number;
  readonly #row: number;
  /** Letters in our boxes, by target. */
  readonly #written: Int32Array;

  constructor(buffers: readonly SharedArrayBuffer[], shard: number, shards: number) {
    this.#boxes = buffers.map(boxOn);
    this.#shard = shard;
    this.#shards = shards;
    this.#row = shard * shards;
    this.#written = new Int32Array(shards);
  }

  /** Empties our boxes to others, before we write. */
  open(): void {
    this.#written.fill(0);
  }

  write(target: number, to: number, from: number, knows: boolean): void {
    const box = this.#boxes[this.#row + target] as Mailbox;
    const at = this.#written[target] as number;
    assert(at < box.to.length, 'a mailbox holds what uniform partners can send');
    box.to[at] = to;
    box.words[at] = 2 * from + (knows ? 1 : 0);
    this.#written[target] = at + 1;
  }

  /** Tells the targets how many letters there are, before the meeting. */
  close(): void {
    for (const [target, letters] of this.#written.entries()) (this.#boxes[this.#row + target] as Mailbox).count[0] = letters;
  }

  /** What the others wrote to us, by source. */
  received(): Mailbox[] {
    return Array.from({ length: this.#shards }, (_, source) => this.#boxes[source * this.#shards + this.#shard] as Mailbox);
  }
}

function boxOn(buffer: SharedArrayBuffer): Mailbox {
  const size = (buffer.byteLength - 4) / letterBytes;
  return {
    count: new Int32Array(buffer, 0, 1),
    to: new Int32Array(buffer, 4, size),
    words: new Int32Array(buffer, 4 + 4 * size, size),
  };
}
