/**
 * One author, one log, one signature per batch (D5). A batch says which network, whose log, which epoch and which run of
 * sequences it is, names the batch before it by hash, and carries updates; ed25519 covers all of it. The signed bytes are the
 * wire bytes without the signature, contiguous, so nothing is copied to verify them.
 *
 *   magic 4 | network 16 | author 32 | epoch u32 | first u48 | count u16 | previous 32 | wall u48 | counter u16
 *   | scope u16+utf8 | payload u32+bytes || signature 64
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { HybridTime } from './hlc.ts';
import type { Epoch, Sequence } from './ids.ts';
import { batchBytesMax, scopeBytesMax, updatesPerBatchMax } from './limits.ts';
import { hashBytes, publicKeyBytes, signatureBytes } from './signature-scheme.ts';
import type { WallMillis } from './units.ts';

/** Bytes of a network id: the start of the hash of the network's public key. */
export const networkIdBytes = 16;
/** `mmb1`: keeps a signed batch from ever meaning something else that the same key signs. */
const magic = 0x31_62_6d_6d;
const scopeForm = /^[a-z0-9][a-z0-9._/-]*$/;

/** The signed content of a batch. Arrays from `decodeBatch` are views of its input. */
export interface BatchEnvelope {
  readonly networkId: Uint8Array;
  /** The author's public key, 32 bytes. */
  readonly author: Uint8Array;
  readonly epoch: Epoch;
  readonly firstSequence: Sequence;
  /** Updates in the payload; the last has sequence `firstSequence + count - 1`. */
  readonly count: number;
  /** Hash of the batch before this one in the epoch; zeros for the first. */
  readonly previousHash: Uint8Array;
  readonly time: HybridTime;
  /** Which part of the mesh it is for, such as `mesh`. */
  readonly scope: string;
  readonly payload: Uint8Array;
}

/** A decoded batch with its signature still unchecked. */
export interface SignedBatch {
  readonly envelope: BatchEnvelope;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** The previous hash of the first batch of an epoch. */
export const noHash: Uint8Array = new Uint8Array(hashBytes);

/** Canonical bytes: what is signed and hashed. One envelope has exactly one encoding. */
export function signedBytesOf(envelope: BatchEnvelope): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(192 + envelope.payload.length);
  writer.u32(magic);
  writer.bytes(envelope.networkId);
  writer.bytes(envelope.author);
  writer.u32(envelope.epoch);
  writer.u48(envelope.firstSequence);
  writer.u16(envelope.count);
  writer.bytes(envelope.previousHash);
  writer.u48(envelope.time.wallMs);
  writer.u16(envelope.time.counter);
  writer.text16(envelope.scope);
  writer.bytes32(envelope.payload);
  return writer.finish();
}

/** The batch as it travels: the signed bytes, then the 64 bytes of the signature. */
export function joinSignature(signed: Uint8Array, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(signed.length + signatureBytes);
  bytes.set(signed);
  bytes.set(signature, signed.length);
  return bytes;
}

/** Reads a batch, or undefined where the bytes are none: wrong magic, a broken limit, missing or trailing bytes. */
export function decodeBatch(bytes: Uint8Array): SignedBatch | undefined {
  if (bytes.length > batchBytesMax) return undefined;
  const reader = new ByteReader(bytes);
  if (reader.u32() !== magic) return undefined;
  const envelope: BatchEnvelope = {
    networkId: reader.bytes(networkIdBytes),
    author: reader.bytes(publicKeyBytes),
    epoch: reader.u32() as Epoch,
    firstSequence: reader.u48() as Sequence,
    count: reader.u16(),
    previousHash: reader.bytes(hashBytes),
    time: { wallMs: reader.u48() as WallMillis, counter: reader.u16() },
    scope: reader.text16(scopeBytesMax),
    payload: reader.bytes32(batchBytesMax),
  };
  const signed = bytes.subarray(0, reader.offset);
  const signature = reader.bytes(signatureBytes);
  return reader.isComplete && isWellFormed(envelope) ? { envelope, signed, signature } : undefined;
}

/** The rules that hold for the fields of every batch, whoever made it. */
function isWellFormed({ firstSequence, count, scope }: BatchEnvelope): boolean {
  const isRange = firstSequence >= 1 && count >= 1 && count <= updatesPerBatchMax;
  // A frontier has 48 bits for the last sequence, too.
  return isRange && firstSequence + count <= 2 ** 48 && scopeForm.test(scope);
}
