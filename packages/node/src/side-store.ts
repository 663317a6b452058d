/** The bytes of batches, by handle. The core carries handles; bytes stay here for as long as the replica holds the batch. */
import { assert, bytes, decodeBatch, type BatchHandle, type BatchMessage, type PeerIndex, type SignedBatch } from '@murmuration/protocol';

/** A batch that this node holds. `batch` is views of `bytes`, which never change. */
export interface StoredBatch {
  readonly bytes: Uint8Array;
  readonly batch: SignedBatch;
}

/** A batch of our own out of a frame that will be reused. */
export function copyOf(frameBytes: Uint8Array): StoredBatch {
  // Not `slice`: of a Buffer that is a view.
  const owned = new Uint8Array(frameBytes);
  const batch = decodeBatch(owned);
  assert(batch !== undefined, 'a batch that was decoded decodes again');
  return { bytes: owned, batch };
}

export class SideStore {
  readonly #batches = new Map<BatchHandle, StoredBatch>();
  #next = 0;

  /**
   * Keeps a batch and makes the message by which the core knows it. `hash` is that of its signed bytes; `hops` are those with
   * which it came, 0 for what this node wrote or read back from its disk.
   */
  keep(author: PeerIndex, stored: StoredBatch, hash: Uint8Array, hops = 0): BatchMessage {
    const handle = this.#next++ as BatchHandle;
    this.#batches.set(handle, stored);
    const { epoch, firstSequence, count } = stored.batch.envelope;
    const view = new DataView(hash.buffer, hash.byteOffset);
    const hash48 = view.getUint32(0, true) + view.getUint16(4, true) * 0x1_0000_0000;
    const header = { author, epoch, firstSequence, count, hash48, bytes: bytes(stored.bytes.length) };
    return { type: 'batch', header, handle, hops };
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
}
