/**
 * The bytes of batches, by handle. The core carries handles; bytes stay here for as long as the replica, or the log of messages,
 * holds the batch.
 */
import {
  assert, bytes, decodeBatch, type BatchHandle, type BatchMessage, type PeerIndex, type SignatureScheme, type SignedBatch,
} from '@murmuration/protocol';

/** A batch that this node holds. `batch` is views of `bytes`, which never change; `hash` is that of the signed ones. */
export interface StoredBatch {
  readonly bytes: Uint8Array;
  readonly batch: SignedBatch;
  readonly hash: Uint8Array;
}

/** How a batch came to this node. */
export type Arrival = Pick<BatchMessage, 'hops' | 'place'>;

/** The core keeps handles in 31 bits. At a thousand batches a second they come round after 24 days. */
const allHandles = 2 ** 31;

/** As what this node wrote, or read back from its disk. */
const ownArrival: Arrival = { hops: 0, place: 'next' };

/** A batch out of bytes that nobody else will change. */
export function storedBatch(owned: Uint8Array, scheme: SignatureScheme): StoredBatch {
  const batch = decodeBatch(owned);
  assert(batch !== undefined, 'a batch that was encoded or decoded decodes again');
  return { bytes: owned, batch, hash: scheme.hash(batch.signed) };
}

/** A batch of our own out of a frame that will be reused. */
export function copyOf(frameBytes: Uint8Array, scheme: SignatureScheme): StoredBatch {
  // Not `slice`: of a Buffer that is a view.
  return storedBatch(new Uint8Array(frameBytes), scheme);
}

export class SideStore {
  readonly #batches = new Map<BatchHandle, StoredBatch>();
  readonly #trimmed: BatchHandle[] = [];
  readonly #handlesMax: number;
  #next = 0;

  /** Gives handles below `handlesMax`, which is more than it ever holds. */
  constructor(handlesMax: number = allHandles) {
    this.#handlesMax = handlesMax;
  }

  /** Keeps a batch and makes the message by which the core knows it. */
  keep(author: PeerIndex, stored: StoredBatch, { hops, place }: Arrival = ownArrival): BatchMessage {
    const handle = this.#freeHandle();
    this.#batches.set(handle, stored);
    const { hash, batch } = stored;
    const { epoch, firstSequence, count } = batch.envelope;
    const view = new DataView(hash.buffer, hash.byteOffset);
    const hash48 = view.getUint32(0, true) + view.getUint16(4, true) * 0x1_0000_0000;
    const header = { author, epoch, firstSequence, count, hash48, bytes: bytes(stored.bytes.length) };
    return { type: 'batch', header, handle, hops, place };
  }

  get(handle: BatchHandle): StoredBatch | undefined {
    return this.#batches.get(handle);
  }

  /** The encoded batch. */
  bytesOf(handle: BatchHandle): Uint8Array {
    const stored = this.#batches.get(handle);
    assert(stored !== undefined, 'a batch that is sent is held');
    return stored.bytes;
  }

  /** Forgets a batch that nobody took. */
  release(handle: BatchHandle): void {
    this.#batches.delete(handle);
  }

  /** A batch is kept no more. Its bytes go with the next `sweep`: it may be on its way out in this run of the core. */
  releaseLater(handle: BatchHandle): void {
    this.#trimmed.push(handle);
  }

  /** Forgets what was trimmed. Called when all that a run of the core sends is encoded. */
  sweep(): void {
    for (const handle of this.#trimmed) this.#batches.delete(handle);
    this.#trimmed.length = 0;
  }

  /** The next that no batch has: what was written long ago may still be held when numbers come round. */
  #freeHandle(): BatchHandle {
    while (this.#batches.has(this.#next as BatchHandle)) this.#next = (this.#next + 1) % this.#handlesMax;
    const handle = this.#next as BatchHandle;
    this.#next = (this.#next + 1) % this.#handlesMax;
    return handle;
  }
}
