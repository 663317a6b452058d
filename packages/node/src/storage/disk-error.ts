/** Failures of a disk, told in one line: which path, what happened, what to do. The system's own error is the cause. */
import { NodeError } from '../errors.ts';

/** What the codes of the system mean, and what an operator can do. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space, then start the node again',
  EDQUOT: 'the quota of this user is used up. Raise it or free some space, then start the node again',
  EIO: 'the disk reports a fault. Check the disk and its cables; start the node again on a disk that works',
  EROFS: 'the file system is read-only. Mount it writable, or choose another data directory',
  EACCES: 'the user that runs the node may not do that. Give it the directory, or choose another',
  EPERM: 'the system does not permit that. Give the directory to the user that runs the node, or choose another',
  ENOTDIR: 'a part of the path is no directory. Choose another data directory',
  EEXIST: 'there is a file in its place. Move it away, or choose another data directory',
  EISDIR: 'there is a directory in its place. Move it away, or choose another data directory',
  EMFILE: 'the process has too many open files. Raise its limit (ulimit -n), then start the node again',
  ENFILE: 'the system has too many open files. Raise its limit, then start the node again',
};

/** What was tried, as a verb, and where. */
export interface DiskAttempt {
  readonly verb: 'create' | 'open' | 'read' | 'repair' | 'write' | 'sync' | 'close';
  readonly path: string;
}

/** The `storage-failed` error of an attempt. */
export function storageFailed({ verb, path }: DiskAttempt, cause: unknown): NodeError {
  const code = codeOf(cause);
  const reason = cause instanceof Error ? cause.message.replaceAll('\n', ' ') : String(cause);
  const explanation = code === undefined ? undefined : remedies[code];
  const told = explanation === undefined ? reason : explanation.replace('.', ` (${code}).`);
  return new NodeError('storage-failed', `cannot ${verb} ${path}: ${told}`, { path }, { cause });
}

/** Does disk work; what the system throws becomes `storage-failed`, an error of ours stays what it is. */
export async function onDisk<Result>(attempt: DiskAttempt, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw codeOf(cause) === undefined || cause instanceof NodeError ? cause : storageFailed(attempt, cause);
  }
}

/** The code of a system error, such as `ENOENT`; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error instanceof NodeError) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
