/**
 * Nodes of js-libp2p's gossipsub as a swarm, with the library's defaults: signed messages, six eager peers, flood publish. Its fast
 * message id is switched on, so that a known message costs no signature, and its penalty for neighbors of one address is off. The
 * overlay is random, with as many links as ours.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { quic } from '@chainsafe/libp2p-quic';
import { gossipsub, type GossipSub } from '@libp2p/gossipsub';
import { identify, type Identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import { pickBelow, random32 } from '@murmuration/protocol';
import type { Arrivals, Swarm, Wire } from './swarm.ts';

type Plain = Libp2p<{ identify: Identify; pubsub: GossipSub }>;

const topic = 'bench';
const listenOn: Record<Wire, string> = { quic: '/ip4/127.0.0.1/udp/0/quic-v1', tcp: '/ip4/127.0.0.1/tcp/0' };
/** The fewest eager peers of gossipsub: with fewer known subscribers its mesh cannot stand. */
const eagerMin = 4;
const heartbeatMs = 1_000;
const heartbeats = 5;
const joinMsMax = 120_000;
const lookMs = 100;

export class GossipsubSwarm implements Swarm {
  readonly count: number;
  readonly #wire: Wire;
  readonly #links: number;
  readonly #seed: number;
  readonly #nodes: Plain[] = [];
  #all = 0;
  #first = 0;

  constructor(count: number, wire: Wire, links: number, seed: number) {
    this.count = count;
    this.#wire = wire;
    this.#links = links;
    this.#seed = seed;
  }

  async join(): Promise<void> {
    while (this.#nodes.length < this.count) await this.#add(this.#nodes.length);
    for (const { services } of this.#nodes) services.pubsub.subscribe(topic);
    const deadline = performance.now() + joinMsMax;
    while (!this.#nodes.every(({ services }) => services.pubsub.getSubscribers(topic).length >= eagerMin)) {
      if (performance.now() > deadline) throw new Error(`after ${joinMsMax} ms not all gossipsub nodes know ${eagerMin} subscribers`);
      await pause(lookMs);
    }
    // Meshes are built and trimmed at heartbeats.
    await pause(heartbeats * heartbeatMs);
  }

  async publish(node: number, payload: Uint8Array): Promise<unknown> {
    return (this.#nodes[node] as Plain).services.pubsub.publish(topic, payload);
  }

  onDelivery(listener: (node: number, payload: Uint8Array) => void): void {
    this.#nodes.forEach((node, index) => node.services.pubsub.addEventListener('message', ({ detail }) => {
      this.#first++;
      listener(index, detail.data);
    }));
  }

  /** In messages. */
  arrivals(): Arrivals {
    return { first: this.#first, all: this.#all };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  /** Links are made by both ends, so each dials half of its own. */
  async #add(index: number): Promise<void> {
    const node = await this.#start();
    const wanted = Math.min(index, Math.ceil(this.#links / 2));
    const others = new Set<number>();
    for (let draw = 0; others.size < wanted; draw++) others.add(pickBelow(random32(this.#seed, index, draw, 0), index));
    for (const other of others) await node.dial((this.#nodes[other] as Plain).getMultiaddrs());
    this.#nodes.push(node);
  }

  #start(): Promise<Plain> {
    return createLibp2p({
      addresses: { listen: [listenOn[this.#wire]] },
      transports: [this.#wire === 'tcp' ? tcp() : quic()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionManager: { maxConnections: 4 * this.#links, inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 1_000 },
      services: {
        identify: identify(),
        pubsub: gossipsub({
          // All nodes share one address here: with more than ten such neighbors a node would shut them out of its mesh, and soon ignore them.
          scoreParams: { IPColocationFactorWeight: 0 },
          // Asked once for each copy that arrives.
          fastMsgIdFn: ({ from, seqno }) => {
            this.#all++;
            return `${Buffer.from(from ?? []).toString('latin1')}${Buffer.from(seqno ?? []).toString('latin1')}`;
          },
        }),
      },
    });
  }
}
