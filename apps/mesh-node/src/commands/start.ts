/** The verb `start`: claims the node's folder, brings the daemon up, waits for the end, leaves in order. */
import type { Config } from '../config/settings.ts';
import { openDaemon, type Daemon } from '../daemon/daemon.ts';
import { StopSignal, type StopReason } from '../daemon/stop-signal.ts';
import { openLog, type Log } from '../log.ts';
import { networkKeyOf } from '../network-key.ts';
import { claimFolder } from '../node-folder.ts';
import { hasColor, type Terminal } from '../terminal.ts';

/** How it ended; the last line of `start --json`. */
export interface StartEnding {
  readonly exitCode: 0 | 1;
  readonly name: string;
  readonly id: string;
  readonly endedBy: StopReason;
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
    const opening = openDaemon({ config, folder, lock, networkKey, log, stop });
    // A signal counts while the node is still on its way up, too.
    await Promise.race([opening.then(() => stop.requested), stop.requested]);
    const ending = await inTime(leave(opening, await stop.requested, log));
    if (ending === undefined) {
      log.error({ leaveMsMax }, 'leaving takes too long: ending without it');
      flush();
      process.exit(1);
    }
    log.info('stopped');
    return { exitCode: ending.endedBy === 'storage-failed' ? 1 : 0, name: folder.name, ...ending };
  } finally {
    detach();
    lock.release();
    flush();
  }
}

async function leave(opening: Promise<Daemon>, endedBy: StopReason, log: Log): Promise<Omit<StartEnding, 'exitCode' | 'name'>> {
  log.info({ endedBy }, 'leaving');
  const daemon = await opening;
  const { id, uptimeMs } = daemon.node.status();
  await daemon.close();
  return { endedBy, id, uptimeMs };
}

async function inTime<Result>(work: Promise<Result>): Promise<Result | undefined> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    deadline = setTimeout(() => resolve(undefined), leaveMsMax);
  });
  const result = await Promise.race([work, late]);
  clearTimeout(deadline);
  return result;
}
