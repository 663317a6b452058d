/** The batches of one log as a list in the order of their sequences: what both kinds of logs are made of. */
import type { BatchMessage, Sequence } from '@murmuration/protocol';

/** A batch and its hash, which the next one names. */
export interface LogLink {
  readonly message: BatchMessage;
  readonly hash: Uint8Array;
}

/** The last sequence that a batch holds. */
export function lastSequenceOf({ header }: BatchMessage): Sequence {
  return (header.firstSequence + header.count - 1) as Sequence;
}

/** The first batch that ends at a sequence or above it, found by halves; undefined where the list ends before. */
export function linkUpTo<Link extends LogLink>(links: readonly Link[], sequence: Sequence): Link | undefined {
  let low = 0;
  let high = links.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lastSequenceOf((links[middle] as Link).message) < sequence) low = middle + 1;
    else high = middle;
  }
  return links[low];
}
