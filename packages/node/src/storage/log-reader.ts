/** Reads a log file to the first bytes that are no record, in chunks: only records are kept, not the file. */
import type { FileHandle } from 'node:fs/promises';
import { readRecord, recordBytesMax } from './log-record.ts';
import type { LogRecord } from './ports.ts';

/** Hashing 1 MiB holds the event loop up for about a millisecond; a chunk always has room for the longest record. */
const chunkBytes: number = Math.max(1024 * 1024, recordBytesMax);

/** The sound part of a log. */
export interface SoundPart {
  readonly records: readonly LogRecord[];
  /** Position of the first byte after it. */
  readonly end: number;
}

/** Reads the records from a position on. */
export async function readRecords(file: FileHandle, start: number): Promise<SoundPart> {
  const records: LogRecord[] = [];
  const buffer = new Uint8Array(chunkBytes);
  let end = start;
  let held = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, held, buffer.length - held, end + held);
    held += bytesRead;
    const taken = takeRecords(buffer.subarray(0, held), records);
    end += taken.length;
    if (bytesRead === 0 || taken.isDamaged) return { records, end };
    buffer.copyWithin(0, taken.length, held);
    held -= taken.length;
  }
}

/** Moves all whole records of a chunk into `records`; tells how many bytes they took, and whether damage follows. */
function takeRecords(chunk: Uint8Array, records: LogRecord[]): { length: number; isDamaged: boolean } {
  let length = 0;
  for (;;) {
    const found = readRecord(chunk.subarray(length));
    if (found.type !== 'record') return { length, isDamaged: found.type === 'damaged' };
    records.push(found.record);
    length += found.length;
  }
}
