/** What ends a command with a sentence instead of a stack: the user's or the world's fault, never ours. */

/** 1: it failed. 2: the call or the configuration is wrong, and trying again changes nothing. */
export type FailureCode = 1 | 2;

/** Codes for programs, one per kind of failure. */
export type ProgramErrorCode =
  | 'usage'
  | 'invalid-config'
  | 'already-running'
  | 'not-running'
  | 'address-in-use'
  | 'control-failed'
  | 'start-failed';

/** A failure that people can read: one line each. */
export class ProgramError extends Error {
  readonly code: ProgramErrorCode;
  readonly exitCode: FailureCode;
  readonly lines: readonly string[];

  constructor(code: ProgramErrorCode, lines: readonly string[], cause?: unknown) {
    super(lines.join('; '), cause === undefined ? undefined : { cause });
    this.name = 'ProgramError';
    this.code = code;
    this.exitCode = code === 'usage' || code === 'invalid-config' ? 2 : 1;
    this.lines = lines;
  }
}

/** The call is wrong. */
export function usageError(...lines: readonly string[]): ProgramError {
  return new ProgramError('usage', lines);
}

/** The configuration is wrong; every violation is a line. */
export function configError(...lines: readonly string[]): ProgramError {
  return new ProgramError('invalid-config', lines);
}

/** The cause of a system call's failure in a few words: `ENOENT: no such file or directory` becomes its second half. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const system = /^E[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1];
  return system ?? error.message.split('\n')[0] ?? error.name;
}

/** The `code` of an error of the system, or of ours. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
