/** The nine daemons: started, killed and started again as processes of their own, each with its folder, log and control socket. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControlClient, type ControlStatus } from '@murmuration/mesh-node/control-client';

/** Where a daemon runs and as what. */
export interface DaemonPlace {
  readonly home: string;
  readonly name: string;
  readonly region: string;
  readonly transport: 'quic' | 'tcp';
}

const command = join(import.meta.dirname, '..', 'apps', 'mesh-node', 'bin', 'mesh-node.cjs');
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;
/** Short enough that the mesh notices the killed daemon before it is back. */
const idleTimeoutMs = 2_000;

/** One daemon. Its folder outlives its process. */
export class Daemon {
  readonly place: DaemonPlace;
  readonly client: ControlClient;
  readonly socketPath: string;
  #process: ChildProcess | undefined;
  #log: FileHandle | undefined;

  constructor(place: DaemonPlace) {
    this.place = place;
    this.socketPath = join(place.home, 'nodes', place.name, 'control.sock');
    this.client = new ControlClient(this.socketPath);
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get logPath(): string {
    return join(this.place.home, `${this.place.name}.log`);
  }

  /** Starts the process and waits until it answers. */
  async start(bootstrap: readonly string[]): Promise<ControlStatus> {
    const { home, name, region, transport } = this.place;
    this.#log ??= await open(this.logPath, 'a', 0o600);
    const args = ['start', '--home', home, '--name', name, '--region', region, '--transport', transport, '--no-local-discovery'];
    args.push('--idle-timeout-ms', String(idleTimeoutMs), '--log-format', 'json');
    for (const address of bootstrap) args.push('--bootstrap', address);
    this.#process = spawn(process.execPath, [command, ...args], { stdio: ['ignore', this.#log.fd, this.#log.fd] });
    return this.#answer();
  }

  /** SIGKILL: no farewell, no flush. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM: leaves in order; SIGKILL if it does not. */
  async stop(): Promise<void> {
    const stopped = this.#end('SIGTERM');
    const timer = setTimeout(() => this.#process?.kill('SIGKILL'), stopTimeoutMs);
    await stopped;
    clearTimeout(timer);
    await this.#log?.close();
    this.#log = undefined;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || !this.isRunning) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async #answer(): Promise<ControlStatus> {
    const until = performance.now() + startTimeoutMs;
    while (performance.now() < until && this.isRunning) {
      const status = await this.client.status().catch(() => undefined);
      if (status !== undefined && status.pid === this.#process?.pid) return status;
      await sleep(50);
    }
    throw new Error(`daemon ${this.place.name} did not start: see ${this.logPath}`);
  }
}
