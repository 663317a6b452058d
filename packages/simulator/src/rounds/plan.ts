/**
 * One rumour over N nodes in rounds, as it is told to every worker: plain data, so that it can cross to a thread. Who is silent and where the
 * rumour starts follow from the seed; ranges of nodes follow from the number of workers and change nothing else.
 */
import { mix32, pickBelow, random32 } from '@murmuration/protocol';

/** Who hands over in an exchange: the caller, the called, or both. */
export type EpidemicMode = 'push' | 'pull' | 'push-pull';

/** What is run. */
export interface EpidemicPlan {
  readonly nodes: number;
  readonly mode: EpidemicMode;
  /** Partners of a node in a round. */
  readonly fanout: number;
  /** Chance of each leg, there and back, to be lost. */
  readonly loss: number;
  /** Share of the nodes that take and never call nor answer. */
  readonly silent: number;
  readonly seed: number;
  readonly workers: number;
  /** The run ends here whether all know or not. */
  readonly roundsMax: number;
}

/** A contiguous range of nodes; the end is not in it. */
export interface NodeRange {
  readonly first: number;
  readonly end: number;
}

/** What a seed is spent on: each purpose draws from a stream of its own. */
const streams = { origin: 0x0419, silence: 0x51e7, callLoss: 0xca11, answerLoss: 0xa115 } as const;

/** The seed of one stream of draws. */
export function streamSeed(seed: number, stream: keyof typeof streams): number {
  return mix32(mix32(seed) ^ streams[stream]);
}

/** The nodes of one worker. */
export function rangeOf({ nodes, workers }: EpidemicPlan, worker: number): NodeRange {
  return { first: Math.floor((worker * nodes) / workers), end: Math.floor(((worker + 1) * nodes) / workers) };
}

/** The node that knows before the first round. It is never silent. */
export function originOf({ seed, nodes }: EpidemicPlan): number {
  return pickBelow(random32(streamSeed(seed, 'origin'), 0, 0, 0), nodes);
}

/** Does this node take without ever giving? */
export function isSilent(plan: EpidemicPlan, node: number): boolean {
  if (plan.silent === 0 || node === originOf(plan)) return false;
  return random32(streamSeed(plan.seed, 'silence'), node, 0, 0) < plan.silent * 0x1_0000_0000;
}
