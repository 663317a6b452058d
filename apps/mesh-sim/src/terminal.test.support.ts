/** A terminal that remembers what was written, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from './command-line.ts';
import type { ExitCode } from './run.ts';
import type { Terminal } from './terminal.ts';

export class RememberingTerminal implements Terminal, Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'mesh-sim-'));
  isTerminal: boolean = false;
  availableBytes: number = 2 ** 33;
  written: string = '';
  told: string = '';
  /** Presses Ctrl-C at the first progress. */
  isImpatient: boolean = false;
  #interrupt: (() => void) | undefined;
  #nowMs = 0;

  /** Each look at the clock is a second later. */
  now(): number {
    if (this.isImpatient) this.#interrupt?.();
    this.#nowMs += 1_000;
    return this.#nowMs;
  }

  out(text: string): void {
    this.written += text;
  }

  err(text: string): void {
    this.told += text;
  }

  onInterrupt(callback: () => void): () => void {
    this.#interrupt = callback;
    return () => { this.#interrupt = undefined; };
  }

  /** Runs a command line, its words parted by blanks; outputs start empty. */
  async run(line: string): Promise<ExitCode> {
    this.written = '';
    this.told = '';
    return runCommandLine(line === '' ? [] : line.split(' '), this);
  }

  /** The object on the last line of the output. */
  json<Data>(): Data {
    return JSON.parse(this.written.trimEnd().split('\n').at(-1) ?? '') as Data;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
