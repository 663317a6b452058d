/** The directory of a node: made with mode 0700, refused where others could write to it (RELIABILITY.md, section 9). */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NodeError } from '../errors.ts';
import { onDisk } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';

const privateDirectoryMode = 0o700;
const othersMayWrite = 0o022;

/** Makes the directory where there is none, with its parents. Rejects with `unsafe-file` or `storage-failed`. */
export async function prepareDataDirectory(path: string): Promise<void> {
  await onDisk({ verb: 'create', path }, async () => {
    const outermost = await mkdir(path, { recursive: true, mode: privateDirectoryMode });
    if (outermost !== undefined) await syncNames({ outermost, innermost: path });
    const { mode } = await stat(path);
    if ((mode & othersMayWrite) === 0) return;
    const message = `others can write to ${path}: run chmod 700 ${path}, or choose another directory`;
    throw new NodeError('unsafe-file', message, { path });
  });
}

/** Every directory that was made has its name in the one above it. */
async function syncNames({ outermost, innermost }: { outermost: string; innermost: string }): Promise<void> {
  for (let made = innermost; made.length >= outermost.length; made = dirname(made)) await syncDirectory(dirname(made));
}
