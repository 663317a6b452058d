/**
 * One of our own logs: the state, or the messages. Writes of one turn of the event loop become one batch under one signature; a write
 * is never split over two. The batch goes out at once, and the write is acknowledged when its log has kept it.
 */
import type { Network } from '@murmuration/mesh';
import {
  batchBytesMax,
  joinSignature,
  nextHybridTime,
  signedBytesOf,
  updatesPerBatchMax,
  type Epoch,
  type HybridTime,
  type Sequence,
  type SignatureScheme,
  type Signer,
  type WallMillis,
} from '@murmuration/protocol';
import type { Clock } from './clock.ts';
import { NodeError } from './errors.ts';
import { gapOf, type LogForm } from './log-forms.ts';
import type { Logs } from './logs.ts';
import { self, selfPeer, type Loop } from './loop.ts';
import { storedBatch, type SideStore, type StoredBatch } from './side-store.ts';
import type { WriteReceipt } from './views.ts';

/** What a writer works with. */
export interface WriterContext {
  readonly network: Network;
  readonly signer: Signer;
  readonly scheme: SignatureScheme;
  readonly logs: Logs;
  readonly sideStore: SideStore;
  readonly loop: Loop;
  readonly clock: Clock;
}

/** The log that a writer writes. */
export interface OwnLog<Item> {
  readonly epoch: Epoch;
  readonly form: LogForm<Item>;
  /** Resolves when all that was handed to the mesh is kept as the log promises. */
  keep(): Promise<void>;
}

interface Write {
  readonly payload: Uint8Array;
  readonly count: number;
  /** It means nothing without the writes before it. */
  readonly buildsOnOthers: boolean;
  readonly resolve: (receipt: WriteReceipt) => void;
  readonly reject: Refuse;
}

/** Hears at once that a write was not taken, or, if it was, that the disk did not keep it. */
type Refuse = (error: Error) => void;

/** What may wait to be sealed: half a second of batches, one each 10 ms. Beyond it the application has to wait as well. */
const waitingBytesMax = 32 * 1024 * 1024;
/** A batch that is later is as good as this late: one long pause says nothing about the next batches. */
const lateMsMax = 125;
/** Of lateness so long ago nothing counts. */
const lateKeptMs = 1_000;
/** Room for the envelope beside the payload. */
const payloadBytesMax = batchBytesMax - 512;

export class Writer<Item> {
  readonly #log: OwnLog<Item>;
  readonly #context: WriterContext;
  readonly #waiting: Write[] = [];
  #waitingBytes = 0;
  /** When the last batch was sealed, and how late it was, or half of what was before. */
  #sealedAtMs = -Infinity;
  #lateMs = 0;
  /** When the next batch is due, and what calls it off. */
  #dueMs = 0;
  #callOff: () => void = () => undefined;
  #isDue = false;
  #time: HybridTime = { wallMs: 0 as WallMillis, counter: 0 };
  #refusal: NodeError | undefined;

  constructor(log: OwnLog<Item>, context: WriterContext) {
    this.#log = log;
    this.#context = context;
  }

  /** Takes no write from now on; those that wait can still be flushed. The first error holds. */
  end(error: NodeError): void {
    this.#refusal ??= error;
  }

  /** Refuses every write from now on, and those that wait. */
  refuse(error: NodeError): void {
    this.end(error);
    rejectAll(this.#leave(this.#waiting.splice(0)), error);
  }

  /** Throws where `write` would be refused: before something is changed that only a write can tell the others. */
  assertWritable(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /**
   * Takes items that belong together; they are encoded before it returns. Rejects with `invalid-write`, `write-too-large`,
   * `busy`, `state-full`, `storage-failed`, `identity-cloned` or `closed`.
   */
  write(items: readonly Item[]): Promise<WriteReceipt> {
    return new Promise((resolve, reject) => this.submit(items, resolve, reject));
  }

  /** Like `write`, for those who have to hear of a refusal before anything else happens. */
  submit(items: readonly Item[], resolve: (receipt: WriteReceipt) => void, reject: Refuse): void {
    const { form } = this.#log;
    if (this.#refusal !== undefined) return reject(this.#refusal);
    // Nothing to write is nothing to sign: the log stands where it stood.
    if (items.length === 0) return resolve(this.#standing());
    if (!items.every((item) => form.isWellFormed(item))) {
      return reject(new NodeError('invalid-write', `refused: ${form.limit}`, { limit: form.limit }));
    }
    if (this.#waitingBytes > waitingBytesMax) return reject(tooFast());
    const payload = form.encode(items);
    if (payload.length > payloadBytesMax || items.length > updatesPerBatchMax) return reject(tooLarge(payload.length, items.length));
    const buildsOnOthers = items.some((item) => form.buildsOnOthers(item));
    this.#waiting.push({ payload, count: items.length, buildsOnOthers, resolve, reject });
    const isFilled = this.#waitingBytes < payloadBytesMax && this.#waitingBytes + payload.length >= payloadBytesMax;
    this.#waitingBytes += payload.length;
    if (this.#waiting.length === 1 || isFilled) this.#flushSoon();
  }

  /** Seals everything that waits, now: nobody will later. */
  flush(): void {
    while (this.#waiting.length > 0) this.#seal(this.#takeGroup());
  }

  /** Seals one batch. What is left has its turn after it, when the links have had theirs. */
  #flushOne(): void {
    const { loop } = this.#context;
    this.#isDue = false;
    if (loop.isStopped) return;
    const nowMs = loop.now();
    const keptMs = nowMs - this.#sealedAtMs > lateKeptMs ? 0 : this.#lateMs / 2;
    this.#lateMs = Math.max(Math.min(lateMsMax, nowMs - this.#dueMs), keptMs);
    this.#sealedAtMs = nowMs;
    if (this.#waiting.length > 0) this.#seal(this.#takeGroup());
    if (this.#waiting.length > 0) this.#flushSoon();
  }

  #flushSoon(): void {
    // One batch a turn.
    if (this.#isDue) return;
    const { loop } = this.#context;
    const { form } = this.#log;
    // A batch that is full gains nothing by waiting for more.
    const gapMs = this.#waitingBytes >= payloadBytesMax ? form.gapMs : gapOf(form, this.#lateMs);
    const nowMs = loop.now();
    const waitMs = this.#sealedAtMs + gapMs - nowMs;
    this.#callOff();
    this.#dueMs = nowMs + Math.max(0, waitMs);
    this.#isDue = waitMs <= 0;
    if (waitMs > 0) this.#callOff = loop.after(waitMs, () => this.#flushOne());
    else loop.soon(() => this.#flushOne());
  }

  /** As many waiting writes as fit one batch. */
  #takeGroup(): Write[] {
    let size = 0;
    let count = 0;
    let taken = 0;
    for (const write of this.#waiting) {
      size += write.payload.length;
      count += write.count;
      if (taken > 0 && (size > payloadBytesMax || count > updatesPerBatchMax)) break;
      taken++;
    }
    return this.#leave(this.#waiting.splice(0, taken));
  }

  /** What does not wait any more. */
  #leave(writes: Write[]): Write[] {
    for (const { payload } of writes) this.#waitingBytes -= payload.length;
    return writes;
  }

  #seal(group: readonly Write[]): void {
    const { logs, sideStore, loop } = this.#context;
    const { epoch } = this.#log;
    const { nextSequence, previousHash } = logs.headOf(selfPeer, epoch);
    const stored = this.#sign(group, nextSequence, previousHash);
    if (logs.examine(selfPeer, stored.batch, 'next').type !== 'accept') return this.#rejectFull(group);
    const message = sideStore.keep(selfPeer, stored);
    loop.submit({ type: 'command', command: { type: 'broadcast', batch: message } });
    // The core follows a bounded number of logs; beyond it not even our own has a row.
    if (logs.batchOf(self, message.handle) === undefined) {
      sideStore.release(message.handle);
      return this.#rejectFull(group);
    }
    this.#acknowledge(group, receiptsOf(group, epoch, nextSequence));
  }

  /** What waits and builds on the group goes with it. */
  #rejectFull(group: readonly Write[]): void {
    const waiting = this.#waiting.splice(0);
    this.#waiting.push(...waiting.filter(({ buildsOnOthers }) => !buildsOnOthers));
    rejectAll([...group, ...this.#leave(waiting.filter(({ buildsOnOthers }) => buildsOnOthers))], stateFull());
  }

  /** The receipt of the last thing written. */
  #standing(): WriteReceipt {
    const { epoch } = this.#log;
    return { epoch, sequence: this.#context.logs.headOf(selfPeer, epoch).nextSequence - 1 };
  }

  #sign(group: readonly Write[], firstSequence: Sequence, previousHash: Uint8Array): StoredBatch {
    const { signer, network, clock, scheme } = this.#context;
    this.#time = nextHybridTime(this.#time, clock.wallNow());
    const signed = signedBytesOf({
      networkId: network.id,
      author: signer.publicKey,
      epoch: this.#log.epoch,
      firstSequence,
      count: group.reduce((sum, { count }) => sum + count, 0),
      previousHash,
      time: this.#time,
      scope: 'mesh',
      payload: Buffer.concat(group.map(({ payload }) => payload)),
    });
    return storedBatch(joinSignature(signed, signer.sign(signed)), scheme);
  }

  #acknowledge(group: readonly Write[], receipts: readonly WriteReceipt[]): void {
    this.#log.keep().then(
      () => group.forEach((write, i) => write.resolve(receipts[i] as WriteReceipt)),
      (error: Error) => rejectAll(group, error),
    );
  }
}

function rejectAll(group: readonly Write[], error: Error): void {
  for (const write of group) write.reject(error);
}

function tooFast(): NodeError {
  const message = 'writes come faster than they can be sealed: wait for some of those under way';
  return new NodeError('busy', message, { bytesMax: waitingBytesMax });
}

function tooLarge(bytes: number, updates: number): NodeError {
  const limit = `${payloadBytesMax} bytes and ${updatesPerBatchMax} updates`;
  const message = `a write of ${bytes} bytes and ${updates} updates is larger than one batch (${limit})`;
  return new NodeError('write-too-large', message, { bytes, bytesMax: payloadBytesMax });
}

function stateFull(): NodeError {
  return new NodeError('state-full', 'the state holds as many registers or logs as its limits allow', {});
}

function receiptsOf(group: readonly Write[], epoch: Epoch, first: Sequence): WriteReceipt[] {
  let sequence = first - 1;
  return group.map((write) => ({ epoch, sequence: (sequence += write.count) }));
}
