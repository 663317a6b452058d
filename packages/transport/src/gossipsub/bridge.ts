/** The bridge between topics of the mesh and ordinary gossipsub peers, top to bottom. What crosses it is bytes. */
import type { GossipsubMessage } from '@libp2p/gossipsub';
import type { PeerId } from '@murmuration/protocol';
import { TransportError } from '../errors.ts';
import { Listeners, type OnRefused } from '../libp2p/listeners.ts';
import type { ListenerHealth } from '../transport.ts';
import { Admission, foreignMessage, isNamed } from './admission.ts';
import { Keeper, type KeeperPorts, type KeptPeer } from './keeper.ts';
import * as limits from './limits.ts';
import { isMessageId, messageId } from './message-id.ts';
import { resolveBridgeOptions, type GossipsubBridgeOptions, type ResolvedBridgeOptions } from './options.ts';
import { Origins } from './origins.ts';
import { Presence } from './presence.ts';
import { Refusals, type BridgeRefusalReason } from './refusals.ts';
import { startRouter, type Router } from './router.ts';

/** How to publish. */
export interface PublishOptions {
  /** Where the message came from. One that came from gossipsub, by the form of the id, is not sent back, only remembered. */
  readonly origin?: Uint8Array;
}

/** What became of it. */
export interface Published {
  readonly recipients: readonly PeerId[];
}

/** For status and metrics. */
export interface BridgeHealth {
  readonly listeners: readonly ListenerHealth[];
  /** Peers that can be heard and spoken to. */
  readonly peers: number;
  readonly kept: readonly KeptPeer[];
  /** Messages that went out to at least one peer. */
  readonly published: number;
  /** Messages that came in and were handed over. */
  readonly delivered: number;
  readonly refused: Readonly<Partial<Record<BridgeRefusalReason, number>>>;
}

/** A running bridge. */
export interface GossipsubBridge extends AsyncDisposable {
  /** Who it is, and signs as. */
  readonly self: PeerId;
  /** What others can dial, with the real ports and `/p2p/<id>`. */
  readonly addresses: readonly string[];
  /**
   * Signs the bytes and sends them to every subscriber; resolves with those whose buffers took them. The bytes are not
   * copied: do not change them. Rejects with a `TransportError` of code `oversized-message`, `topic-not-bridged`,
   * `queue-full` (retryable) or `not-started`.
   */
  publish(topic: string, bytes: Uint8Array, options?: PublishOptions): Promise<Published>;
  /** Who has subscribed to the topic. */
  peers(topic: string): readonly PeerId[];
  health(): BridgeHealth;
  /** Closes everything; idempotent. A timer of gossipsub runs for up to 1.3 s longer. */
  stop(): Promise<void>;
}

/**
 * Starts a bridge. Throws a `MeshError` of code `invalid-options`, rejects with a `TransportError` of code
 * `address-in-use` or `listen-failed`.
 */
export function gossipsubBridge(options: GossipsubBridgeOptions): Promise<GossipsubBridge> {
  return start(resolveBridgeOptions(options));
}

async function start(options: ResolvedBridgeOptions): Promise<GossipsubBridge> {
  const refusals = new Refusals(options.onRefused);
  const router = await startRouter(options, () => listeners.onQuicAcceptError());
  const onRefused: OnRefused = (reason, detail) => refusals.add({ reason, detail });
  const listeners: Listeners = new Listeners(router.engine, options.engine, onRefused);
  const bridge = new Bridge(options, router, listeners, refusals);
  try {
    await listeners.open();
  } catch (error) {
    await bridge.stop();
    throw error;
  }
  return bridge;
}

class Bridge implements GossipsubBridge {
  readonly self: PeerId;
  readonly #options: ResolvedBridgeOptions;
  readonly #router: Router;
  readonly #listeners: Listeners;
  readonly #refusals: Refusals;
  readonly #presence: Presence;
  readonly #keeper: Keeper;
  readonly #origins: Origins;
  readonly #timer: NodeJS.Timeout;
  #publishingBytes = 0;
  #published = 0;
  #delivered = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: ResolvedBridgeOptions, router: Router, listeners: Listeners, refusals: Refusals) {
    this.self = router.engine.self;
    this.#options = options;
    this.#router = router;
    this.#listeners = listeners;
    this.#refusals = refusals;
    this.#origins = new Origins(limits.originsMax);
    this.#presence = new Presence(router, refusals, options.graceMs);
    this.#keeper = new Keeper(options.peers, keeperPorts(router, this.#presence));
    this.#subscribe(new Admission(options, this.self, refusals));
    this.#timer = setInterval(() => this.#sweep(), limits.sweepMs);
    this.#sweep();
  }

  get addresses(): readonly string[] {
    return this.#listeners.addresses.map((address) => `${address}/p2p/${this.self}`);
  }

  async publish(topic: string, bytes: Uint8Array, { origin }: PublishOptions = {}): Promise<Published> {
    this.#checkPublish(topic, bytes);
    if (origin !== undefined && isMessageId(origin)) {
      this.#origins.note(origin);
      return { recipients: [] };
    }
    this.#publishingBytes += bytes.length;
    try {
      const { recipients } = await this.#router.pubsub.publish(topic, bytes);
      if (recipients.length > 0) this.#published += 1;
      return { recipients: recipients.map((peer) => peer.toString() as PeerId) };
    } finally {
      this.#publishingBytes -= bytes.length;
    }
  }

  peers(topic: string): readonly PeerId[] {
    return this.#router.pubsub.getSubscribers(topic).map((peer) => peer.toString() as PeerId);
  }

  health(): BridgeHealth {
    return {
      listeners: this.#listeners.health,
      peers: this.#presence.whole.length,
      kept: this.#keeper.kept,
      published: this.#published,
      delivered: this.#delivered,
      refused: this.#refusals.counts,
    };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#keeper.stop();
    await this.#listeners.close();
    await this.#router.engine.node.stop();
  }

  #subscribe(admission: Admission): void {
    const { pubsub } = this.#router;
    for (const topic of this.#options.topics) {
      pubsub.topicValidators.set(topic, (sender, message) => admission.judge(sender, message));
      pubsub.subscribe(topic);
    }
    this.#router.onMalformed((sender, detail) =>
      this.#refusals.add({ reason: 'malformed', detail, sender: sender.toString() as PeerId }));
    this.#router.onMessage((message) => this.#deliver(message));
  }

  #deliver({ propagationSource, msg }: GossipsubMessage): void {
    if (!isNamed(msg)) return;
    const message = { ...foreignMessage(propagationSource, msg), id: messageId(msg) };
    const isEcho = this.#options.isBridge(message.from);
    if (isEcho) this.#options.onEcho(message);
    if (isEcho || !this.#origins.note(message.id)) {
      const { sender, from: author } = message;
      this.#refusals.add({ reason: 'already-in-mesh', detail: isEcho ? 'said-by-a-bridge' : 'brought-in', sender, author });
      return;
    }
    this.#delivered += 1;
    this.#options.onMessage(message);
  }

  #checkPublish(topic: string, bytes: Uint8Array): void {
    const { topics, messageBytesMax } = this.#options;
    if (this.#stopped !== undefined) throw new TransportError('not-started', 'the bridge was stopped', {});
    if (!topics.includes(topic)) throw new TransportError('topic-not-bridged', `${topic} is not bridged`, { topic });
    if (bytes.length > messageBytesMax) {
      const details = { bytes: bytes.length, bytesMax: messageBytesMax };
      throw new TransportError('oversized-message', `${bytes.length} bytes exceed ${messageBytesMax}`, details);
    }
    const bytesMax = limits.publishBufferBytesMax;
    if (this.#publishingBytes + bytes.length <= bytesMax) return;
    throw new TransportError('queue-full', `${bytesMax} bytes wait to be published`, { bytesMax });
  }

  #sweep(): void {
    const nowMs = performance.now();
    this.#presence.sweep(nowMs);
    this.#keeper.sweep(nowMs);
  }
}

function keeperPorts(router: Router, presence: Presence): KeeperPorts {
  return {
    dial: (address, signal) => router.engine.node.dial(address, { signal }),
    get whole() {
      return presence.whole;
    },
    get connected() {
      return router.connected.map((peer) => peer.toString() as PeerId);
    },
  };
}
