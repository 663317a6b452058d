/**
 * One author's messages of one epoch, as far as they are kept: a hash-chained list of batches that grows at its end and is trimmed
 * at its start, never down to nothing. It may begin anywhere, and go on over a gap.
 */
import { noHash, noSequence, type BatchPlace, type Sequence, type SignedBatch } from '@murmuration/protocol';
import { equalBytes } from './byte-order.ts';
import { batchOverheadBytes } from './history-account.ts';
import { lastSequenceOf, linkUpTo, type LogLink } from './log-links.ts';
import type { Continuation } from './author-log.ts';

/** A batch that is kept, and until when it can be had as news. */
export interface KeptBatch extends LogLink {
  readonly keptUntilMs: number;
}

/** What a batch costs in memory. */
export function costOf({ message }: LogLink): number {
  return message.header.bytes + batchOverheadBytes;
}

export class MessageLog {
  readonly #kept: KeptBatch[] = [];
  #bytes = 0;

  /** Batches kept. */
  get length(): number {
    return this.#kept.length;
  }

  /** What the batches kept cost. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the newest batch costs; 0 while there is none. */
  get headBytes(): number {
    const head = this.#kept.at(-1);
    return head === undefined ? 0 : costOf(head);
  }

  get lastSequence(): Sequence {
    const head = this.#kept.at(-1);
    return head === undefined ? noSequence : lastSequenceOf(head.message);
  }

  get headHash(): Uint8Array {
    return this.#kept.at(-1)?.hash ?? noHash;
  }

  /** Compares a batch with the log. Over a gap the chain cannot be followed. `hash` is computed only where the answer depends on it. */
  continuation({ envelope }: SignedBatch, place: BatchPlace, hash: () => Uint8Array): Continuation {
    const { firstSequence, previousHash } = envelope;
    const next = this.lastSequence + 1;
    if (firstSequence > next) return place === 'next' ? 'gap' : 'next';
    if (firstSequence === next) return equalBytes(previousHash, this.headHash) ? 'next' : 'fork';
    const known = linkUpTo(this.#kept, firstSequence);
    // What was trimmed or skipped cannot be compared any more.
    if (known === undefined || firstSequence < known.message.header.firstSequence) return 'duplicate';
    return equalBytes(known.hash, hash()) ? 'duplicate' : 'fork';
  }

  /** Adds a batch. The caller has asked `continuation`. */
  append(batch: KeptBatch): void {
    this.#kept.push(batch);
    this.#bytes += costOf(batch);
  }

  /** The batch that holds the sequence after `sequence`, or the first kept above it. */
  after(sequence: Sequence): KeptBatch | undefined {
    return linkUpTo(this.#kept, (sequence + 1) as Sequence);
  }

  /** Takes the oldest batch out, where it is not the newest, too, and `isDue` of it. */
  trimOldest(isDue: (batch: KeptBatch) => boolean): KeptBatch | undefined {
    const oldest = this.#kept[0];
    if (oldest === undefined || this.#kept.length === 1 || !isDue(oldest)) return undefined;
    this.#bytes -= costOf(oldest);
    return this.#kept.shift();
  }
}
