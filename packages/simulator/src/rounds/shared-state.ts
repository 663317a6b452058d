/**
 * What the workers of a run share: when each node learned, a trace per node, the tallies of each shard, the curve, and two words by which a
 * run is ended. Every cell has one writer; meetings of all workers order writes before reads.
 */
import { mix32 } from '@murmuration/protocol';
import { mailboxBuffers } from './mailboxes.ts';
import type { EpidemicPlan } from './plan.ts';

/** The round of who has not learned. */
export const never = 0xffff;

const tallyNames = ['honest', 'honestInformed', 'calls', 'answers', 'copies', 'taught', 'letters', 'lost', 'stateBytes'] as const;

/** What a shard counts: nodes, messages, batches, letters read, legs lost, bytes of columns. */
export type Tally = (typeof tallyNames)[number];
/** The counts of one shard. */
export type Tallies = Record<Tally, number>;

/** Nothing counted yet. */
export function noTallies(): Tallies {
  return { honest: 0, honestInformed: 0, calls: 0, answers: 0, copies: 0, taught: 0, letters: 0, lost: 0, stateBytes: 0 };
}

/** The shared memory of a run: what a thread is handed. */
export interface SharedBuffers {
  readonly learnedAt: SharedArrayBuffer;
  readonly trace: SharedArrayBuffer;
  readonly tallies: SharedArrayBuffer;
  readonly curve: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly barrier: SharedArrayBuffer;
  /** Calls and answers have boxes of their own, so that no phase writes what the one before is read from. */
  readonly calls: readonly SharedArrayBuffer[];
  readonly answers: readonly SharedArrayBuffer[];
}

/** Makes the memory of a run. */
export function shareBuffers(plan: EpidemicPlan): SharedBuffers {
  return {
    learnedAt: new SharedArrayBuffer(2 * plan.nodes),
    trace: new SharedArrayBuffer(4 * plan.nodes),
    tallies: new SharedArrayBuffer(8 * tallyNames.length * plan.shards),
    curve: new SharedArrayBuffer(4 * (plan.roundsMax + 1)),
    control: new SharedArrayBuffer(4 * 3),
    barrier: new SharedArrayBuffer(4 * 2),
    calls: mailboxBuffers(plan),
    answers: mailboxBuffers(plan),
  };
}

const stopWanted = 0;
const isStopped = 1;
const lastRound = 2;

/** The same memory, typed. */
export class SharedState {
  /** Round in which a node learned; 0 for the origin. */
  readonly learnedAt: Uint16Array;
  /** Hash over all letters that a node took, in their order. */
  readonly trace: Uint32Array;
  /** Honest nodes that know, by round. */
  readonly curve: Uint32Array;
  readonly #tallies: Float64Array;
  readonly #control: Int32Array;
  readonly #shards: number;
  readonly #roundsMax: number;

  constructor(buffers: SharedBuffers, { shards, roundsMax }: EpidemicPlan) {
    this.learnedAt = new Uint16Array(buffers.learnedAt);
    this.trace = new Uint32Array(buffers.trace);
    this.curve = new Uint32Array(buffers.curve);
    this.#tallies = new Float64Array(buffers.tallies);
    this.#control = new Int32Array(buffers.control);
    this.#shards = shards;
    this.#roundsMax = roundsMax;
  }

  /** Shows the others what a shard has counted so far. */
  publish(shard: number, counts: Tallies): void {
    for (const [column, name] of tallyNames.entries()) this.#tallies[shard * tallyNames.length + column] = counts[name];
  }

  /** Over all shards. */
  total(tally: Tally): number {
    const column = tallyNames.indexOf(tally);
    let sum = 0;
    for (let shard = 0; shard < this.#shards; shard++) sum += this.#tallies[shard * tallyNames.length + column] as number;
    return sum;
  }

  /** Asks the run to end with its present round. */
  stop(): void {
    Atomics.store(this.#control, stopWanted, 1);
  }

  /** One worker decides for all between two meetings, so that all end in the same round. */
  closeRound(round: number): void {
    this.curve[round] = this.total('honestInformed');
    this.#control[isStopped] = Atomics.load(this.#control, stopWanted);
    Atomics.store(this.#control, lastRound, round);
  }

  /** Rounds that are closed. */
  get rounds(): number {
    return Atomics.load(this.#control, lastRound);
  }

  get allKnow(): boolean {
    return this.total('honestInformed') === this.total('honest');
  }

  get isOver(): boolean {
    return this.allKnow || this.#control[isStopped] === 1 || this.rounds >= this.#roundsMax;
  }

  /** One number for the whole trace: nodes in ascending order, each with when it learned and all that it took. */
  stateHash(): string {
    let high = 0x6d75726d;
    let low = 0x7572617a;
    for (let node = 0; node < this.trace.length; node++) {
      high = mix32(high ^ (this.trace[node] as number));
      low = mix32((low + high) ^ (this.learnedAt[node] as number));
    }
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }
}
