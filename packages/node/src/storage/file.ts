/** Storage in the files of one directory: `identity.key`, `epoch`, `log.bin`. One process at a time may use it. */
import { resolve } from 'node:path';
import { prepareDataDirectory } from './data-directory.ts';
import { FileIdentity } from './file-identity.ts';
import { FileLog } from './file-log.ts';
import type { Storage } from './ports.ts';

/**
 * Opens the directory, making it (mode 0700) where there is none; files appear when they are first needed. Rejects with
 * `unsafe-file` where others could write to it, with `storage-failed` where the disk refuses.
 */
export async function openFileStorage(directory: string): Promise<Storage> {
  const path = resolve(directory);
  await prepareDataDirectory(path);
  const log = new FileLog(path);
  return { identity: new FileIdentity(path), log, close: () => log.close() };
}
