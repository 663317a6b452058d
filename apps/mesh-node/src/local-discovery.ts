/**
 * How nodes of one home find each other without a flag: each publishes its addresses in its folder before it starts, and reads
 * those of the others after that. Of two that start at once, at least one therefore sees the other. Only running nodes of the
 * same network count: what a killed one left behind is not dialed for ever.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress, parseAddress } from './addresses.ts';
import type { Config } from './config/settings.ts';
import { nodeFolder, nodesFolderOf, type NodeFolder } from './node-folder.ts';
import { isLocked } from '@murmuration/node';
import { removeFile, replaceFile } from './private-file.ts';

/** What a node publishes in its folder. */
export interface PublishedAddresses {
  /** `networkFingerprint` of its network. */
  readonly network: string;
  readonly addresses: readonly string[];
}

/** Addresses dialed at first; the rest of the mesh is learned from them. */
const discoveredNodesMax = 16;

/** Publishes where a node can be reached. Addresses without a port yet are left out. */
export function publishAddresses(folder: NodeFolder, published: PublishedAddresses): void {
  const addresses = published.addresses.flatMap((text) => dialable(text) ?? []);
  replaceFile(folder.addresses, `${JSON.stringify({ network: published.network, addresses })}\n`);
}

/** Says that the node is not there any more. */
export function withdrawAddresses(folder: NodeFolder): void {
  removeFile(folder.addresses);
}

/** The nodes that run under a home folder, by name. */
export function runningFolders(home: string): NodeFolder[] {
  const nodes = nodesFolderOf(home);
  return subfolders(nodes)
    .map((name) => nodeFolder(join(nodes, name), name))
    .filter(({ lock }) => isLocked(lock));
}

/** Whose neighbors are looked for. */
export interface Seeker {
  readonly home: string;
  readonly folder: NodeFolder;
  /** `networkFingerprint` of its network. */
  readonly network: string;
  readonly transport: Config['transport'];
}

/** Addresses of the other running nodes of the seeker's network under its home folder. */
export function discoverAddresses({ home, folder, network, transport }: Seeker): string[] {
  return runningFolders(home)
    .filter(({ path }) => path !== folder.path)
    .map(readPublished)
    .filter((published) => published?.network === network)
    .slice(0, discoveredNodesMax)
    .flatMap((published) => preferred(published?.addresses ?? [], transport));
}

/** One wire a node, QUIC before TCP (D3): each bootstrap address is dialed by itself, and two dials of one node would race. */
function preferred(addresses: readonly string[], transport: Config['transport']): string[] {
  const of = (wire: 'quic' | 'tcp'): string[] =>
    transport === 'both' || transport === wire ? addresses.filter((text) => parseAddress(text)?.wire === wire) : [];
  const quic = of('quic');
  return quic.length > 0 ? quic : of('tcp');
}

function subfolders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted(byNumber);
  } catch {
    // Nobody has started a node here yet.
    return [];
  }
}

/** node-2 before node-10. */
function byNumber(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

/** Undefined where the file is missing or no longer whole: its node is starting, ending or gone. */
function readPublished(folder: NodeFolder): PublishedAddresses | undefined {
  try {
    const content = JSON.parse(readFileSync(folder.addresses, 'utf8')) as Partial<PublishedAddresses>;
    if (typeof content.network !== 'string' || !Array.isArray(content.addresses)) return undefined;
    const addresses = content.addresses.filter((text) => typeof text === 'string' && parseAddress(text) !== undefined);
    return { network: content.network, addresses };
  } catch {
    return undefined;
  }
}

/** The address as another process of this machine dials it: all interfaces are reached through loopback. */
function dialable(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined || address.port === 0) return undefined;
  if (address.host === '0.0.0.0') return formatAddress({ ...address, host: '127.0.0.1' });
  return address.host === '::' ? formatAddress({ ...address, host: '::1' }) : text;
}
