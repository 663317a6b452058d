/** The agents as the demo sees them: processes that report what their daemons have promised to keep. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AgentReport } from './agent.ts';
import type { Daemon } from './daemons.ts';

const program = join(import.meta.dirname, 'agent.ts');

/** One agent process beside its daemon. */
export class Agent {
  readonly daemon: Daemon;
  /** Keys that the daemon acknowledged. */
  readonly written: Set<string> = new Set();
  share: number = 0;
  /** When the last write was acknowledged, on this process's monotonic clock. */
  lastWrittenAtMs: number = 0;
  isWaiting: boolean = false;
  isDone: boolean = false;
  #process: ChildProcess | undefined;

  constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  /** Runs the agent until all it wrote is acknowledged. Rejects where it fails. */
  async run(folder: string, agents: number): Promise<void> {
    const args = [program, this.daemon.socketPath, folder, String(agents)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-2_000)));
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      this.#hear(JSON.parse(line) as AgentReport);
      // What is left is the end of a process that has nothing more to say.
      if (this.isDone) return;
    }
    const [code, signal] = (await exited) as [number | null, string | null];
    const reason = complaint.trim() || `it ended with ${signal ?? `exit code ${code}`}`;
    throw new Error(`the agent of ${this.daemon.place.name} failed: ${reason}`);
  }

  stop(): void {
    this.#process?.kill();
  }

  #hear(report: AgentReport): void {
    this.isWaiting = report.type === 'waiting';
    if (report.type === 'share') this.share = report.files;
    if (report.type === 'written') for (const key of report.keys) this.written.add(key);
    if (report.type === 'written' || report.type === 'done') this.lastWrittenAtMs = performance.now();
    if (report.type === 'done') this.isDone = true;
  }
}
