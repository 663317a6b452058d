/**
 * The libp2p node of a bridge, apart from that of the mesh: its connections, strangers and backlogs count against
 * limits of their own, and a gossipsub network that floods us does so without touching one link of the mesh.
 */
import { gossipsub, StrictSign, type GossipSub, type GossipsubMessage } from '@libp2p/gossipsub';
import { identify, type Identify } from '@libp2p/identify';
import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface';
import { forgetPeer, startEngine, type Engine } from '../libp2p/engine.ts';
import { upgradeTimeoutMs } from '../libp2p/limits.ts';
import * as limits from './limits.ts';
import type { ResolvedBridgeOptions } from './options.ts';
import { scoreParameters, scoreThresholds } from './score.ts';

type Services = { readonly identify: Identify; readonly pubsub: GossipSub };

/** What gossipsub's class offers beside its interface: handling one RPC and checking one message of it, made to be overridden. */
interface RpcHandler {
  handleReceivedRpc(from: Libp2pPeerId, rpc: unknown): Promise<void>;
  validateReceivedMessage(from: Libp2pPeerId, message: unknown): Promise<{ readonly code: string; readonly error?: string }>;
}

/** Gossipsub on its engine. It listens and subscribes to nothing yet. */
export class Router {
  readonly engine: Engine<Services>;
  readonly pubsub: GossipSub;

  constructor(engine: Engine<Services>) {
    this.engine = engine;
    this.pubsub = engine.node.services.pubsub;
    engine.node.addEventListener('connection:close', ({ detail }) => this.#forget(detail));
  }

  /** Everybody to whom there is a connection. */
  get connected(): Libp2pPeerId[] {
    return this.engine.node.getPeers();
  }

  /** Closes all connections to the peer at once. */
  cut(peer: Libp2pPeerId, reason: string): void {
    for (const connection of this.engine.node.getConnections(peer)) connection.abort(new Error(reason));
  }

  /** True while gossipsub counts the peer as one of its own. */
  hasPeer(peer: Libp2pPeerId): boolean {
    return this.pubsub.getPeers().some((each) => each.equals(peer));
  }

  /**
   * The open gossipsub streams of a peer. They are looked up, because libp2p's stream middleware runs the handlers of
   * earlier streams again (libp2p 3.3.11 appends each to the list that it keeps).
   */
  streams(peer: Libp2pPeerId): Stream[] {
    const all = this.engine.node.getConnections(peer).flatMap(({ streams }) => streams);
    return all.filter(({ protocol, status }) => status === 'open' && this.pubsub.protocols.includes(protocol));
  }

  /** Puts `around` between gossipsub's decoder and what it does with an RPC. */
  aroundRpc(around: (from: Libp2pPeerId, handle: () => Promise<void>) => Promise<void>): void {
    const handler = this.pubsub as unknown as RpcHandler;
    const handle = handler.handleReceivedRpc.bind(handler);
    handler.handleReceivedRpc = (from, rpc) => around(from, () => handle(from, rpc));
  }

  /** Tells of messages that gossipsub itself refuses: without signature or sequence number, or with a false one. It costs their sender. */
  onMalformed(tell: (from: Libp2pPeerId, error: string) => void): void {
    const handler = this.pubsub as unknown as RpcHandler;
    const validate = handler.validateReceivedMessage.bind(handler);
    handler.validateReceivedMessage = async (from, message) => {
      const result = await validate(from, message);
      if (result.code === 'invalid' && result.error !== undefined) tell(from, result.error);
      return result;
    };
  }

  /** Shows every message of a peer that was accepted. */
  onMessage(show: (message: GossipsubMessage) => void): void {
    this.pubsub.addEventListener('gossipsub:message', ({ detail }) => show(detail));
  }

  #forget(connection: Connection): void {
    const isLast = this.engine.node.getConnections(connection.remotePeer).length === 0;
    if (isLast) forgetPeer(this.engine, connection);
  }
}

/** Starts the node. */
export async function startRouter(options: ResolvedBridgeOptions, onQuicAcceptError: () => void): Promise<Router> {
  const services = {
    identify: identify({ timeout: upgradeTimeoutMs, runOnLimitedConnection: false }),
    pubsub: gossipsub({ ...behavior(options), ...bounds(options) }),
  };
  const { pingIntervalMs, earlyStreamsMax } = limits;
  const extras = { services, pingIntervalMs, earlyStreamsMax };
  return new Router(await startEngine<Services>(options.engine, onQuicAcceptError, extras));
}

type GossipsubInit = NonNullable<Parameters<typeof gossipsub>[0]>;

function behavior({ topics, reputationOf }: ResolvedBridgeOptions): GossipsubInit {
  return {
    // Identity is author and sequence number, never content.
    globalSignaturePolicy: StrictSign,
    emitSelf: false,
    // A mesh that nobody listens to over there is no error.
    allowPublishToZeroTopicPeers: true,
    // Straight to every subscriber: no forwarder can keep back what the mesh says.
    floodPublish: true,
    // It forwards everything to everybody (CVE-2026-86040).
    fallbackToFloodsub: false,
    doPX: false,
    // One RPC of a peer after the other, and in it one message: order, and a bound on verifications at a time.
    awaitRpcHandler: true,
    awaitRpcMessageHandler: true,
    scoreParams: scoreParameters(topics, reputationOf),
    scoreThresholds,
    heartbeatInterval: limits.heartbeatMs,
  };
}

function bounds({ topics }: ResolvedBridgeOptions): GossipsubInit {
  const most = limits.rpcEntriesMax;
  return {
    allowedTopics: new Set(topics),
    maxTopicBytesPerPeer: limits.topicBytesPerPeerMax,
    maxInboundDataLength: limits.rpcBytesMax,
    maxOutboundBufferSize: limits.outboundBufferBytesMax,
    maxInboundStreams: limits.streamsPerPeerMax,
    maxOutboundStreams: limits.streamsPerPeerMax,
    decodeRpcLimits: {
      maxSubscriptions: most,
      maxMessages: most,
      maxIhaveMessageIDs: limits.rpcIdsMax,
      maxIwantMessageIDs: limits.rpcIdsMax,
      maxIdontwantMessageIDs: limits.rpcIdsMax,
      maxControlMessages: most,
      // Peer exchange is off; a prune may name some all the same.
      maxPeerInfos: 16,
    },
    seenTTL: limits.seenTtlMs,
    mcacheLength: limits.cachedHeartbeats,
    mcacheGossip: limits.gossipedHeartbeats,
  };
}
