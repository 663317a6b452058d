/**
 * One author's log in one epoch: signed batches, each naming the hash of the one before it, without holes (D5). The log
 * holds what names a batch (header, handle, hash); its bytes stay in the shell's side store.
 */
import {
  assert, noHash, noSequence, type BatchEnvelope, type BatchMessage, type Sequence,
} from '@murmuration/protocol';
import { equalBytes } from './byte-order.ts';
import type { LogIdentity } from './log-identity.ts';
import { lastSequenceOf, linkUpTo, type LogLink } from './log-links.ts';

/** What a batch is to a log: its next one, one that it has, one beyond its end, or one that contradicts it. */
export type Continuation = 'next' | 'duplicate' | 'gap' | 'fork';

/** A hash-chained list of batches that grows at its end. */
export class AuthorLog {
  readonly identity: LogIdentity;
  readonly #links: LogLink[] = [];

  constructor(identity: LogIdentity) {
    this.identity = identity;
  }

  /** Number of batches. */
  get length(): number {
    return this.#links.length;
  }

  /** Last sequence of the log; 0 while it is empty. */
  get lastSequence(): Sequence {
    const last = this.#links.at(-1);
    return last === undefined ? noSequence : lastSequenceOf(last.message);
  }

  /** Hash of the last batch, which the next one must name; zeros while the log is empty. */
  get headHash(): Uint8Array {
    return this.#links.at(-1)?.hash ?? noHash;
  }

  /** Compares a batch with the log. `hash` is computed only where the answer depends on it. */
  continuation(envelope: BatchEnvelope, hash: () => Uint8Array): Continuation {
    const next = this.lastSequence + 1;
    if (envelope.firstSequence > next) return 'gap';
    if (envelope.firstSequence === next) return equalBytes(envelope.previousHash, this.headHash) ? 'next' : 'fork';
    const known = linkUpTo(this.#links, envelope.firstSequence);
    return known !== undefined && equalBytes(known.hash, hash()) ? 'duplicate' : 'fork';
  }

  /** Adds the next batch. The caller has asked `continuation`. */
  append(message: BatchMessage, hash: Uint8Array): void {
    assert(message.header.firstSequence === this.lastSequence + 1, 'a log grows without holes');
    this.#links.push({ message, hash });
  }

  /** The batch that holds the sequence after `sequence`, or undefined where the log ends before it. */
  batchAfter(sequence: Sequence): BatchMessage | undefined {
    return linkUpTo(this.#links, (sequence + 1) as Sequence)?.message;
  }
}
