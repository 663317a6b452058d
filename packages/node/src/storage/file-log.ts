/**
 * The log in one append-only file, `log.bin`: 8 bytes of magic and version, then records (`log-record.ts`). `load`
 * opens it, checks every record, sets the damaged end aside, and makes what it found durable before it is built on.
 */
import { constants, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, encodeText } from '@murmuration/protocol';
import { NodeError } from '../errors.ts';
import { setAside } from './damaged-tail.ts';
import { codeOf, onDisk } from './disk-error.ts';
import { createDurably } from './durable-file.ts';
import { logLimits, type LogLimits } from './log-limits.ts';
import { readRecords, type SoundPart } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';
import type { LogContents, LogRecord, UpdateLog } from './ports.ts';

/** The last byte is the version: another layout, or a new type of record, is another version. */
const header = encodeText('murmlog\u0001');

/** The log of a data directory. */
export class FileLog implements UpdateLog {
  readonly #directory: string;
  readonly #path: string;
  readonly #limits: LogLimits;
  #isLoaded = false;
  #writer: LogWriter | undefined;
  #closing: Promise<void> | undefined;

  constructor(directory: string, limits: LogLimits = logLimits) {
    this.#directory = directory;
    this.#path = join(directory, 'log.bin');
    this.#limits = limits;
  }

  async load(): Promise<LogContents> {
    assert(!this.#isLoaded && this.#closing === undefined, 'a log is loaded once, before it is closed');
    this.#isLoaded = true;
    const path = this.#path;
    const file = await onDisk({ verb: 'open', path }, () => openLog(path));
    try {
      return await this.#read(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  append(record: LogRecord): void {
    assert(this.#writer !== undefined && this.#closing === undefined, 'a log is appended to between load and close');
    this.#writer.append(record);
  }

  async sync(): Promise<void> {
    await this.#writer?.sync();
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      const writer = this.#writer;
      this.#closing = onDisk({ verb: 'close', path: this.#path }, async () => writer?.close());
    }
    return this.#closing;
  }

  async #read(file: FileHandle): Promise<LogContents> {
    const path = this.#path;
    const { size } = await onDisk({ verb: 'read', path }, () => file.stat());
    this.#assertReadable(size);
    const { records, end } = await onDisk({ verb: 'read', path }, () => readSoundPart(file, { path, size }));
    const repaired = await onDisk({ verb: 'repair', path }, async () => {
      if (end < size) await setAside({ directory: this.#directory, log: file, start: end });
      // Nothing is left of a file that is shorter than its header.
      if (end === 0) await file.writeFile(header);
      await file.sync();
      return Math.max(end, header.length);
    });
    this.#writer = new LogWriter({ file, path, size: repaired }, this.#limits);
    return { records, damagedBytes: size - end };
  }

  #assertReadable(size: number): void {
    const { logBytesMax } = this.#limits;
    if (size <= logBytesMax) return;
    const remedy = 'Move it away to start without it; peers give back what it held';
    throw this.#refusal(`has ${size} bytes, more than the ${logBytesMax} that a log may have. ${remedy}`);
  }

  #refusal(fault: string): NodeError {
    return new NodeError('storage-failed', `${this.#path} ${fault}`, { path: this.#path });
  }
}

/** Opens the log for reading and appending; makes one with a header where there is none. */
async function openLog(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_APPEND;
  try {
    return await open(path, flags);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await createDurably(path, header);
  return open(path, flags);
}

async function readSoundPart(file: FileHandle, { path, size }: { path: string; size: number }): Promise<SoundPart> {
  if (size < header.length) return { records: [], end: 0 };
  const found = new Uint8Array(header.length);
  await file.read(found, 0, found.length, 0);
  if (Buffer.compare(found, header) === 0) return readRecords(file, header.length);
  const remedy = 'Move it away to start without it, or use the version that wrote it';
  const message = `${path} is no log that this version reads. ${remedy}`;
  throw new NodeError('storage-failed', message, { path });
}
