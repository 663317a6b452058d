/** The verb `peers`: the members that a node knows, a table per node. */
import type { MemberInfo } from '@murmuration/node';
import type { Config } from '../config/settings.ts';
import { printable } from '../printable.ts';
import { askNodes } from '../running-nodes.ts';
import { columns } from '../table.ts';

/** What `peers --json` prints. */
export interface PeersData {
  /** By name of the node that knows them. */
  readonly nodes: readonly { readonly name: string; readonly peers: readonly MemberInfo[] }[];
}

/** Asks the nodes. */
export async function peersData(config: Config): Promise<PeersData> {
  const answers = await askNodes(config, (client) => client.peers());
  return { nodes: answers.map(({ folder, answer }) => ({ name: folder.name, peers: answer })) };
}

/** The tables for people; with one node there is no need to name it. */
export function peersText({ nodes }: PeersData): string {
  return `${nodes.map(({ name, peers }) => [...(nodes.length > 1 ? [name] : []), ...table(peers)].join('\n')).join('\n\n')}\n`;
}

function table(peers: readonly MemberInfo[]): string[] {
  return columns([
    ['NAME', 'REGION', 'STATE', 'LINK', 'ADDRESS', 'ID'],
    ...peers.map(({ id, name, region, state, isSelf, link, addresses }) => [
      `${printable(name) || '?'}${isSelf ? ' (this node)' : ''}`,
      printable(region) || '?',
      state,
      link === undefined ? '-' : `${link.transport} ${link.direction === 'inbound' ? 'in' : 'out'}`,
      // The identity has a column of its own.
      printable((link?.remoteAddress ?? addresses[0] ?? '-').replace(/\/p2p\/.*$/, '')),
      id,
    ]),
  ]);
}
