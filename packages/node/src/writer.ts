/**
 * Our own log. Writes of one turn of the event loop become one batch under one signature; a write is never split over two. The
 * batch goes out at once, and the write is acknowledged when it is on disk.
 */
import type { Network } from '@murmuration/mesh';
import {
  batchBytesMax,
  documentNameBytesMax,
  documentUpdateBytesMax,
  encodeText,
  encodeUpdates,
  joinSignature,
  nextHybridTime,
  registerKeyBytesMax,
  registerValueBytesMax,
  signedBytesOf,
  unreachable,
  updatesPerBatchMax,
  type Epoch,
  type HybridTime,
  type Sequence,
  type SignatureScheme,
  type Signer,
  type Update,
  type WallMillis,
} from '@murmuration/protocol';
import type { Replica } from '@murmuration/state';
import type { Clock } from './clock.ts';
import { NodeError } from './errors.ts';
import { self, selfPeer, type Loop } from './loop.ts';
import { copyOf, type SideStore, type StoredBatch } from './side-store.ts';
import type { UpdateLog } from './storage/ports.ts';
import type { WriteReceipt } from './views.ts';

/** What the writer works with. */
export interface WriterContext {
  readonly network: Network;
  readonly signer: Signer;
  readonly scheme: SignatureScheme;
  readonly epoch: Epoch;
  readonly replica: Replica;
  readonly sideStore: SideStore;
  readonly loop: Loop;
  readonly log: UpdateLog;
  readonly clock: Clock;
}

interface Write {
  readonly updates: readonly Update[];
  readonly bytes: number;
  readonly resolve: (receipt: WriteReceipt) => void;
  readonly reject: Refuse;
}

/** Hears at once that a write was not taken, or, if it was, that the disk did not keep it. */
type Refuse = (error: Error) => void;

const writeLimit =
  `names are well-formed Unicode; a key has 1 to ${registerKeyBytesMax} bytes, a register's value at most ${registerValueBytesMax}, ` +
  `a document's name 1 to ${documentNameBytesMax}, a change of a document at most ${documentUpdateBytesMax}`;
/** Room for the envelope beside the payload. */
const payloadBytesMax = batchBytesMax - 512;

export class Writer {
  readonly #context: WriterContext;
  readonly #waiting: Write[] = [];
  #time: HybridTime = { wallMs: 0 as WallMillis, counter: 0 };
  #refusal: NodeError | undefined;

  constructor(context: WriterContext) {
    this.#context = context;
  }

  /** Takes no write from now on; those that wait can still be flushed. The first error holds. */
  end(error: NodeError): void {
    this.#refusal ??= error;
  }

  /** Refuses every write from now on, and those that wait. */
  refuse(error: NodeError): void {
    this.end(error);
    rejectAll(this.#waiting.splice(0), error);
  }

  /** Throws where `write` would be refused: before something is changed that only a write can tell the others. */
  assertWritable(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** Takes updates that belong together. Rejects with `invalid-write`, `write-too-large`, `state-full`, `storage-failed`, `identity-cloned` or `closed`. */
  write(updates: readonly Update[]): Promise<WriteReceipt> {
    return new Promise((resolve, reject) => this.submit(updates, resolve, reject));
  }

  /** Like `write`, for those who have to hear of a refusal before anything else happens. */
  submit(updates: readonly Update[], resolve: (receipt: WriteReceipt) => void, reject: Refuse): void {
    if (this.#refusal !== undefined) return reject(this.#refusal);
    // Nothing to write is nothing to sign: the log stands where it stood.
    if (updates.length === 0) return resolve(this.#standing());
    if (!updates.every(isWellFormed)) {
      return reject(new NodeError('invalid-write', `refused: ${writeLimit}`, { limit: writeLimit }));
    }
    const bytes = encodeUpdates(updates).length;
    if (bytes > payloadBytesMax || updates.length > updatesPerBatchMax) return reject(tooLarge(bytes, updates.length));
    this.#waiting.push({ updates, bytes, resolve, reject });
    if (this.#waiting.length === 1) this.#context.loop.soon(() => this.flush());
  }

  /** Seals everything that waits, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#seal(this.#takeGroup());
  }

  /** As many waiting writes as fit one batch. */
  #takeGroup(): Write[] {
    let size = 0;
    let count = 0;
    let taken = 0;
    for (const write of this.#waiting) {
      size += write.bytes;
      count += write.updates.length;
      if (taken > 0 && (size > payloadBytesMax || count > updatesPerBatchMax)) break;
      taken++;
    }
    return this.#waiting.splice(0, taken);
  }

  #seal(group: readonly Write[]): void {
    const { replica, scheme, sideStore, loop, epoch } = this.#context;
    const { nextSequence, previousHash } = replica.headOf(selfPeer, epoch);
    const stored = this.#sign(group.flatMap((write) => write.updates), nextSequence, previousHash);
    if (replica.examine(selfPeer, stored.batch).type !== 'accept') return this.#rejectFull(group);
    const message = sideStore.keep(selfPeer, stored, scheme.hash(stored.batch.signed));
    loop.submit({ type: 'command', command: { type: 'broadcast', batch: message } });
    // The core follows a bounded number of logs; beyond it not even our own has a row.
    if (replica.batchOf(self, message.handle) === undefined) {
      sideStore.release(message.handle);
      return this.#rejectFull(group);
    }
    this.#acknowledge(group, receiptsOf(group, epoch, nextSequence));
  }

  /** Edits of documents that wait build on those of the group: without these they mean nothing. */
  #rejectFull(group: readonly Write[]): void {
    const waiting = this.#waiting.splice(0);
    const isEdit = ({ updates }: Write): boolean => updates.some(({ type }) => type === 'document-update');
    this.#waiting.push(...waiting.filter((write) => !isEdit(write)));
    rejectAll([...group, ...waiting.filter(isEdit)], stateFull());
  }

  /** The receipt of the last thing written. */
  #standing(): WriteReceipt {
    const { replica, epoch } = this.#context;
    return { epoch, sequence: replica.headOf(selfPeer, epoch).nextSequence - 1 };
  }

  #sign(updates: readonly Update[], firstSequence: Sequence, previousHash: Uint8Array): StoredBatch {
    const { signer, epoch, network, clock } = this.#context;
    this.#time = nextHybridTime(this.#time, clock.wallNow());
    const signed = signedBytesOf({
      networkId: network.id,
      author: signer.publicKey,
      epoch,
      firstSequence,
      count: updates.length,
      previousHash,
      time: this.#time,
      scope: 'mesh',
      payload: encodeUpdates(updates),
    });
    return copyOf(joinSignature(signed, signer.sign(signed)));
  }

  #acknowledge(group: readonly Write[], receipts: readonly WriteReceipt[]): void {
    this.#context.log.sync().then(
      () => group.forEach((write, i) => write.resolve(receipts[i] as WriteReceipt)),
      (error: Error) => rejectAll(group, error),
    );
  }
}

function rejectAll(group: readonly Write[], error: Error): void {
  for (const write of group) write.reject(error);
}

function tooLarge(bytes: number, updates: number): NodeError {
  const limit = `${payloadBytesMax} bytes and ${updatesPerBatchMax} updates`;
  const message = `a write of ${bytes} bytes and ${updates} updates is larger than one batch (${limit})`;
  return new NodeError('write-too-large', message, { bytes, bytesMax: payloadBytesMax });
}

function stateFull(): NodeError {
  return new NodeError('state-full', 'the state holds as many registers or logs as its limits allow', {});
}

/** The limits that every receiver checks. Half a surrogate pair has no UTF-8: two such keys would become one. */
function isWellFormed(update: Update): boolean {
  switch (update.type) {
    case 'register-set':
      return isName(update.key, registerKeyBytesMax) && update.value.length <= registerValueBytesMax;
    case 'register-delete':
      return isName(update.key, registerKeyBytesMax);
    case 'document-update':
      return isName(update.document, documentNameBytesMax) && update.update.length <= documentUpdateBytesMax;
    default:
      return unreachable(update);
  }
}

/** Lengths first: what is far too long is not encoded. */
function isName(name: string, bytesMax: number): boolean {
  return name !== '' && name.length <= bytesMax && name.isWellFormed() && encodeText(name).length <= bytesMax;
}

function receiptsOf(group: readonly Write[], epoch: Epoch, first: Sequence): WriteReceipt[] {
  let sequence = first - 1;
  return group.map((write) => ({ epoch, sequence: (sequence += write.updates.length) }));
}
