/**
 * One author's log in one epoch: signed batches, each naming the hash of the one before it, without holes (D5). The log
 * holds what names a batch (header, handle, hash); its bytes stay in the shell's side store.
 */
import {
  assert, noHash, noSequence, type BatchEnvelope, type BatchMessage, type Sequence,
} from '@murmuration/protocol';
import { equalBytes } from './byte-order.ts';
import type { LogIdentity } from './log-identity.ts';

/** What a batch is to a log: its next one, one that it has, one beyond its end, or one that contradicts it. */
export type Continuation = 'next' | 'duplicate' | 'gap' | 'fork';

interface Link {
  readonly message: BatchMessage;
  readonly hash: Uint8Array;
}

/** A hash-chained list of batches that grows at its end. */
export class AuthorLog {
  readonly identity: LogIdentity;
  readonly #links: Link[] = [];

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
    const known = this.#linkOf(envelope.firstSequence);
    return known !== undefined && equalBytes(known.hash, hash()) ? 'duplicate' : 'fork';
  }

  /** Adds the next batch. The caller has asked `continuation`. */
  append(message: BatchMessage, hash: Uint8Array): void {
    assert(message.header.firstSequence === this.lastSequence + 1, 'a log grows without holes');
    this.#links.push({ message, hash });
  }

  /** The batch that holds the sequence after `sequence`, or undefined where the log ends before it. */
  batchAfter(sequence: Sequence): BatchMessage | undefined {
    return this.#linkOf((sequence + 1) as Sequence)?.message;
  }

  /** Binary search for the batch that holds a sequence. */
  #linkOf(sequence: Sequence): Link | undefined {
    let low = 0;
    let high = this.#links.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const link = this.#links[middle] as Link;
      if (sequence < link.message.header.firstSequence) high = middle - 1;
      else if (sequence > lastSequenceOf(link.message)) low = middle + 1;
      else return link;
    }
    return undefined;
  }
}

function lastSequenceOf({ header }: BatchMessage): Sequence {
  return (header.firstSequence + header.count - 1) as Sequence;
}
