/**
 * The end of a log that did not read back: copied to `log.damaged-1`, `-2` and so on for people to look at, and cut
 * off. The copy is durable before the cut: a loss of power in between leaves one copy too many, never one too few.
 */
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { privateFileMode, syncDirectory } from './durable-file.ts';

const copyBytes = 1024 * 1024;
const nameForm = /^log\.damaged-(\d{1,15})$/;

/** Where the damage is: from a position of the open log to its end. */
export interface DamagedTail {
  readonly directory: string;
  readonly log: FileHandle;
  readonly start: number;
}

/** Copies the tail aside and cuts it off. The caller syncs the log. */
export async function setAside({ directory, log, start }: DamagedTail): Promise<void> {
  const names = await readdir(directory);
  const counts = names.map((name) => Number(nameForm.exec(name)?.[1] ?? 0));
  const free = counts.reduce((largest, count) => Math.max(largest, count), 0) + 1;
  await copyTail(log, { start, target: join(directory, `log.damaged-${free}`) });
  await syncDirectory(directory);
  await log.truncate(start);
}

async function copyTail(log: FileHandle, { start, target }: { start: number; target: string }): Promise<void> {
  await using copy = await open(target, 'wx', privateFileMode);
  const buffer = new Uint8Array(copyBytes);
  let position = start;
  for (;;) {
    const { bytesRead } = await log.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    await copy.writeFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  await copy.sync();
}
