/**
 * Storage without a disk, for tests: it lives as long as the object. Who hands the same object to a second node restarts the first
 * one within one process. Keeps copies, as a disk does.
 */
import { assert } from '@murmuration/protocol';
import { MemoryIdentity } from './forgetful.ts';
import { encodeRecord, readRecord } from './log-record.ts';
import type { LogContents, LogRecord, Storage, UpdateLog } from './ports.ts';

/** A new, empty storage. */
export function memoryStorage(): Storage {
  const log = new MemoryLog();
  return { identity: new MemoryIdentity(), log, close: () => log.close() };
}

class MemoryLog implements UpdateLog {
  readonly #records: Uint8Array[] = [];
  #isOpen = false;

  async load(): Promise<LogContents> {
    this.#isOpen = true;
    return { records: this.#records.map(decoded), damagedBytes: 0 };
  }

  append(record: LogRecord): void {
    assert(this.#isOpen, 'a log is appended to between load and close');
    this.#records.push(encodeRecord(record));
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {
    this.#isOpen = false;
  }
}

function decoded(bytes: Uint8Array): LogRecord {
  const found = readRecord(bytes);
  assert(found.type === 'record', 'memory keeps what was encoded');
  return found.record;
}
