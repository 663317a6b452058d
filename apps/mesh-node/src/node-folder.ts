/** Where a node lives on this machine: `<home>/nodes/<name>`, or the folder of `--data`. One process at a time holds it. */
import { basename, join } from 'node:path';
import type { Config } from './config/settings.ts';
import { DirectoryLock, lockFileName } from '@murmuration/node';
import { makePrivateFolder } from './private-file.ts';
import { ProgramError, causeOf, configError } from './program-error.ts';

/** The folder of one node and what is in it. The node keeps identity, epoch and log in the same folder. */
export interface NodeFolder {
  readonly name: string;
  readonly path: string;
  readonly lock: string;
  readonly controlSocket: string;
  /** Where the node can be reached; exists while it runs. */
  readonly addresses: string;
  /** Ports chosen at an earlier start. */
  readonly ports: string;
  /** The same for the bridge to gossipsub. */
  readonly gossipsubPorts: string;
}

/** A folder that is ours until the lock is released. */
export interface ClaimedFolder {
  readonly folder: NodeFolder;
  readonly lock: DirectoryLock;
}

/** More nodes than one machine runs by hand; a bound for the search of a free name. */
const unnamedNodesMax = 1024;
/** Bytes that fit into `sockaddr_un.sun_path` with its final zero (unix(7)). */
const socketPathBytesMax = 107;

/** The folder in which named nodes live. */
export function nodesFolderOf(home: string): string {
  return join(home, 'nodes');
}

/** The parts of a node's folder. */
export function nodeFolder(path: string, name: string): NodeFolder {
  const inside = (file: string): string => join(path, file);
  return {
    name,
    path,
    lock: inside(lockFileName),
    controlSocket: inside('control.sock'),
    addresses: inside('addresses.json'),
    ports: inside('ports.json'),
    gossipsubPorts: inside('gossipsub-ports.json'),
  };
}

/** The folder that the configuration names, or undefined if it names none. */
export function namedFolder({ data, home, name }: Config): NodeFolder | undefined {
  if (data !== undefined) return nodeFolder(data, name ?? basename(data));
  return name === undefined ? undefined : nodeFolder(join(nodesFolderOf(home), name), name);
}

/** Makes the folder and takes its lock; without a name, that of the first free of node-1, node-2, ... */
export function claimFolder(config: Config): ClaimedFolder {
  const named = namedFolder(config);
  if (named !== undefined) {
    const lock = tryClaim(named);
    if (lock !== undefined) return { folder: named, lock };
    throw new ProgramError('already-running', [`${named.name} is already running (its folder is ${named.path})`]);
  }
  for (let number = 1; number <= unnamedNodesMax; number += 1) {
    const name = `node-${number}`;
    const folder = nodeFolder(join(nodesFolderOf(config.home), name), name);
    const lock = tryClaim(folder);
    if (lock !== undefined) return { folder, lock };
  }
  throw new ProgramError('already-running', [`node-1 to node-${unnamedNodesMax} are all running: choose a --name`]);
}

function tryClaim(folder: NodeFolder): DirectoryLock | undefined {
  if (Buffer.byteLength(folder.controlSocket) > socketPathBytesMax) {
    throw configError(`the path of the control socket has more than ${socketPathBytesMax} bytes: choose a shorter --home or --data (${folder.path})`);
  }
  try {
    makePrivateFolder(folder.path);
    return DirectoryLock.take(folder.lock);
  } catch (error) {
    throw configError(`cannot use the node folder ${folder.path}: ${causeOf(error)}`);
  }
}
