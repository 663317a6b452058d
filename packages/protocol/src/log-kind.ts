/**
 * An author keeps two logs in each epoch: its state, which everybody keeps whole, and its messages, which are trimmed. On the wire
 * and in columns both are a pair (author, epoch); the top bit of the epoch's 32 marks the log of messages. Epochs count the seconds
 * since 2020, so that those of starts stay below that bit until 2088.
 */
import type { Epoch } from './ids.ts';

const messageBit = 0x8000_0000;

/** The last epoch that a start can have. */
export const startEpochMax: Epoch = (messageBit - 1) as Epoch;

/** The log of messages beside the state log of an epoch. */
export function messageLogOf(start: Epoch): Epoch {
  return (startOf(start) + messageBit) as Epoch;
}

/** Is this the epoch of a log of messages? */
export function isMessageLog(epoch: Epoch): boolean {
  return epoch >= messageBit;
}

/** The epoch of the start in which a log of either kind was written. */
export function startOf(epoch: Epoch): Epoch {
  return (isMessageLog(epoch) ? epoch - messageBit : epoch) as Epoch;
}
