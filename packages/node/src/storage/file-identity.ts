/**
 * The secret and the epoch in two small text files: `identity.key` (64 hexadecimal characters, made once, mode 0600)
 * and `epoch` (a decimal number). An epoch is on disk before it is used, so no restart writes a sequence twice (D5).
 */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeError } from '../errors.ts';
import { codeOf, onDisk } from './disk-error.ts';
import { createDurably, replaceDurably } from './durable-file.ts';
import { assertFloor, assertSecret, epochMax } from './identity-rules.ts';
import type { IdentityStore } from './ports.ts';

const othersMayDoAnything = 0o077;
const keyForm = /^[0-9a-f]{64}\n?$/i;
const epochForm = /^\d{1,10}\n?$/;
/** Far more than a key or a number and a line end; a file of gigabytes in their place is not read. */
const textBytesMax = 1024;

/** Identity and epoch in the files of a data directory. */
export class FileIdentity implements IdentityStore {
  readonly #keyPath: string;
  readonly #epochPath: string;
  #lastRaise: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#keyPath = join(directory, 'identity.key');
    this.#epochPath = join(directory, 'epoch');
  }

  secretKey(create: () => Uint8Array): Promise<Uint8Array> {
    const path = this.#keyPath;
    return onDisk({ verb: 'read', path }, async () => {
      const stored = await readSecret(path);
      if (stored !== undefined) return stored;
      const made = create();
      assertSecret(made);
      const text = `${Buffer.from(made).toString('hex')}\n`;
      const isOurs = await onDisk({ verb: 'create', path }, () => createDurably(path, text));
      // Another process was first: its key is the one of this directory.
      const agreed = isOurs ? made.slice() : await readSecret(path);
      if (agreed !== undefined) return agreed;
      throw malformed(path, 'vanished while it was read; nobody else may use this directory');
    });
  }

  nextEpoch(floor: number): Promise<number> {
    assertFloor(floor);
    const raise = (): Promise<number> => raiseEpoch(this.#epochPath, floor);
    // Concurrent calls take turns. A failed one has used no epoch and does not stop the next.
    const raised = this.#lastRaise.then(raise, raise);
    this.#lastRaise = raised;
    return raised;
  }
}

async function raiseEpoch(path: string, floor: number): Promise<number> {
  const stored = await onDisk({ verb: 'read', path }, () => readEpoch(path));
  const next = Math.max(stored + 1, floor);
  await onDisk({ verb: 'write', path }, () => replaceDurably(path, `${next}\n`));
  return next;
}

/** The epoch of the last start; 0 before the first. */
async function readEpoch(path: string): Promise<number> {
  const text = await readIfPresent(path, readText);
  if (text === undefined) return 0;
  const epoch = epochForm.test(text) ? Number(text) : epochMax;
  if (epoch < epochMax) return epoch;
  throw malformed(path, `must hold one whole number below ${epochMax}, the last epoch of this identity, and does not`);
}

/** The stored secret; undefined where there is none. */
async function readSecret(path: string): Promise<Uint8Array | undefined> {
  return readIfPresent(path, async (file) => {
    // The open file is judged, not the path: the path can be given another file in between.
    const { mode } = await file.stat();
    if ((mode & othersMayDoAnything) !== 0) {
      throw malformed(path, `is the secret of this node and others may use it: run chmod 600 ${path}`);
    }
    const text = await readText(file);
    if (keyForm.test(text)) return new Uint8Array(Buffer.from(text.trim(), 'hex'));
    throw malformed(path, 'must hold 64 hexadecimal characters (a secret of 32 bytes) and does not: ' +
      'restore it from a backup, or move it away to start as a new node');
  });
}

/** The text of a small file; an empty text, which nobody takes for content, where the file is not small. */
async function readText(file: FileHandle): Promise<string> {
  const found = await file.stat();
  return found.isFile() && found.size <= textBytesMax ? file.readFile('utf8') : '';
}

async function readIfPresent<Result>(
  path: string,
  read: (file: FileHandle) => Promise<Result>,
): Promise<Result | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

function malformed(path: string, fault: string): NodeError {
  return new NodeError('unsafe-file', `${path} ${fault}`, { path });
}
