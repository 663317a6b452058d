/**
 * The messages that a node can give again: of every log what came lately, within a budget, and the newest batch always, because
 * digests can only become equal while somebody can show where a log ends. Nothing of it is state: no hash covers it, no disk holds
 * it. Time comes in; who is told is the caller's business.
 */
import {
  accept, assert, decodeMessages, ignore, reject,
  type BatchHandle, type BatchMessage, type BatchPlace, type Epoch, type MessageUpdate, type Millis, type NodeIndex, type PeerIndex,
  type Sequence, type SignedBatch, type StateSource, type Verdict,
} from '@murmuration/protocol';
import { HeadAccount } from './head-account.ts';
import { logKey } from './log-table.ts';
import { costOf, MessageLog, type KeptBatch } from './message-log.ts';
import { resolveMessageLogOptions, type MessageLogOptions, type MessageLogOptionsInput } from './message-log-options.ts';
import type { LogHead } from './replica.ts';

/** What message logs are made of. */
export interface MessageLogsInput {
  /** SHA-256. */
  readonly hash: (bytes: Uint8Array) => Uint8Array;
  readonly options?: MessageLogOptionsInput;
  /** Hears of each batch that is kept no more: its bytes may go. */
  readonly onTrimmed: (handle: BatchHandle) => void;
}

/** A batch that `examine` accepted, with its hash. */
export interface HashedBatch {
  readonly batch: SignedBatch;
  readonly hash: Uint8Array;
}

/** What `examine` found in a batch, kept for the `apply` that follows. */
interface Examined {
  readonly batch: SignedBatch;
  readonly messages: readonly MessageUpdate[];
}

const noBatches = new MessageLog();

/** The message logs of one node. Answers as a `StateSource` whichever node is asked for: there is only one. */
export class MessageLogs implements StateSource {
  readonly #hash: (bytes: Uint8Array) => Uint8Array;
  readonly #onTrimmed: (handle: BatchHandle) => void;
  readonly #options: MessageLogOptions;
  readonly #heads: HeadAccount;
  readonly #logs = new Map<number, MessageLog>();
  /** The logs that hold more than their newest batch: those that can be trimmed. */
  readonly #long = new Set<MessageLog>();
  readonly #batches = new Map<BatchHandle, BatchMessage>();
  #bytes = 0;
  #nowMs = 0;
  #examined: Examined | undefined;

  constructor({ hash, options, onTrimmed }: MessageLogsInput) {
    this.#hash = hash;
    this.#onTrimmed = onTrimmed;
    this.#options = resolveMessageLogOptions(options);
    this.#heads = new HeadAccount(this.#options);
  }

  /** Batches kept. */
  get length(): number {
    return this.#batches.size;
  }

  /** What the batches kept cost in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a batch with a valid signature can be taken. Changes nothing that anybody could see. */
  examine(author: PeerIndex, batch: SignedBatch, place: BatchPlace): Verdict {
    const { envelope } = batch;
    const log = this.#find(author, envelope.epoch) ?? noBatches;
    const continuation = log.continuation(batch, place, () => this.#hash(batch.signed));
    if (continuation === 'fork') return ignore('forked-log');
    if (continuation !== 'next') return ignore(continuation);
    const messages = decodeMessages(envelope.payload, envelope.count);
    if (messages === undefined) return reject('malformed-batch');
    if (!this.#heads.hasRoomFor(author, log.headBytes, batch.signed.length + batch.signature.length)) return ignore('frontier-full');
    this.#examined = { batch, messages };
    return accept;
  }

  /** Takes a batch in that `examine` accepts, and answers what it says. Values are views of the batch. */
  apply(message: BatchMessage, { batch, hash }: HashedBatch, now: Millis): readonly MessageUpdate[] {
    const { author, epoch } = message.header;
    const messages = this.#messagesOf(author, batch, message.place);
    const log = this.#open(author, epoch);
    const kept = { message, hash, keptUntilMs: message.place === 'past' ? -Infinity : now + this.#options.keepMs };
    this.#heads.replace(author, log.headBytes, costOf(kept));
    log.append(kept);
    if (log.length > 1) this.#long.add(log);
    this.#batches.set(message.handle, message);
    this.#bytes += costOf(kept);
    this.#nowMs = now;
    this.#trimOverdue(log);
    this.#trimToBudget();
    return messages;
  }

  /** Lets go of what was kept long enough. To be called every second or so. */
  trim(now: Millis): void {
    this.#nowMs = now;
    for (const log of this.#long) this.#trimOverdue(log);
  }

  /** Where the author's own next batch continues its log. */
  headOf(author: PeerIndex, epoch: Epoch): LogHead {
    const { lastSequence, headHash } = this.#find(author, epoch) ?? noBatches;
    return { nextSequence: (lastSequence + 1) as Sequence, previousHash: headHash };
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    const kept = this.#find(author, epoch)?.after(sequence);
    return kept && { ...kept.message, place: this.#placeOf(kept, sequence) };
  }

  batchOf(_node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.#batches.get(handle);
  }

  #placeOf({ message, keptUntilMs }: KeptBatch, after: Sequence): BatchPlace {
    if (keptUntilMs <= this.#nowMs) return 'past';
    return message.header.firstSequence > after + 1 ? 'first-kept' : 'next';
  }

  #find(author: PeerIndex, epoch: Epoch): MessageLog | undefined {
    return this.#logs.get(logKey(author, epoch));
  }

  #open(author: PeerIndex, epoch: Epoch): MessageLog {
    const known = this.#find(author, epoch);
    if (known !== undefined) return known;
    const log = new MessageLog();
    this.#logs.set(logKey(author, epoch), log);
    return log;
  }

  /** The messages of a batch that `examine` accepts, from its last answer where that was about this batch. */
  #messagesOf(author: PeerIndex, batch: SignedBatch, place: BatchPlace): readonly MessageUpdate[] {
    if (this.#examined?.batch !== batch) {
      assert(this.examine(author, batch, place).type === 'accept', 'only what a log can go on with is applied');
    }
    const examined = this.#examined;
    assert(examined?.batch === batch, 'an accepted batch has been taken apart');
    this.#examined = undefined;
    return examined.messages;
  }

  #trimOverdue(log: MessageLog): void {
    while (this.#trimOldest(log, ({ keptUntilMs }) => keptUntilMs <= this.#nowMs));
  }

  /** The log that holds most gives first. Newest batches have a bound of their own: they stay, and take no room from what can go. */
  #trimToBudget(): void {
    while (this.#bytes - this.#heads.bytes > this.#options.keepBytesMax && this.#long.size > 0) {
      let largest: MessageLog | undefined;
      for (const log of this.#long) if (largest === undefined || log.bytes > largest.bytes) largest = log;
      if (largest !== undefined) this.#trimOldest(largest, () => true);
    }
  }

  #trimOldest(log: MessageLog, isDue: (batch: KeptBatch) => boolean): boolean {
    const trimmed = log.trimOldest(isDue);
    if (trimmed === undefined) return false;
    const { handle } = trimmed.message;
    if (log.length === 1) this.#long.delete(log);
    this.#batches.delete(handle);
    this.#bytes -= costOf(trimmed);
    this.#onTrimmed(handle);
    return true;
  }
}
