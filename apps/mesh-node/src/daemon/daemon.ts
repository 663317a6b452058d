/** A running node with its log, its health server and its control socket: what `start` holds until the end. */
import type { DirectoryLock, MeshNode } from '@murmuration/node';
import type { Config } from '../config/settings.ts';
import { ControlServer } from '../control/control-server.ts';
import { versionInfo } from '../commands/version.ts';
import { HealthServer, type Readiness } from '../health-server.ts';
import { withdrawAddresses } from '../local-discovery.ts';
import type { Log } from '../log.ts';
import type { NodeFolder } from '../node-folder.ts';
import { logEvents } from './event-log.ts';
import { openBridge, openNode } from './open-node.ts';
import type { StopSignal } from './stop-signal.ts';
import { Undo } from './undo.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly config: Config;
  readonly folder: NodeFolder;
  /** Held by the caller, for longer than the node lives. */
  readonly lock: DirectoryLock;
  readonly networkKey: string | undefined;
  readonly log: Log;
  readonly stop: StopSignal;
}

/** A daemon that is up. */
export interface Daemon {
  readonly node: MeshNode;
  /** Leaves the mesh in order and closes everything. */
  close(): Promise<void>;
}

/** Brings a daemon up; if one part fails, what was there before is closed again. */
export async function openDaemon(parts: DaemonParts): Promise<Daemon> {
  const undo = new Undo();
  try {
    return await open(parts, undo);
  } catch (error) {
    // What went wrong first is what people need to hear.
    await undo.run().catch(() => undefined);
    throw error;
  }
}

async function open({ config, folder, lock, networkKey, log, stop }: DaemonParts, undo: Undo): Promise<Daemon> {
  let readiness = (): Readiness => ({ isReady: false, reason: 'starting' });
  const health = await HealthServer.listen(config.http, () => readiness(), log);
  undo.add(() => health.close());

  undo.add(() => withdrawAddresses(folder));
  const { node, bootstrap } = await openNode(config, { folder, lock }, networkKey);
  readiness = () => readinessOf(node, stop, bootstrap.length > 0);
  undo.add(logEvents(node, log));
  undo.add(node.on('storage-failed', () => stop.request('storage-failed')));
  undo.add(() => node.close());

  const bridge = await openBridge(node, config, folder);
  if (bridge !== undefined) undo.add(() => bridge.close());

  const daemon = { http: health.address, pid: process.pid, version: versionInfo().version };
  const control = await ControlServer.listen(folder.controlSocket, { node, bridge, daemon, leave: () => stop.request('leave') }, log);
  undo.add(() => control.close());

  const { id, networkId, region } = node.status();
  log.info({
    id, region, networkId, addresses: node.addresses, bootstrap, http: daemon.http, control: folder.controlSocket,
    data: folder.path, pid: process.pid, version: daemon.version, ...(bridge && { gossipsub: bridge.addresses }),
  }, 'started');
  return { node, close: () => undo.run() };
}

/** Listening, and linked to somebody if there is anybody to meet. */
function readinessOf(node: MeshNode, stop: StopSignal, hasBootstrap: boolean): Readiness {
  if (stop.isRequested) return { isReady: false, reason: 'stopping' };
  const { listeners, links } = node.status();
  const isListening = listeners.length === 0 || listeners.some(({ state }) => state === 'listening');
  if (!isListening) return { isReady: false, reason: 'not listening' };
  const linked = Object.values(links).reduce((sum, count) => sum + count, 0);
  return linked === 0 && hasBootstrap ? { isReady: false, reason: 'no link' } : { isReady: true, reason: 'joined' };
}
