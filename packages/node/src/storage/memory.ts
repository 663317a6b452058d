/**
 * Storage without a disk: it lives as long as the object. Who hands the same object to a second node restarts the first
 * one within one process. Keeps copies, as a disk does.
 */
import { assert } from '@murmuration/protocol';
import { assertFloor, assertSecret, epochMax } from './identity-rules.ts';
import { encodeRecord, readRecord } from './log-record.ts';
import type { IdentityStore, LogContents, LogRecord, Storage, UpdateLog } from './ports.ts';

/** A new, empty storage. */
export function memoryStorage(): Storage {
  const log = new MemoryLog();
  return { identity: new MemoryIdentity(), log, close: () => log.close() };
}

class MemoryIdentity implements IdentityStore {
  #secret: Uint8Array | undefined;
  #epoch = 0;

  async secretKey(create: () => Uint8Array): Promise<Uint8Array> {
    if (this.#secret === undefined) {
      const made = create();
      assertSecret(made);
      this.#secret = made.slice();
    }
    return this.#secret.slice();
  }

  async nextEpoch(floor: number): Promise<number> {
    assertFloor(floor);
    assert(this.#epoch < epochMax, 'an identity has epochs left');
    this.#epoch = Math.max(this.#epoch + 1, floor);
    return this.#epoch;
  }
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
