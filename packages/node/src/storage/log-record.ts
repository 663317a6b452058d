/**
 * One record of the log in bytes: u32 length of the body | u8 type | body | 8 bytes of checksum. The checksum is the
 * start of the SHA-256 of all before it, length included. What does not read back as written is never half believed.
 */
import { hash } from 'node:crypto';
import {
  assert, batchBytesMax, ByteReader, ByteWriter, decodeIntroduction, encodeIntroduction, type PeerIntroduction,
} from '@murmuration/protocol';
import type { LogRecord } from './ports.ts';

const types = { peer: 1, batch: 2 } as const;
const headBytes = 5;
const checksumBytes = 8;
/** A peer is smaller: a key, a certificate and a few short addresses. */
const bodyBytesMax: number = batchBytesMax;

/** The longest record. */
export const recordBytesMax: number = headBytes + bodyBytesMax + checksumBytes;

/** What the bytes at a position of the log are. */
export type ReadRecord =
  | { readonly type: 'record'; readonly record: LogRecord; readonly length: number }
  /** Sound so far, but shorter than it says. */
  | { readonly type: 'incomplete' }
  | { readonly type: 'damaged' };

const incomplete: ReadRecord = { type: 'incomplete' };
const damaged: ReadRecord = { type: 'damaged' };

/** The bytes of a record. Asserts that they can be read back: batch and addresses keep their limits. */
export function encodeRecord(record: LogRecord): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(record.type === 'batch' ? record.bytes.length + headBytes + checksumBytes : 256);
  writer.u32(0);
  writer.u8(types[record.type]);
  if (record.type === 'batch') writer.bytes(record.bytes);
  else writer.bytes(soundIntroduction(record.introduction));
  const bodyBytes = writer.length - headBytes;
  assert(bodyBytes <= bodyBytesMax, 'a record of the log holds at most one batch');
  writer.patchU32(0, bodyBytes);
  const checksum = writer.length;
  writer.bytes(new Uint8Array(checksumBytes));
  const bytes = writer.finish();
  bytes.set(checksumOf(bytes.subarray(0, checksum)), checksum);
  return bytes;
}

/** Reads the record at the start of the bytes. What it gives is a copy. */
export function readRecord(bytes: Uint8Array): ReadRecord {
  const reader = new ByteReader(bytes);
  const bodyBytes = reader.u32();
  const type = reader.u8();
  if (bodyBytes > bodyBytesMax) return damaged;
  const body = reader.bytes(bodyBytes);
  const checksum = reader.bytes(checksumBytes);
  if (reader.failed) return incomplete;
  const covered = headBytes + bodyBytes;
  if (Buffer.compare(checksumOf(bytes.subarray(0, covered)), checksum) !== 0) return damaged;
  const record = decodeBody(type, body);
  return record === undefined ? damaged : { type: 'record', record, length: covered + checksumBytes };
}

function checksumOf(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer').subarray(0, checksumBytes);
}

/** Undefined for a type that this format has not: a new type is a new version of the log. */
function decodeBody(type: number, body: Uint8Array): LogRecord | undefined {
  if (type === types.batch) return { type: 'batch', bytes: body.slice() };
  if (type !== types.peer) return undefined;
  const introduction = decodeIntroduction(body.slice());
  return introduction === undefined ? undefined : { type: 'peer', introduction };
}

/** What is written must be what is read back. */
function soundIntroduction(introduction: PeerIntroduction): Uint8Array {
  const bytes = encodeIntroduction(introduction);
  assert(decodeIntroduction(bytes) !== undefined, 'a peer of the log keeps the limits of its key, certificate and addresses');
  return bytes;
}
