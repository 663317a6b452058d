/** What a command has around it: its words, its environment, its two outputs. Handed in, so that tests can look. */
import type { Environment } from './config/environment.ts';

/** The surroundings of a command. */
export interface Terminal {
  readonly environment: Environment;
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** True if a person reads the standard output. */
  readonly isTerminal: boolean;
  /** Writes to the standard output. */
  out(text: string): void;
  /** Writes to the standard error. */
  err(text: string): void;
}

/** The surroundings of this process. */
export function processTerminal(): Terminal {
  return {
    environment: process.env,
    folder: process.cwd(),
    isTerminal: process.stdout.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}

/** NO_COLOR wins, whatever its value, unless it is empty (no-color.org). */
export function hasColor({ environment, isTerminal }: Terminal): boolean {
  const refused = environment['NO_COLOR'];
  return isTerminal && (refused === undefined || refused === '') && environment['TERM'] !== 'dumb';
}
