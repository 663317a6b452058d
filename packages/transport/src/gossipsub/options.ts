/** What a bridge is given, with defaults. All violations are reported at once. */
import { encodeText, messageBytesMax, OptionCheck, topicBytesMax, type PeerId, type Verdict } from '@murmuration/protocol';
import { parseAddress } from '../libp2p/addresses.ts';
import { resolveOptions, type Libp2pTransportOptions, type ResolvedOptions } from '../libp2p/options.ts';
import type { DeliveredMessage, ForeignMessage } from './admission.ts';
import * as limits from './limits.ts';
import type { BridgeRefusal } from './refusals.ts';

/** Options of `gossipsubBridge`. The functions are called synchronously and must not throw. */
export interface GossipsubBridgeOptions {
  /** 32-byte ed25519 seed: who the bridge is, and signs as. */
  readonly secretKey: Uint8Array;
  /** Multiaddrs to listen on. An empty list only dials. */
  readonly listen: readonly string[];
  /** Multiaddrs that are dialed and kept; those that name the same peer are alternatives, QUIC first. Default: none. */
  readonly peers?: readonly string[];
  /** The topics that are shared; everything else that peers say is dropped unread. */
  readonly topics: readonly string[];
  /** Decides about a foreign message before it is forwarded or delivered. Its signature holds already. */
  readonly validate: (message: ForeignMessage) => Verdict;
  /** 0..1, 0.5 is neutral; below, peer and author are ignored (D11). */
  readonly reputationOf: (peer: PeerId) => number;
  /** Hands over an accepted message, for the mesh. */
  readonly onMessage: (message: DeliveredMessage) => void;
  /** Tells what was turned away. Default: it is only counted. */
  readonly onRefused?: (refusal: BridgeRefusal) => void;
  /** True for other bridges of the same mesh: what they sign came from the mesh and is not brought into it again. */
  readonly isBridge?: (author: PeerId) => boolean;
  /** Hands over what another bridge of the mesh said on its behalf. Default: it is only counted. */
  readonly onEcho?: (message: DeliveredMessage) => void;
  /** Which wires are listened on and dialed. Default: both. */
  readonly wires?: Libp2pTransportOptions['wires'];
  /** Longest payload, both ways. Default, and most: 64 KiB, as on a topic of the mesh. */
  readonly messageBytesMax?: number;
  /** Open connections, both ways. Default 64. */
  readonly connectionsMax?: number;
  /** Foreign messages that are admitted in a second; one sender gets at most half. Default 2,000. */
  readonly messagesPerSecondMax?: number;
  /** Their bytes; gossipsub keeps five seconds of them. Default 4 MiB: 20 MiB kept. */
  readonly bytesPerSecondMax?: number;
  /** How long a connection may be without gossipsub in both directions. Default 5 s. */
  readonly graceMs?: number;
}

/** What concerns the libp2p node below. */
type EngineOption = 'secretKey' | 'listen' | 'wires' | 'connectionsMax';

/** Complete and checked. */
export interface ResolvedBridgeOptions extends Required<Omit<GossipsubBridgeOptions, EngineOption>> {
  /** For the libp2p node below. */
  readonly engine: ResolvedOptions;
}

const nothing = (): void => undefined;

/** Fills in defaults. Throws a `MeshError` of code `invalid-options` that names every violation. */
export function resolveBridgeOptions(options: GossipsubBridgeOptions): ResolvedBridgeOptions {
  const bridge = {
    peers: options.peers ?? [],
    topics: [...new Set(options.topics)],
    validate: options.validate,
    reputationOf: options.reputationOf,
    onMessage: options.onMessage,
    onRefused: options.onRefused ?? nothing,
    isBridge: options.isBridge ?? (() => false),
    onEcho: options.onEcho ?? nothing,
    messageBytesMax: options.messageBytesMax ?? messageBytesMax,
    messagesPerSecondMax: options.messagesPerSecondMax ?? 2_000,
    bytesPerSecondMax: options.bytesPerSecondMax ?? 4 * 1024 * 1024,
    graceMs: options.graceMs ?? 5_000,
  };
  const { secretKey, listen, connectionsMax = 64, wires = 'both' } = options;
  const engine = resolveOptions({ secretKey, listen, connectionsMax, wires }, [checked(bridge)]);
  return Object.freeze({ ...bridge, engine });
}

function checked(bridge: Omit<ResolvedBridgeOptions, 'engine'>): OptionCheck {
  const check = new OptionCheck('gossipsub');
  check.holds(bridge.topics.length > 0, 'topics must name at least one topic');
  check.holds(bridge.topics.length <= limits.topicsMax, `topics must be at most ${limits.topicsMax}`);
  for (const topic of bridge.topics) {
    const bytes = encodeText(topic).length;
    const isTopic = topic.isWellFormed() && bytes > 0 && bytes <= topicBytesMax;
    check.holds(isTopic, `topics must have 1 to ${topicBytesMax} bytes, not ${topic}`);
  }
  check.holds(bridge.peers.length <= limits.keptPeersMax, `peers must be at most ${limits.keptPeersMax}`);
  for (const text of bridge.peers) {
    const isNamed = parseAddress(text)?.peer !== undefined;
    check.holds(isNamed, `peers must be QUIC or TCP addresses with /p2p/<id>, not ${text}`);
  }
  check.integer('messageBytesMax', bridge.messageBytesMax, 1, messageBytesMax);
  check.integer('messagesPerSecondMax', bridge.messagesPerSecondMax, 2, 1_000_000);
  check.integer('bytesPerSecondMax', bridge.bytesPerSecondMax, 2 * bridge.messageBytesMax, 1024 * 1024 * 1024);
  return check.integer('graceMs', bridge.graceMs, 100, 600_000);
}
