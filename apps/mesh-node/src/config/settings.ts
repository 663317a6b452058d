/**
 * Everything that can be set, once. Flags, environment names, keys of the file, checks and help texts are all made from this
 * table: a setting that is not here does not exist, and one that is here is in the help.
 */
import { topicBytesMax } from '@murmuration/protocol';
import { z } from 'zod';
import { isLoopbackHost, parseAddress } from '../addresses.ts';

/** The complete configuration of any verb. */
export interface Config {
  readonly config: string | undefined;
  /** Absolute. */
  readonly home: string;
  readonly name: string | undefined;
  /** Absolute, in place of a folder under `home`. */
  readonly data: string | undefined;
  readonly region: string;
  readonly dev: boolean;
  readonly networkKeyFile: string | undefined;
  /** 64 hex digits. A secret: never printed. */
  readonly networkKey: string | undefined;
  readonly listen: readonly string[];
  readonly transport: 'both' | 'quic' | 'tcp';
  readonly bootstrap: readonly string[];
  readonly localDiscovery: boolean;
  /** Topics shared with gossipsub peers; without one there is no bridge. */
  readonly gossipsubTopic: readonly string[];
  readonly gossipsubListen: readonly string[];
  /** With `/p2p/<id>`. */
  readonly gossipsubPeer: readonly string[];
  /** `host:port`, loopback. */
  readonly http: string;
  readonly idleTimeoutMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  readonly logFormat: 'auto' | 'json' | 'pretty';
}

/** The name of a setting in the code. */
export type SettingKey = keyof Config;
/** Where a value can come from; earlier wins. */
export type Source = 'flag' | 'environment' | 'file';
/** How a value is written: a list is repeated or separated by commas; a path is relative to where it is written. */
export type SettingKind = 'text' | 'path' | 'number' | 'boolean' | 'list';

/** One setting. */
export interface Setting<Value = unknown> {
  readonly kind: SettingKind;
  /** Keys of the file, outermost first; the environment name joins them with `__`. */
  readonly path: readonly string[];
  readonly sources: readonly Source[];
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly help: string;
  /** What holds if nothing is set. */
  readonly fallback: Value;
  /** The default in the help, where the value alone says too little. */
  readonly fallbackHelp?: string;
  readonly check: z.ZodType<Exclude<Value, undefined>>;
}

const everywhere: readonly Source[] = ['flag', 'environment', 'file'];

const address = (what: string): z.ZodString =>
  z.string().refine((text) => parseAddress(text) !== undefined, {
    error: `must be ${what} such as /ip4/127.0.0.1/udp/4001/quic-v1 or /ip4/127.0.0.1/tcp/4001`,
  });

const isWithin = (value: number, least: number, most: number): boolean => value >= least && value <= most;
const path = z.string('must be a path').min(1, 'must not be empty');

const httpAddress = z.string('must be host:port').superRefine((text, context) => {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    context.addIssue('must be host:port, such as 127.0.0.1:8080');
  } else if (!isLoopbackHost(host)) {
    context.addIssue('must be on loopback (127.0.0.1 or [::1]): the health server has no authentication');
  }
});

/** The table. */
export const settings: { readonly [Key in SettingKey]: Setting<Config[Key]> } = {
  name: {
    kind: 'text', path: ['name'], sources: everywhere, placeholder: '<name>', fallback: undefined,
    fallbackHelp: 'the first free of node-1, node-2, ...',
    help: 'Name of the node, which is also its folder under the home folder',
    check: z.string('must be a text').regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes or underscores',
    ),
  },
  region: {
    kind: 'text', path: ['region'], sources: everywhere, placeholder: '<region>', fallback: 'local',
    help: 'Region that the node stands in, told to other members',
    check: z.string('must be a text').regex(
      /^[\p{L}\p{N}][\p{L}\p{N}._/ -]{0,62}$/u, 'must be 1 to 63 letters, digits, spaces or . _ / -',
    ),
  },
  bootstrap: {
    kind: 'list', path: ['bootstrap'], sources: everywhere, placeholder: '<multiaddr>', fallback: [],
    help: 'Nodes to meet first; the rest of the mesh is learned from them',
    check: z.array(address('a multiaddr'), 'must be a list of multiaddrs').max(64, 'must be at most 64 addresses'),
  },
  localDiscovery: {
    kind: 'boolean', path: ['localDiscovery'], sources: everywhere, placeholder: '', fallback: true,
    help: 'Meet the other nodes under the same home folder without being told their addresses',
    check: z.boolean('must be true or false'),
  },
  listen: {
    kind: 'list', path: ['listen'], sources: everywhere, placeholder: '<multiaddr>',
    fallback: ['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0'],
    fallbackHelp: 'QUIC and TCP on loopback; port 0 is chosen once and kept',
    help: 'Address to listen on',
    check: z.array(address('a multiaddr'), 'must be a list of multiaddrs').max(16, 'must be at most 16 addresses'),
  },
  transport: {
    kind: 'text', path: ['transport'], sources: everywhere, placeholder: 'both|quic|tcp', fallback: 'both',
    help: 'Wires to listen on and to dial; with both, QUIC is dialed first',
    check: z.enum(['both', 'quic', 'tcp'], 'must be both, quic or tcp'),
  },
  gossipsubTopic: {
    kind: 'list', path: ['gossipsub', 'topic'], sources: everywhere, placeholder: '<topic>', fallback: [],
    help: 'Topic to share with ordinary libp2p gossipsub peers, through a bridge with sockets and an identity of its own',
    check: z.array(
      z.string().refine((text) => text.isWellFormed() && isWithin(Buffer.byteLength(text), 1, topicBytesMax), {
        error: `must have 1 to ${topicBytesMax} bytes`,
      }), 'must be a list of topics',
    ).max(32, 'must be at most 32 topics'),
  },
  gossipsubListen: {
    kind: 'list', path: ['gossipsub', 'listen'], sources: everywhere, placeholder: '<multiaddr>',
    fallback: ['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0'],
    fallbackHelp: 'QUIC and TCP on loopback; port 0 is chosen once and kept',
    help: 'Address on which the bridge listens for gossipsub peers',
    check: z.array(address('a multiaddr'), 'must be a list of multiaddrs').max(16, 'must be at most 16 addresses'),
  },
  gossipsubPeer: {
    kind: 'list', path: ['gossipsub', 'peer'], sources: everywhere, placeholder: '<multiaddr>', fallback: [],
    help: 'Gossipsub peer that the bridge dials and keeps, with /p2p/<id> at the end',
    check: z.array(
      z.string().refine((text) => parseAddress(text)?.suffix.startsWith('/p2p/') === true, {
        error: 'must be a multiaddr with /p2p/<id> at the end',
      }), 'must be a list of multiaddrs',
    ).max(64, 'must be at most 64 addresses'),
  },
  networkKeyFile: {
    kind: 'path', path: ['networkKeyFile'], sources: everywhere, placeholder: '<path>', fallback: undefined,
    fallbackHelp: '<home>/network.key, made at the first start',
    help: 'Secret of the network: who has it is admitted. Copy the file to add a machine',
    check: path,
  },
  networkKey: {
    kind: 'text', path: ['networkKey'], sources: ['environment'], placeholder: '<64 hex digits>', fallback: undefined,
    help: 'The secret itself, in place of a file',
    check: z.string('must be a text').regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits'),
  },
  dev: {
    kind: 'boolean', path: ['dev'], sources: everywhere, placeholder: '', fallback: false,
    help: 'Open network without a key, on loopback only: any local process can join',
    check: z.boolean('must be true or false'),
  },
  http: {
    kind: 'text', path: ['http'], sources: everywhere, placeholder: '<host:port>', fallback: '127.0.0.1:0',
    fallbackHelp: 'a free port of 127.0.0.1, printed at start',
    help: 'Where /health and /ready answer, on loopback',
    check: httpAddress,
  },
  idleTimeoutMs: {
    kind: 'number', path: ['idleTimeoutMs'], sources: everywhere, placeholder: '<ms>', fallback: 10_000,
    help: 'Silence that ends a link, in milliseconds',
    check: z.int('must be a whole number of milliseconds').min(100, 'must be at least 100').max(600_000, 'must be at most 600000'),
  },
  home: {
    kind: 'path', path: ['home'], sources: everywhere, placeholder: '<folder>', fallback: '',
    fallbackHelp: '$XDG_STATE_HOME/murmuration or ~/.local/state/murmuration',
    help: 'Home folder of the nodes of one user on one machine',
    check: path,
  },
  data: {
    kind: 'path', path: ['data'], sources: everywhere, placeholder: '<folder>', fallback: undefined,
    fallbackHelp: '<home>/nodes/<name>',
    help: 'Folder of this node: identity, log, control socket',
    check: path,
  },
  config: {
    kind: 'path', path: ['config'], sources: ['flag', 'environment'], placeholder: '<file>', fallback: undefined,
    help: 'Configuration file, YAML or JSON',
    check: path,
  },
  logLevel: {
    kind: 'text', path: ['log', 'level'], sources: everywhere, placeholder: 'trace|debug|info|warn|error', fallback: 'info',
    help: 'Least important line to log',
    check: z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error'),
  },
  logFormat: {
    kind: 'text', path: ['log', 'format'], sources: everywhere, placeholder: 'auto|json|pretty', fallback: 'auto',
    fallbackHelp: 'auto: pretty on a terminal, JSON elsewhere',
    help: 'Form of the log lines',
    check: z.enum(['auto', 'json', 'pretty'], 'must be auto, json or pretty'),
  },
};

/** Every key, in the order of the help. */
export const settingKeys: readonly SettingKey[] = Object.keys(settings) as SettingKey[];

const words = (camel: string): string[] => camel.split(/(?=[A-Z])/).map((word) => word.toLowerCase());

/** `logLevel` is `log-level`, without the dashes in front. */
export const flagOf = (key: SettingKey): string => words(key).join('-');
/** `logLevel` is `MESH_LOG__LEVEL`. */
export const environmentNameOf = (key: SettingKey): string =>
  `MESH_${settings[key].path.map((part) => words(part).join('_').toUpperCase()).join('__')}`;
/** `logLevel` is `log.level`. */
export const fileKeyOf = (key: SettingKey): string => settings[key].path.join('.');
