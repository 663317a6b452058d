/** File storage that one process has for itself: the lock comes with it and goes with it, unless the caller holds it already. */
import { join } from 'node:path';
import { NodeError } from '../errors.ts';
import { DirectoryLock, lockFileName } from './directory-lock.ts';
import { openFileStorage } from './file.ts';
import type { Storage } from './ports.ts';

/** Opens the directory. Rejects as `openFileStorage` does, and with `directory-in-use`. `held` is released by whoever took it. */
export async function openLockedStorage(directory: string, held: DirectoryLock | undefined): Promise<Storage> {
  const storage = await openFileStorage(directory);
  if (held !== undefined) return storage;
  const lock = DirectoryLock.take(join(directory, lockFileName));
  if (lock === undefined) {
    const message = `another process uses ${directory}: give this node a directory of its own`;
    throw new NodeError('directory-in-use', message, { path: directory });
  }
  return { ...storage, close: () => storage.close().finally(() => lock.release()) };
}
