/** Many living nodes in this process, joined through a few of them: the daemon's code without its disk. */
import { setTimeout as pause } from 'node:timers/promises';
import { createMeshNode, presenceKey, type Identity, type MeshNode, type MeshNodeOptions } from '@murmuration/node';
import { frameBytesMax, pickBelow, random32 } from '@murmuration/protocol';
import type { Transport } from '@murmuration/transport';
import { libp2pTransport } from '@murmuration/transport/libp2p';
import { memoryNetwork } from '@murmuration/transport/memory';
import { ChecksOnce } from './checks-once.ts';
import { Tally } from './tally.ts';

export type Wire = 'memory' | 'quic' | 'tcp';

/** What a fleet is made of. */
export interface FleetOptions {
  readonly count: number;
  readonly wire: Wire;
  /** Links that a node keeps. */
  readonly neighborsMax: number;
  /** Members that a node keeps in its table. */
  readonly membersMax: number;
  readonly seed: number;
  /** Hears how the join goes. */
  readonly onProgress?: (line: string) => void;
}

/** Key of a network that lives for one run. */
const networkKey = '5e'.repeat(32);
/** Nodes that all others know at first. */
const bootstrapsMax = 8;
const bootstrapsPerNode = 2;
/** Nodes that start at one time; the next ones wait until everybody has heard of these. */
const startsAtOnce = 50;
/** One machine, a small region: GOSSIP's figures are for 1 to 10 ms. */
const latencyMs: readonly [number, number] = [1, 10];
const lookMs = 50;
/** Beyond these the join has failed, and the bench says with what. */
const joinMsMax = 20_000;
const joinMsMaxPerNode = 1_000;

export class Fleet implements AsyncDisposable {
  readonly nodes: MeshNode[] = [];
  readonly tally: Tally = new Tally();
  readonly #options: FleetOptions;
  readonly #scheme = new ChecksOnce();
  readonly #makeTransport: (identity: Identity) => Transport;
  /** How many names of others each node has heard. */
  readonly #names: number[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#makeTransport = options.wire === 'memory' ? memoryTransports(options.seed) : libp2pTransports(options.wire);
  }

  /** Starts all and resolves when each knows each: its name has arrived everywhere. */
  async join(): Promise<void> {
    const { count, onProgress } = this.#options;
    while (this.nodes.length < count) {
      // The first stands alone; as many start at one time as there are to meet.
      const wave = Math.min(Math.max(1, this.nodes.length), startsAtOnce, count - this.nodes.length);
      const started = await Promise.all(Array.from({ length: wave }, (_, i) => this.#start(this.nodes.length + i)));
      this.nodes.push(...started);
      if (this.nodes.length > 1) await this.#until('links', () => started.every(isLinked));
      // One thread does the work of all: a wave that waits until the one before has been heard of costs less in the end.
      await this.#until('names', () => this.#names.every((known) => known === this.nodes.length));
      onProgress?.(`${this.nodes.length} of ${count} nodes know each other`);
    }
    this.#scheme.endJoin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  async #start(index: number): Promise<MeshNode> {
    const node = await createMeshNode({
      networkKey,
      transport: (identity) => this.tally.counted(this.#makeTransport(identity)),
      bootstrap: this.#bootstrapsOf(index),
      name: `node-${index}`,
      mesh: this.#meshOptions(),
      observer: this.tally.observer,
      scheme: this.#scheme,
    });
    // Its own name, which it wrote before anybody could listen.
    this.#names[index] = node.registers({ keyPrefix: presenceKey }).length;
    node.on('register-changed', ({ key }) => {
      if (key === presenceKey) this.#names[index] = (this.#names[index] as number) + 1;
    });
    return node;
  }

  #bootstrapsOf(index: number): readonly string[] {
    const known = Math.min(bootstrapsMax, this.nodes.length);
    return Array.from({ length: Math.min(bootstrapsPerNode, known) }, (_, draw) =>
      this.nodes[pickBelow(random32(this.#options.seed, index, draw, 0), known)] as MeshNode)
      .flatMap(({ addresses }) => addresses);
  }

  #meshOptions(): NonNullable<MeshNodeOptions['mesh']> {
    const { membersMax, neighborsMax } = this.#options;
    return { peerRegistry: { neighborsMax, membersMax, connectsPerLookMax: Math.min(8, neighborsMax) } };
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const patienceMs = joinMsMax + joinMsMaxPerNode * this.#options.count;
    const deadline = performance.now() + patienceMs;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`after ${patienceMs} ms not all nodes have ${what}: ${this.#lack()}`);
      await pause(lookMs);
    }
  }

  /** Why a join hangs, in numbers. */
  #lack(): string {
    const counts = this.#names.toSorted((a, b) => a - b);
    const counters = this.nodes.flatMap((node) => Object.entries(node.status().counters));
    const sums = Map.groupBy(counters, ([name]) => name);
    const reasons = Array.from(sums, ([name, each]) => `${name} ${each.reduce((sum, [, count]) => sum + count, 0)}`);
    return `a node knows ${counts[0]} to ${counts.at(-1)} of ${counts.length} names; all nodes count ${reasons.join(', ')}`;
  }
}

function isLinked(node: MeshNode): boolean {
  return Object.values(node.status().links).some((links) => links > 0);
}

function memoryTransports(seed: number): (identity: Identity) => Transport {
  const network = memoryNetwork({ seed, latencyMs });
  return ({ peer, publicKey }) => network.transport({ peer, publicKey, frameBytesMax });
}

function libp2pTransports(wires: Exclude<Wire, 'memory'>): (identity: Identity) => Transport {
  const listen = [wires === 'quic' ? '/ip4/127.0.0.1/udp/0/quic-v1' : '/ip4/127.0.0.1/tcp/0'];
  return ({ secretKey }) => libp2pTransport({ secretKey, frameBytesMax, wires, listen });
}
