/**
 * Test tool: seals batches of one author and epoch the way a shell does. Signatures are zeros: `state` sees verified
 * batches.
 */
import {
  assert, bytes, decodeBatch, encodeUpdates, joinSignature, mix32, networkIdBytes, noHash, signedBytesOf,
  signatureBytes,
  type BatchHandle, type BatchHeader, type Epoch, type PeerIndex, type Sequence, type SignedBatch, type Update,
  type WallMillis,
} from '@murmuration/protocol';

/** A batch as it travels, with the number of its author in the test. */
export interface Sealed {
  readonly author: number;
  readonly epoch: Epoch;
  readonly batch: SignedBatch;
  readonly handle: BatchHandle;
}

export type Hash = (bytes: Uint8Array) => Uint8Array;

/** The public key of an author in tests: 32 bytes that follow from its number. */
export function keyOf(author: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => mix32(author * 64 + index) & 0xff);
}

/** Writes one log. */
export class Pen {
  readonly author: number;
  readonly epoch: Epoch;
  readonly #hash: Hash;
  #next = 1;
  #previousHash = noHash;

  constructor(hash: Hash, author: number, epoch = 1) {
    this.#hash = hash;
    this.author = author;
    this.epoch = epoch as Epoch;
  }

  /** The next batch of the log. */
  seal(updates: readonly Update[], how: { payload?: Uint8Array; count?: number } = {}): Sealed {
    const count = how.count ?? updates.length;
    const signed = signedBytesOf({
      networkId: new Uint8Array(networkIdBytes),
      author: keyOf(this.author),
      epoch: this.epoch,
      firstSequence: this.#next as Sequence,
      count,
      previousHash: this.#previousHash,
      time: { wallMs: 0 as WallMillis, counter: 0 },
      scope: 'mesh',
      payload: how.payload ?? encodeUpdates(updates),
    });
    const batch = decodeBatch(joinSignature(signed, new Uint8Array(signatureBytes)));
    assert(batch !== undefined, 'a test seals well-formed envelopes');
    const handle = (this.author * 2 ** 32 + this.epoch * 2 ** 16 + this.#next) as BatchHandle;
    this.#next += count;
    this.#previousHash = this.#hash(batch.signed);
    return { author: this.author, epoch: this.epoch, batch, handle };
  }

  /** A batch of one update to a document. */
  write(document: string, update: Uint8Array): Sealed {
    return this.seal([{ type: 'document-update', document, update }]);
  }
}

/** The header that a shell makes of a batch. */
export function headerOf({ epoch, batch }: Sealed, author: number): BatchHeader {
  const { firstSequence, count } = batch.envelope;
  const size = bytes(batch.signed.length + signatureBytes);
  return { author: author as PeerIndex, epoch, firstSequence, count, hash48: 0, bytes: size };
}
