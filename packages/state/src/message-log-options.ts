/**
 * How long and how much of messages a node keeps for those who missed them. Bounds of this node's memory, not rules of the network:
 * who keeps less serves less.
 */
import { bytes, millis, OptionCheck, throwViolations, type Bytes, type Millis } from '@murmuration/protocol';

/** Complete options. Bytes of a batch count with what it costs beside them. */
export interface MessageLogOptions {
  /** How long a batch can be had again after it came. */
  readonly keepMs: Millis;
  /** What is kept of all logs together. The newest batch of each log is kept beyond this, and nothing else. */
  readonly keepBytesMax: Bytes;
  /** The newest batches of all logs together: what would exceed it is not accepted. */
  readonly headBytesMax: Bytes;
  /** The newest batches of one author's logs: whoever writes more stops itself, nobody else. */
  readonly headBytesPerAuthorMax: Bytes;
  /** Logs, that is starts of authors that said something. */
  readonly logsMax: number;
  /** Logs of one author. */
  readonly logsPerAuthorMax: number;
}

/** Options as users give them; every field has a default. */
export type MessageLogOptionsInput = Partial<MessageLogOptions>;

/** Defaults and where they come from. */
export const defaultMessageLogOptions: MessageLogOptions = Object.freeze({
  // GOSSIP 2.3: 30 s or 8 MiB. A cut link is replaced in less than a third of it.
  keepMs: millis(30_000),
  keepBytesMax: bytes(8 * 1024 ** 2),
  // A guess: a thousand members whose last batch is one message of 64 KiB.
  headBytesMax: bytes(64 * 1024 ** 2),
  // A guess: four such authors fill it, one does not. 32 starts that ended with the largest batch, 300 with a busy one of 50 KiB.
  headBytesPerAuthorMax: bytes(16 * 1024 ** 2),
  // What a frontier can name (`frontierEntriesMax`).
  logsMax: 8_192,
  // As of state logs: one start an hour for a month and a half.
  logsPerAuthorMax: 1_024,
});

/** Completes the options, or throws `invalid-options` with every violation. */
export function resolveMessageLogOptions(input: MessageLogOptionsInput = {}): MessageLogOptions {
  const options: MessageLogOptions = { ...defaultMessageLogOptions, ...input };
  const check = new OptionCheck('messages')
    .number('keepMs', options.keepMs, 1, 3_600_000)
    .integer('keepBytesMax', options.keepBytesMax, 0, Number.MAX_SAFE_INTEGER)
    .integer('headBytesMax', options.headBytesMax, 1, Number.MAX_SAFE_INTEGER)
    .integer('headBytesPerAuthorMax', options.headBytesPerAuthorMax, 1, Number.MAX_SAFE_INTEGER)
    .integer('logsMax', options.logsMax, 1, 2 ** 31 - 1)
    .integer('logsPerAuthorMax', options.logsPerAuthorMax, 1, 2 ** 31 - 1);
  throwViolations([check]);
  return Object.freeze(options);
}
