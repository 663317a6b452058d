/** The bytes of batches, by handle. The core carries handles; bytes stay here for as long as the replica holds the batch. */
import { assert, type BatchHandle, type SignedBatch } from '@murmuration/protocol';

/** A batch that this node holds. `batch` is views of `bytes`, which never change. */
export interface StoredBatch {
  readonly bytes: Uint8Array;
  readonly batch: SignedBatch;
}

export class SideStore {
  readonly #batches = new Map<BatchHandle, StoredBatch>();
  #next = 0;

  keep(stored: StoredBatch): BatchHandle {
    const handle = this.#next++ as BatchHandle;
    this.#batches.set(handle, stored);
    return handle;
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
