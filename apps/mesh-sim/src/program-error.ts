/** What ends a command with a sentence instead of a stack: the caller's or the world's fault, never ours. */

/** 1: it failed. 2: the call is wrong, and trying again changes nothing. */
export type FailureCode = 1 | 2;

/** A failure that people can read: one line each. */
export class ProgramError extends Error {
  readonly exitCode: FailureCode;
  readonly lines: readonly string[];

  constructor(exitCode: FailureCode, lines: readonly string[], cause?: unknown) {
    super(lines.join('; '), cause === undefined ? undefined : { cause });
    this.name = 'ProgramError';
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

/** The call is wrong. */
export function usageError(...lines: readonly string[]): ProgramError {
  return new ProgramError(2, lines);
}

/** A failure of the system in a few words: `ENOENT: no such file or directory, open 'x'` becomes its middle. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^E[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1] ?? error.message.split('\n')[0] ?? error.name;
}
