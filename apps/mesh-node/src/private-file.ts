/**
 * Files for the eyes of their owner: folders 0700, files 0600, written whole or not at all. A new content is written beside the
 * old one, flushed, and put in its place by one rename, so that a crash leaves the old or the new.
 */
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { codeOf } from './program-error.ts';

/**
 * Makes a folder and its parents, one by one; an existing one stays as it is. (Node's own recursion never ends under /proc, where
 * the parent exists and still nothing can be made.)
 */
export function makePrivateFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) makePrivateFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (!statSync(path).isDirectory()) throw new Error(`ENOTDIR: not a directory, ${path}`, { cause: error });
  }
}

/** Puts a content in place of the old one. */
export function replaceFile(path: string, content: string): void {
  const temporary = writeTemporary(path, content);
  renameSync(temporary, path);
  flushFolder(dirname(path));
}

/** Creates a file unless there is one; answers whether it did. Of two processes at once exactly one does. */
export function createFile(path: string, content: string): boolean {
  const temporary = writeTemporary(path, content);
  try {
    // Unlike a rename, a link never takes the place of a file that somebody else made meanwhile.
    linkSync(temporary, path);
    flushFolder(dirname(path));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

/** Removes a file that may be gone already. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function writeTemporary(path: string, content: string): string {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

function flushFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
