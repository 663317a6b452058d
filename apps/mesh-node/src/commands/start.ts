/** The verb `start`: claims the node's folder, brings the daemon up, waits for the end, leaves in order. */
import type { Config } from '../config/settings.ts';
import { openDaemon, type Daemon } from '../daemon/daemon.ts';
import { StopSignal } from '../daemon/stop-signal.ts';
import { openLog } from '../log.ts';
import { networkKeyOf } from '../network-key.ts';
import { claimFolder } from '../node-folder.ts';
import { hasColor, type Terminal } from '../terminal.ts';

/** How it ended; the last line of `start --json`. */
export interface StartEnding {
  readonly exitCode: 0 | 1;
  readonly name: string;
  readonly id: string;
  /** What ended it: a signal, or `leave`. */
  readonly endedBy: string;
  readonly uptimeMs: number;
}

/** Leaving takes a moment; whoever needs longer is stuck, and a supervisor's patience is often 10 s. */
const leaveMsMax = 8_000;

/** Runs a node until a signal or a request ends it. */
export async function start(config: Config, isJson: boolean, terminal: Terminal): Promise<StartEnding> {
  process.umask(0o077);
  const networkKey = networkKeyOf(config);
  const { folder, lock } = claimFolder(config);
  const target = { isTerminal: terminal.isTerminal, hasColor: hasColor(terminal) };
  const { log, flush } = openLog(isJson ? { ...config, logFormat: 'json' } : config, folder.name, target);
  const stop = new StopSignal(log, () => {
    flush();
    process.exit(1);
  });
  const detach = stop.attach();
  try {
    if (config.dev) log.warn('--dev: this network is open, every process of this machine can join it');
    const daemon = await openDaemon({ config, folder, networkKey, log, stop });
    const endedBy = await stop.requested;
    log.info({ endedBy }, 'leaving');
    const { id, uptimeMs } = daemon.node.status();
    const hasLeft = await leave(daemon);
    if (hasLeft) log.info('stopped');
    else log.error({ leaveMsMax }, 'leaving takes too long: ending without it');
    flush();
    if (!hasLeft) process.exit(1);
    return { exitCode: 0, name: folder.name, id, endedBy, uptimeMs };
  } finally {
    detach();
    lock.release();
    flush();
  }
}

async function leave(daemon: Daemon): Promise<boolean> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    deadline = setTimeout(() => resolve(false), leaveMsMax);
  });
  const hasLeft = await Promise.race([daemon.close().then(() => true), late]);
  clearTimeout(deadline);
  return hasLeft;
}
