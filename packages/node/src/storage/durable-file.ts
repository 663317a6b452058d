/**
 * Small files that are there whole or not at all, also after a loss of power: written beside their place, synced, moved
 * into it in one step, and the directory synced (RELIABILITY.md, section 6). All have mode 0600.
 */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './disk-error.ts';

/** Mode of every file that a node keeps: its owner reads and writes, nobody else does anything. */
export const privateFileMode = 0o600;

/** Creates a file, or answers false where one of that name exists, which stays as it is. Either is durable then. */
export async function createDurably(path: string, content: Uint8Array | string): Promise<boolean> {
  return place(path, content, async (temporary) => {
    try {
      await link(temporary, path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

/** Gives a file new content; readers see the old or the new, never a mixture. */
export async function replaceDurably(path: string, content: Uint8Array | string): Promise<void> {
  await place(path, content, (temporary) => rename(temporary, path));
}

/** Makes the names in a directory durable: a synced file can still lose its name. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

async function place<Result>(
  path: string,
  content: Uint8Array | string,
  move: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    await writeNew(temporary, content);
    const result = await move(temporary);
    await syncDirectory(dirname(path));
    return result;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeNew(path: string, content: Uint8Array | string): Promise<void> {
  await using file = await open(path, 'wx', privateFileMode);
  await file.writeFile(content);
  await file.sync();
}
