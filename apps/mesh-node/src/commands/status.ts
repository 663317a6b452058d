/** The verb `status`: one block per node, the most asked first. */
import type { Config } from '../config/settings.ts';
import type { ControlStatus } from '../control-client.ts';
import { printable } from '../printable.ts';
import { askNodes } from '../running-nodes.ts';
import { columns, durationText } from '../table.ts';

/** What `status --json` prints. */
export interface StatusData {
  /** By name. */
  readonly nodes: readonly ControlStatus[];
}

/** Asks the nodes. */
export async function statusData(config: Config): Promise<StatusData> {
  const answers = await askNodes(config, (client) => client.status());
  return { nodes: answers.map(({ answer }) => answer) };
}

/** The blocks for people. */
export function statusText({ nodes }: StatusData): string {
  return `${nodes.map(block).join('\n\n')}\n`;
}

function block(status: ControlStatus): string {
  const { counters } = status;
  const turnedAway = Object.entries(counters).filter(([, count]) => count > 0).map(([reason, count]) => `${reason} ${count}`);
  const rows: [name: string, value: string][] = [
    ['id', status.id],
    ['region', printable(status.region)],
    ['network', `${status.networkId.slice(0, 16)} (${status.isOpenNetwork ? 'open: whoever can connect is a member' : 'permissioned'})`],
    ['up', `${durationText(status.uptimeMs)}, epoch ${status.epoch}, process ${status.pid}, version ${status.version}`],
    ['members', counts(status.members)],
    ['links', counts(status.links)],
    ['listeners', status.listeners.map(listenerText).join(', ')],
    ...status.addresses.map((address, index): [string, string] => [index === 0 ? 'addresses' : '', printable(address)]),
    ['state', `${amount(status.registers, 'register')}, ${amount(status.documents, 'document')}, ${amount(status.batches, 'batch', 'batches')}`],
    ['hash', `${status.stateHash.slice(0, 16)} (${status.isConverged ? 'equal at every neighbor' : 'not yet equal at every neighbor'})`],
    ...bridgeRows(status.gossipsub),
    ['health', `http://${status.http}/health`],
    ['turned away', turnedAway.length === 0 ? 'nothing' : turnedAway.join(', ')],
  ];
  return [printable(status.name), ...columns(rows.map(([name, value]) => [`  ${name}`, value]))].join('\n');
}

function bridgeRows(bridge: ControlStatus['gossipsub']): [name: string, value: string][] {
  if (bridge === undefined) return [];
  const { topics, peers, bridgedIn, bridgedOut, refused, addresses } = bridge;
  return [
    ['gossipsub', `${topics.map(printable).join(', ')}: ${amount(peers, 'peer')}, ${bridgedIn} in, ${bridgedOut} out`],
    ['', `refused: ${counts(refused)}`],
    ...addresses.map((address): [string, string] => ['', printable(address)]),
  ];
}

function counts(byName: Readonly<Record<string, number>>): string {
  const present = Object.entries(byName).filter(([, count]) => count > 0);
  return present.length === 0 ? 'none' : present.map(([name, count]) => `${count} ${name}`).join(', ');
}

function listenerText({ transport, state, restarts }: ControlStatus['listeners'][number]): string {
  return `${transport} ${state}${restarts === 0 ? '' : ` (restarted ${restarts} times)`}`;
}

function amount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
