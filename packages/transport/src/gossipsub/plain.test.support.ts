/** Ordinary gossipsub peers, as the documentation of libp2p makes them, and bridges that write down what they see. */
import { setTimeout as sleep } from 'node:timers/promises';
import { quic } from '@chainsafe/libp2p-quic';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { gossipsub, type GossipSub, type SignedMessage } from '@libp2p/gossipsub';
import { identify, type Identify } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { accept, type PeerId } from '@murmuration/protocol';
import { createLibp2p } from 'libp2p';
import { expect } from 'vitest';
import type { Identity } from '../conformance.ts';
import type { Wire } from '../libp2p/addresses.ts';
import { identity } from '../libp2p/identity.test.support.ts';
import { gossipsubBridge } from './index.ts';
import type { BridgeRefusal, DeliveredMessage, GossipsubBridge, GossipsubBridgeOptions } from './index.ts';

export const topic: string = 'murmuration/test';
const patienceMs = 15_000;
const text = new TextDecoder();

/** Loopback, an ephemeral port. */
export const listenOn: Readonly<Record<Wire, string>> = {
  quic: '/ip4/127.0.0.1/udp/0/quic-v1',
  tcp: '/ip4/127.0.0.1/tcp/0',
};

/** Waits until it holds, or fails with its name. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 20) {
    if (waitedMs > patienceMs) expect.fail(`not within ${patienceMs} ms: ${what}`);
    await sleep(20);
  }
}

/** Waits long enough for a heartbeat of gossipsub, and what it sends, to have passed. */
export function heartbeat(): Promise<void> {
  return sleep(1_200);
}

/** An ordinary peer. */
export interface Plain {
  readonly peer: PeerId;
  readonly pubsub: GossipSub;
  readonly node: Libp2p<{ identify: Identify; pubsub: GossipSub }>;
  /** With `/p2p/<id>`. */
  readonly addresses: readonly string[];
  /** Payloads as text, in order of arrival. */
  readonly heard: string[];
  readonly messages: SignedMessage[];
  dial(addresses: readonly string[]): Promise<void>;
  say(payload: string | Uint8Array, to?: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one, subscribed to the topic. */
export async function plain(wire: Wire, { as = identity(), listen = listenOn[wire], topics = [topic] }: {
  readonly as?: Identity; readonly listen?: string; readonly topics?: readonly string[];
} = {}): Promise<Plain> {
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', as.secretKey),
    addresses: { listen: [listen] },
    transports: [wire === 'quic' ? quic() : tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) },
  });
  const { pubsub } = node.services;
  const messages: SignedMessage[] = [];
  const heard: string[] = [];
  pubsub.addEventListener('message', ({ detail }) => {
    messages.push(detail as SignedMessage);
    heard.push(text.decode(detail.data));
  });
  for (const each of topics) pubsub.subscribe(each);
  return {
    peer: as.peer, pubsub, node, heard, messages,
    addresses: node.getMultiaddrs().map(String),
    dial: async (addresses) => void (await node.dial(addresses.map((each) => multiaddr(each)))),
    say: async (payload, to = topic) => {
      await pubsub.publish(to, typeof payload === 'string' ? new TextEncoder().encode(payload) : payload);
    },
    stop: async () => void (await node.stop()),
  };
}

/** A bridge, and what it told. */
export interface Seen {
  readonly bridge: GossipsubBridge;
  readonly delivered: DeliveredMessage[];
  readonly refused: BridgeRefusal[];
  /** Payloads as text. */
  readonly heard: string[];
}

/** What a test wants otherwise. */
export type Wishes = Partial<GossipsubBridgeOptions> & { readonly as?: Identity };

/** Starts a bridge that trusts everybody, on the wire. */
export async function bridged(wire: Wire, options: Wishes = {}): Promise<Seen> {
  const { as = identity(), ...rest } = options;
  const [delivered, refused, heard]: [DeliveredMessage[], BridgeRefusal[], string[]] = [[], [], []];
  const bridge = await gossipsubBridge({
    secretKey: as.secretKey,
    listen: [listenOn[wire]],
    topics: [topic],
    validate: () => accept,
    reputationOf: () => 0.5,
    onMessage: (message) => {
      delivered.push(message);
      heard.push(text.decode(message.bytes));
    },
    onRefused: (refusal) => refused.push(refusal),
    ...rest,
  });
  return { bridge, delivered, refused, heard };
}

/** Waits until bridge and peer know that they share the topic. */
export async function acquainted({ bridge }: Seen, peer: Plain): Promise<void> {
  await until('the bridge knows the peer', () => bridge.peers(topic).includes(peer.peer));
  const isKnown = (): boolean => peer.pubsub.getSubscribers(topic).some((each) => each.toString() === bridge.self);
  await until('the peer knows the bridge', isKnown);
}
