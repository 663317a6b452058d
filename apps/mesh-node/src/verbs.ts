/** The verbs of the command line: what each does and which settings it listens to. */
import type { SettingKey } from './config/settings.ts';

/** A verb. */
export type VerbName = 'start' | 'status' | 'peers' | 'version' | 'help';

/** What the help and the argument reader know of a verb. */
export interface Verb {
  readonly name: VerbName;
  readonly summary: string;
  readonly settings: readonly SettingKey[];
  /** What may follow the verb beside flags, for people. */
  readonly operand?: string;
  readonly examples: readonly string[];
}

const whichNode: readonly SettingKey[] = ['name', 'home', 'data', 'config'];

/** All of them, in the order of the help. */
export const verbs: readonly Verb[] = [
  {
    name: 'start',
    summary: 'Start a node and keep it running until SIGTERM or SIGINT',
    settings: [
      'name', 'region', 'bootstrap', 'localDiscovery', 'listen', 'transport', 'networkKeyFile', 'networkKey', 'dev', 'http',
      'gossipsubTopic', 'gossipsubListen', 'gossipsubPeer', 'idleTimeoutMs', 'home', 'data', 'config', 'logLevel', 'logFormat',
    ],
    examples: ['mesh-node start', 'mesh-node start --name paris --bootstrap /ip4/10.0.0.7/udp/4001/quic-v1'],
  },
  {
    name: 'status',
    summary: 'Show what the nodes on this machine know of the mesh',
    settings: whichNode,
    examples: ['mesh-node status', 'mesh-node status --name node-1 --json'],
  },
  {
    name: 'peers',
    summary: 'List the members that a node knows, dead and left ones too',
    settings: whichNode,
    examples: ['mesh-node peers', 'mesh-node peers --name node-1 --json'],
  },
  { name: 'version', summary: 'Print the version', settings: [], examples: ['mesh-node version --json'] },
  {
    name: 'help',
    summary: 'Explain a verb',
    settings: [],
    operand: '[verb]',
    examples: ['mesh-node help start'],
  },
];

/** The verb of a name that is known to be one. */
export function verbNamed(name: VerbName): Verb {
  return verbs.find((verb) => verb.name === name) as Verb;
}
