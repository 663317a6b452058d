/**
 * Real daemons for tests: each a process of its own, started through the shim as users start it, in a home folder of the test.
 * Everything that was started is ended by its process id when the group ends.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ControlClient } from '@murmuration/mesh-node/control-client';

/** One line of a daemon's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The line that a daemon writes when it is up. */
export interface StartedLine extends LogLine {
  readonly node: string;
  readonly id: string;
  readonly networkId: string;
  readonly addresses: readonly string[];
  readonly http: string;
  readonly control: string;
  readonly data: string;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a command printed, and its exit code. */
export interface Outcome extends Ending {
  readonly out: string;
  readonly err: string;
}

const shim = new URL('../../apps/mesh-node/bin/mesh-node.cjs', import.meta.url).pathname;
const startMsMax = 20_000;
const waitMsMax = 30_000;
const lookMs = 50;

/** Polls until the question is answered with something. Fails with the last state in words. */
export async function eventually<Answer>(
  what: string, question: () => Answer | undefined | Promise<Answer | undefined>, msMax: number = waitMsMax,
): Promise<Answer> {
  const deadline = Date.now() + msMax;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${msMax} ms: ${what}`, { cause: failure });
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** A running `mesh-node start`. */
export class Daemon {
  readonly lines: LogLine[] = [];
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  #standardError = '';

  constructor(process: ChildProcessByStdio<null, Readable, Readable>) {
    this.#process = process;
    createInterface({ input: process.stdout }).on('line', (line) => this.lines.push(JSON.parse(line) as LogLine));
    process.stderr.on('data', (chunk: Buffer) => (this.#standardError += chunk.toString()));
    this.ended = new Promise((resolve) => process.once('close', (code, signal) => resolve({ code, signal })));
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** What it wrote to the standard error: nothing, as long as all is well. */
  get err(): string {
    return this.#standardError;
  }

  /** Resolves when it has written its `started` line. */
  started(): Promise<StartedLine> {
    return eventually(`started (${this.err})`, () => {
      if (this.#process.exitCode !== null) throw new Error(`ended with ${this.#process.exitCode}: ${this.err}`);
      return this.line((line) => line.msg === 'started') as StartedLine | undefined;
    }, startMsMax);
  }

  /** The first line that fits. */
  line(fits: (line: LogLine) => boolean): LogLine | undefined {
    return this.lines.find(fits);
  }

  /** Resolves with the first line whose message fits. */
  says(message: RegExp): Promise<LogLine> {
    return eventually(`log line ${message}`, () => this.line(({ msg }) => message.test(msg)));
  }

  async client(): Promise<ControlClient> {
    return new ControlClient((await this.started()).control);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it in order. */
  stop(): Promise<Ending> {
    this.signal('SIGTERM');
    return this.ended;
  }

  /** Ends it at once. */
  kill(): Promise<Ending> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.signal('SIGKILL');
    return this.ended;
  }
}

/** Daemons that share a home folder, as those of one user on one machine do. */
export class DaemonGroup implements AsyncDisposable {
  readonly home: string = mkdtempSync(join(tmpdir(), 'mesh-e2e-'));
  readonly #daemons: Daemon[] = [];

  /** Starts a daemon; `started` of it resolves when it is up. */
  spawn(...words: readonly string[]): Daemon {
    const daemon = new Daemon(this.#spawn(['start', ...words]));
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Starts a daemon and waits until it is up. */
  async start(...words: readonly string[]): Promise<Daemon> {
    const daemon = this.spawn(...words);
    await daemon.started();
    return daemon;
  }

  /** Runs a command to its end. */
  async run(...words: readonly string[]): Promise<Outcome> {
    const child = this.#spawn(words);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ending = await new Promise<Ending>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    return { ...ending, out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon.kill()));
    rmSync(this.home, { recursive: true, force: true });
  }

  #spawn(words: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('MESH_'));
    return spawn(process.execPath, [shim, ...words], {
      cwd: this.home,
      env: { ...Object.fromEntries(foreign), MESH_HOME: this.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
