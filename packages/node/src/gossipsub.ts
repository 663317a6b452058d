/**
 * The convenience entry for a mesh that shares topics with ordinary libp2p gossipsub peers: a bridge beside the node, with an identity
 * and sockets of its own, that ends with the node (D4).
 */
import { accept, type PeerId, type Verdict } from '@murmuration/protocol';
import {
  gossipsubBridge, isMessageId, type BridgeHealth, type ForeignMessage, type GossipsubBridge, type GossipsubBridgeOptions,
} from '@murmuration/transport/gossipsub';
import { BridgeFlow } from './bridge-flow.ts';
import type { BridgePort } from './bridge-port.ts';
import { BridgeRoster } from './bridge-roster.ts';
import { NodeError } from './errors.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNode } from './public-node.ts';

/** Options that go to the gossipsub side as they are. */
type ForeignOption = 'peers' | 'wires' | 'connectionsMax' | 'messagesPerSecondMax' | 'bytesPerSecondMax' | 'onRefused';

/** Options of `bridgeTopics`. */
export interface BridgeTopicsOptions extends Pick<GossipsubBridgeOptions, 'topics' | ForeignOption> {
  /** Multiaddrs to listen on. Default: an ephemeral port of loopback, for each wire. An empty list only dials. */
  readonly listen?: readonly string[];
  /** 32-byte ed25519 seed: who the bridge is over there. Default: derived from the node's own secret. */
  readonly secretKey?: Uint8Array;
  /** Decides about a foreign message whose signature, size and sender's reputation are in order. Default: all are accepted. */
  readonly validate?: (message: ForeignMessage) => Verdict;
}

/** For status and metrics. */
export interface TopicBridgeHealth extends Pick<BridgeHealth, 'listeners' | 'peers' | 'kept'> {
  /** Who it is over there. */
  readonly id: PeerId;
  readonly addresses: readonly string[];
  readonly topics: readonly string[];
  /** Foreign messages that it said in the mesh. */
  readonly bridgedIn: number;
  /** Messages of the mesh that it published to at least one gossipsub peer. */
  readonly bridgedOut: number;
  /** Messages, both ways, that it held back until another bridge of the mesh had carried them. */
  readonly leftToOthers: number;
  /** What was turned away or could not cross, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** A running bridge. */
export interface TopicBridge extends AsyncDisposable {
  readonly id: PeerId;
  /** What gossipsub peers can dial. */
  readonly addresses: readonly string[];
  health(): TopicBridgeHealth;
  /** Closes everything and leaves the topics to other bridges; idempotent. Closing the node does the same. */
  close(): Promise<void>;
}

/**
 * Shares topics with gossipsub peers: what anybody says on one of them in the mesh is published over there under the bridge's identity,
 * and what is published there is said here by this node, with its id as `origin`. One bridge for each node. Rejects with
 * `invalid-options`, `bridge-exists`, `closed`, as a write does, or with `address-in-use` or `listen-failed`.
 */
export async function bridgeTopics(node: MeshNode, options: BridgeTopicsOptions): Promise<TopicBridge> {
  const violation = 'the node must come from createMeshNode or startNode';
  if (!(node instanceof LivingNode)) throw new NodeError('invalid-options', violation, { violations: [violation] });
  const port = node.bridgePort;
  const opened = Promise.withResolvers<Bridge | undefined>();
  const detach = port.attach(async () => (await opened.promise)?.close());
  try {
    const bridge = await open(node, port, options, detach);
    opened.resolve(bridge);
    return bridge;
  } catch (error) {
    detach();
    opened.resolve(undefined);
    throw error;
  }
}

const loopback: readonly string[] = ['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0'];

/** Begins to listen, then to be one of the bridges, then to speak. */
async function open(node: MeshNode, port: BridgePort, options: BridgeTopicsOptions, detach: () => void): Promise<Bridge> {
  const { secretKey = port.bridgeSecret(), validate = () => accept, listen = loopback, ...rest } = options;
  const topics = [...new Set(options.topics)];
  const roster = new BridgeRoster(node, port, topics);
  const flow = new BridgeFlow(port, roster);
  let foreign: GossipsubBridge | undefined;
  try {
    const opened = await gossipsubBridge({
      ...rest,
      secretKey,
      listen,
      topics,
      validate,
      reputationOf: (peer) => roster.reputationOf(peer),
      isBridge: (author) => roster.isBridge(author),
      onMessage: (message) => flow.bringIn(message),
      onEcho: (message) => flow.echo(message),
    });
    foreign = opened;
    await roster.announce(port.signerOf(secretKey));
    flow.open(new Set(topics), { isMessageId, publish: (topic, bytes, how) => opened.publish(topic, bytes, how) });
    return new Bridge({ topics, roster, flow, foreign, detach });
  } catch (error) {
    roster.close();
    await flow.close();
    await foreign?.stop();
    throw error;
  }
}

interface BridgeParts {
  readonly topics: readonly string[];
  readonly roster: BridgeRoster;
  readonly flow: BridgeFlow;
  readonly foreign: GossipsubBridge;
  /** The node ends without us from now on. */
  readonly detach: () => void;
}

class Bridge implements TopicBridge {
  readonly #parts: BridgeParts;
  #closed: Promise<void> | undefined;

  constructor(parts: BridgeParts) {
    this.#parts = parts;
  }

  get id(): PeerId {
    return this.#parts.foreign.self;
  }

  get addresses(): readonly string[] {
    return this.#parts.foreign.addresses;
  }

  health(): TopicBridgeHealth {
    const { topics, flow, foreign } = this.#parts;
    const { listeners, peers, kept, published, refused } = foreign.health();
    const { bridgedIn, leftToOthers, failed } = flow.counts();
    return {
      id: this.id,
      addresses: this.addresses,
      topics,
      listeners,
      peers,
      kept,
      bridgedIn,
      bridgedOut: published,
      leftToOthers,
      refused: { ...refused, ...failed },
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { roster, flow, foreign, detach } = this.#parts;
    await flow.close();
    // The claims last: until then the others take our words for those of a bridge.
    await foreign.stop().finally(() => roster.withdraw()).finally(detach);
  }
}

export type { BridgeRefusal, ForeignMessage } from '@murmuration/transport/gossipsub';
