/** What a command has around it: its outputs, its memory, its interrupts. Handed in, so that tests can look. */

/** The surroundings of a command. */
export interface Terminal {
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** True if a person reads the standard error, where progress is shown. */
  readonly isTerminal: boolean;
  /** Bytes of memory that this process may still take. */
  readonly availableBytes: number;
  /** Monotonic milliseconds, for progress. */
  now(): number;
  /** Writes to the standard output. */
  out(text: string): void;
  /** Writes to the standard error. */
  err(text: string): void;
  /** Calls once on the first Ctrl-C; the next one ends the program as usual. Answers how to stop listening. */
  onInterrupt(callback: () => void): () => void;
}

/** The surroundings of this process. */
export function processTerminal(): Terminal {
  return {
    folder: process.cwd(),
    isTerminal: process.stderr.isTTY === true,
    availableBytes: process.availableMemory(),
    now: () => performance.now(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    onInterrupt: (callback) => {
      process.once('SIGINT', callback);
      return () => void process.off('SIGINT', callback);
    },
  };
}
