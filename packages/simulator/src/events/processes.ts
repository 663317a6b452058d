/**
 * Which node of the mesh each peer of a cell runs as, in which epoch, and by which clock. A peer's first process is the node of its
 * number; a restart takes a fresh node, as a fresh process takes fresh memory.
 */
import { assert, millis, random32, type Epoch, type Millis } from '@murmuration/protocol';

/** The node of a peer that does not run. */
export const noNode = -1;

const draws = { rate: 13, offset: 14 } as const;
/** Processes start at different times, so their monotonic clocks tell different hours. */
const clockOffsetMaxMs = 3_600_000;

export interface ProcessOptions {
  readonly peers: number;
  readonly restartsMax: number;
  /** Of the cell's first node in the run. */
  readonly first: number;
  readonly seed: number;
  /** Largest share by which a clock runs fast or slow; with 0 all tell the time of the run. */
  readonly clockSkew: number;
}

export class Processes {
  readonly #isRunning: Uint8Array;
  readonly #nodeOf: Int16Array;
  readonly #peerOf: Int16Array;
  readonly #epochOf: Uint32Array;
  readonly #isSkewed: boolean;
  readonly #clockRate: Float64Array;
  readonly #clockOffsetMs: Float64Array;
  #nodesUsed: number;

  constructor({ peers, restartsMax, first, seed, clockSkew }: ProcessOptions) {
    const nodes = peers + restartsMax;
    this.#isRunning = new Uint8Array(nodes);
    this.#nodeOf = new Int16Array(peers).fill(noNode);
    this.#peerOf = new Int16Array(nodes);
    this.#epochOf = new Uint32Array(peers);
    this.#nodesUsed = peers;
    this.#isSkewed = clockSkew > 0;
    const shareOf = (what: number) => (_: number, node: number): number => random32(seed, first + node, 0, what) / 2 ** 32;
    const drawn = (what: number): Float64Array => new Float64Array(this.#isSkewed ? nodes : 0).map(shareOf(what));
    this.#clockRate = drawn(draws.rate).map((share) => 1 + clockSkew * (2 * share - 1));
    this.#clockOffsetMs = drawn(draws.offset).map((share) => Math.floor(share * clockOffsetMaxMs));
  }

  /** Does the process of this node run? */
  runs(node: number): boolean {
    return this.#isRunning[node] === 1;
  }

  nodeOf(peer: number): number {
    return this.#nodeOf[peer] as number;
  }

  peerOf(node: number): number {
    return this.#peerOf[node] as number;
  }

  epochOf(peer: number): Epoch {
    return this.#epochOf[peer] as Epoch;
  }

  /** A process begins, one epoch later than the one before; answers its node. */
  begin(peer: number): number {
    assert(this.nodeOf(peer) === noNode, 'a peer runs once');
    const node = this.epochOf(peer) === 0 ? peer : this.#nodesUsed++;
    assert(node < this.#isRunning.length, 'the cell has fresh nodes for all restarts');
    this.#nodeOf[peer] = node;
    this.#peerOf[node] = peer;
    this.#isRunning[node] = 1;
    this.#epochOf[peer] = this.epochOf(peer) + 1;
    return node;
  }

  /** A process is gone; answers the node that it was. */
  end(peer: number): number {
    const node = this.nodeOf(peer);
    assert(node !== noNode, 'only who runs can stop');
    this.#isRunning[node] = 0;
    this.#nodeOf[peer] = noNode;
    return node;
  }

  /** What the clock of a node tells at a time of the run. */
  clockOf(node: number, nowMs: number): Millis {
    return millis(this.#isSkewed ? nowMs * (this.#clockRate[node] as number) + (this.#clockOffsetMs[node] as number) : nowMs);
  }

  /** In how many whole milliseconds of the run a time of a node's clock is over. */
  lastsMs(node: number, ownMs: number): number {
    return Math.ceil(this.#isSkewed ? ownMs / (this.#clockRate[node] as number) : ownMs);
  }
}
