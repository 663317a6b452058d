/**
 * Appends records to an open log: one write or sync in flight, everything that came meanwhile goes into the next one
 * (group commit). The first failure ends it: what became of pages whose sync failed is unknown, so nothing is retried.
 */
import type { FileHandle } from 'node:fs/promises';
import { ByteWriter } from '@murmuration/protocol';
import type { NodeError } from '../errors.ts';
import { storageFailed, type DiskAttempt } from './disk-error.ts';
import type { LogLimits } from './log-limits.ts';
import { encodeRecord } from './log-record.ts';
import type { LogRecord } from './ports.ts';

/** Somebody who waits until the file is durable up to a position. */
interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: NodeError) => void;
}

/** An open log, all of it durable when the writer takes it over. */
export interface OpenLog {
  readonly file: FileHandle;
  readonly path: string;
  readonly size: number;
}

/** The writing end of a log file. Positions are bytes from the start of the file: appended >= written >= synced. */
export class LogWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #limits: LogLimits;
  #buffer = new ByteWriter();
  #appended: number;
  #written: number;
  #synced: number;
  #isRunning = false;
  #failure: NodeError | undefined;
  /** In the order of their positions. */
  #waiters: Waiter[] = [];

  constructor({ file, path, size }: OpenLog, limits: LogLimits) {
    this.#file = file;
    this.#path = path;
    this.#limits = limits;
    this.#appended = this.#written = this.#synced = size;
  }

  /** Takes a copy of the record. After a failure it is dropped, and every `sync` says so. */
  append(record: LogRecord): void {
    const bytes = encodeRecord(record);
    if (this.#failure !== undefined || !this.#hasRoom(bytes.length)) return;
    this.#buffer.bytes(bytes);
    this.#appended += bytes.length;
    this.#wake();
  }

  /** Resolves when everything appended so far is durable; rejects with the first failure, for ever. */
  sync(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const position = this.#appended;
    if (position === this.#synced) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ position, resolve, reject });
      this.#wake();
    });
  }

  /** Syncs and closes the file, which is closed also where the sync fails. */
  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#file.close();
    }
  }

  #hasRoom(bytes: number): boolean {
    const { logBytesMax, bufferBytesMax } = this.#limits;
    const waiting = this.#appended + bytes - this.#written;
    if (waiting > bufferBytesMax) {
      this.#fail('write', new Error(`the disk does not keep up, ${waiting} bytes wait. Use a faster disk`));
    } else if (this.#appended + bytes > logBytesMax) {
      const remedy = 'Stop the node and move the log away; peers give back what it held';
      this.#fail('write', new Error(`the log is full at ${logBytesMax} bytes. ${remedy}`));
    }
    return this.#failure === undefined;
  }

  #wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // A microtask later, so that what is appended in one turn goes into one write.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#failure === undefined) {
      const first = this.#waiters[0];
      const isDue = first !== undefined && first.position <= this.#written;
      if (isDue) await this.#attempt('sync', () => this.#syncWritten());
      else if (this.#buffer.length > 0) await this.#attempt('write', () => this.#writeBuffer());
      else break;
    }
    this.#isRunning = false;
  }

  async #attempt(verb: DiskAttempt['verb'], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#fail(verb, cause);
    }
  }

  async #writeBuffer(): Promise<void> {
    const group = this.#buffer.finish();
    this.#buffer = new ByteWriter();
    let done = 0;
    // A full disk takes a part first and refuses the rest in the next call.
    while (done < group.length) {
      const { bytesWritten } = await this.#file.write(group, done, group.length - done);
      done += bytesWritten;
    }
    this.#written += group.length;
  }

  async #syncWritten(): Promise<void> {
    const covered = this.#written;
    await this.#file.datasync();
    this.#synced = covered;
    const isCovered = ({ position }: Waiter): boolean => position <= covered;
    // Who came during the sync for what was already written has it, too.
    for (const { resolve } of this.#waiters.filter(isCovered)) resolve();
    this.#waiters = this.#waiters.filter((waiter) => !isCovered(waiter));
  }

  #fail(verb: DiskAttempt['verb'], cause: unknown): void {
    if (this.#failure !== undefined) return;
    const failure = storageFailed({ verb, path: this.#path }, cause);
    this.#failure = failure;
    this.#buffer = new ByteWriter();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(failure);
  }
}
