/** Ordinary gossipsub peers for tests, as the documentation of libp2p makes them: they know nothing of murmuration. */
import { quic } from '@chainsafe/libp2p-quic';
import { generateKeyPair, privateKeyFromRaw } from '@libp2p/crypto/keys';
import { gossipsub, type GossipSub, type Message } from '@libp2p/gossipsub';
import { identify, type Identify } from '@libp2p/identify';
import type { Libp2p, PrivateKey } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';

/** How a peer is made. */
export interface PlainOptions {
  readonly wire: 'quic' | 'tcp';
  readonly topic: string;
  /** Default: a new ed25519 key. */
  readonly privateKey?: PrivateKey;
}

const listen = { quic: '/ip4/127.0.0.1/udp/0/quic-v1', tcp: '/ip4/127.0.0.1/tcp/0' } as const;

/** One peer, subscribed to one topic. */
export class PlainPeer implements AsyncDisposable {
  /** Payloads as text, in order of arrival. */
  readonly heard: string[] = [];
  /** Who signed them. */
  readonly authors: string[] = [];
  readonly #node: Libp2p<{ identify: Identify; pubsub: GossipSub }>;
  readonly #topic: string;

  constructor(node: Libp2p<{ identify: Identify; pubsub: GossipSub }>, topic: string) {
    this.#node = node;
    this.#topic = topic;
    node.services.pubsub.addEventListener('message', ({ detail }) => this.#hear(detail));
    node.services.pubsub.subscribe(topic);
  }

  static async start({ wire, topic, privateKey }: PlainOptions): Promise<PlainPeer> {
    const node = await createLibp2p({
      privateKey: privateKey ?? (await generateKeyPair('Ed25519')),
      addresses: { listen: [listen[wire]] },
      transports: [wire === 'quic' ? quic() : tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) },
    });
    return new PlainPeer(node, topic);
  }

  get id(): string {
    return this.#node.peerId.toString();
  }

  /** With `/p2p/<id>`. */
  get addresses(): string[] {
    return this.#node.getMultiaddrs().map(String);
  }

  /** True once the other is known to follow the topic. */
  knows(id: string): boolean {
    return this.#node.services.pubsub.getSubscribers(this.#topic).some((peer) => peer.toString() === id);
  }

  async dial(addresses: readonly string[]): Promise<void> {
    await this.#node.dial(addresses.map((address) => multiaddr(address)));
  }

  async say(payload: string | Uint8Array): Promise<void> {
    const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
    await this.#node.services.pubsub.publish(this.#topic, bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node.stop();
  }

  #hear(message: Message): void {
    this.heard.push(new TextDecoder().decode(message.data));
    this.authors.push(message.type === 'signed' ? message.from.toString() : '');
  }
}

/** The gossipsub key of a 32-byte seed and its public key. */
export function keyOf(secretKey: Uint8Array, publicKey: Uint8Array): PrivateKey {
  return privateKeyFromRaw(Buffer.concat([secretKey, publicKey]));
}
