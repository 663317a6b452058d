/**
 * One process per data directory: two would sign with one key in one epoch. The lock is that of an SQLite database: the kernel drops it with the process, so a SIGKILL leaves
 * nothing behind that a person would have to clean up, and a lock file with a process id could name a stranger.
 */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY: somebody else holds the lock. */
const busy = 5;
/** Times that we try again because somebody was only looking: a look takes less than a millisecond. */
const attemptsMax = 100;

/** Name of the lock's file in its directory. */
export const lockFileName = 'lock.db';

/** The lock, held until it is released or the process ends. */
export class DirectoryLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Takes the lock, or answers undefined if another process holds it. */
  static take(file: string): DirectoryLock | undefined {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const database = open(file, false);
      try {
        // Nothing is ever written, and a journal that a SIGKILL left would keep readers out.
        database.exec('PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
        return new DirectoryLock(database);
      } catch (error) {
        database.close();
        if (!isBusy(error)) throw new Error(`cannot lock ${file}: ${(error as Error).message}`, { cause: error });
      }
      // A holder shuts lookers out; a looker shuts out takers, but not other lookers.
      if (isLocked(file)) return undefined;
    }
    return undefined;
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** True if some process holds the lock. */
export function isLocked(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return false;
  const database = open(file, true);
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === busy;
}

/** Opens a database without the notice that older Nodes print about the module: it would stand in every log. */
function open(file: string, readOnly: boolean): DatabaseSync {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
    return new Database(file, { readOnly });
  } finally {
    process.emitWarning = emitWarning;
  }
}
