/** Bodies of the messages about who hears what. Each reader checks its counts before it loops. */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { decodeBatch, type SignedBatch } from './envelope.ts';
import { noPeer, type Epoch, type PeerIndex, type Sequence } from './ids.ts';
import { batchBytesMax, batchIdsPerMessageMax, frontierEntriesMax, hopsMax } from './limits.ts';
import type { BatchId, BatchMessage, BatchPlace, FrontierEntry, FrontierMessage, RoundMessage } from './messages.ts';
import { publicKeyBytes } from './signature-scheme.ts';
import type { WireNames } from './wire-names.ts';

/** A batch as it came: its signature is unchecked and `bytes` is a view of the frame. */
export interface ReceivedBatch {
  readonly type: 'received-batch';
  readonly batch: SignedBatch;
  readonly bytes: Uint8Array;
  readonly hops: number;
  readonly place: BatchPlace;
}

const places: readonly BatchPlace[] = ['next', 'first-kept', 'past'];
const nobody = new Uint8Array(publicKeyBytes);

export function writeRound(writer: ByteWriter, { digest, isReply }: RoundMessage): void {
  writer.u32(digest.high);
  writer.u32(digest.low);
  writer.u8(isReply ? 1 : 0);
}

export function readRound(reader: ByteReader): RoundMessage {
  const digest = { high: reader.u32(), low: reader.u32() };
  return { type: 'round', digest, isReply: readFlag(reader) };
}

export function writeFrontier(writer: ByteWriter, { entries, isReply }: FrontierMessage, names: WireNames): void {
  writer.u8(isReply ? 1 : 0);
  writer.u16(entries.length);
  for (const entry of entries) writeLogPoint(writer, entry, names);
}

export function readFrontier(reader: ByteReader, names: WireNames): FrontierMessage {
  const isReply = readFlag(reader);
  const count = reader.count16(frontierEntriesMax);
  const entries: FrontierEntry[] = [];
  for (let i = 0; i < count && !reader.failed; i++) entries.push(readLogPoint(reader, names));
  return { type: 'frontier', entries, isReply };
}

export function writeBatch(writer: ByteWriter, { hops, place, handle }: BatchMessage, names: WireNames): void {
  writer.u8(Math.min(hops, hopsMax));
  writer.u8(places.indexOf(place));
  writer.bytes(names.bytesOf(handle));
}

/** The batch itself, or undefined where the bytes are none. */
export function readBatch(reader: ByteReader): ReceivedBatch | undefined {
  const hops = reader.u8();
  const place = places[reader.u8()];
  if (place === undefined || reader.remaining > batchBytesMax) return undefined;
  const bytes = reader.bytes(reader.remaining);
  const batch = decodeBatch(bytes);
  return batch && { type: 'received-batch', batch, bytes, hops, place };
}

/** Ids of batches: a count, then each with its hops. */
export function writeBatchIds(writer: ByteWriter, ids: readonly BatchId[], names: WireNames): void {
  writer.u16(ids.length);
  for (const id of ids) {
    writeLogPoint(writer, id, names);
    writer.u8(Math.min(id.hops, hopsMax));
  }
}

export function readBatchIds(reader: ByteReader, names: WireNames): BatchId[] {
  const count = reader.count16(batchIdsPerMessageMax);
  const ids: BatchId[] = [];
  for (let i = 0; i < count && !reader.failed; i++) ids.push({ ...readLogPoint(reader, names), hops: reader.u8() });
  return ids;
}

/** A boolean has two encodings, 0 and 1; any other byte is malformed. */
export function readFlag(reader: ByteReader): boolean {
  const value = reader.u8();
  if (value > 1) reader.fail();
  return value === 1;
}

/**
 * A peer by its key. Nobody is zeros, which is no acceptable key: who was asked about somebody unknown to him answers about
 * nobody, and must not stumble over it.
 */
export function writePeer(writer: ByteWriter, peer: PeerIndex, names: WireNames): void {
  writer.bytes(peer === noPeer ? nobody : names.publicKeyOf(peer));
}

function writeLogPoint(writer: ByteWriter, { author, epoch, sequence }: FrontierEntry, names: WireNames): void {
  writePeer(writer, author, names);
  writer.u32(epoch);
  writer.u48(sequence);
}

function readLogPoint(reader: ByteReader, names: WireNames): FrontierEntry {
  const author = reader.bytes(publicKeyBytes);
  const point = { epoch: reader.u32() as Epoch, sequence: reader.u48() as Sequence };
  return { author: reader.failed ? noPeer : names.find(author), ...point };
}
