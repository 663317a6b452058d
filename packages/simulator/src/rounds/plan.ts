/**
 * One rumour over N nodes in rounds, as it is told to every worker: plain data, so that it can cross to a thread. Who is silent and where the
 * rumour starts follow from the seed. Into how many shards the nodes are cut, and which worker has which, changes nothing that is measured.
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
  /** Threads, at most as many as shards. */
  readonly workers: number;
  /** Contiguous parts of the nodes. */
  readonly shards: number;
  /** The run ends here whether all know or not. */
  readonly roundsMax: number;
}

/** Nodes of a shard whose columns and letters stay in a cache of a megabyte: sorting moves letters at random, which is slow beyond. */
const shardNodes = 65_536;
/** Every pair of shards has two mailboxes. */
const shardsMax = 32;

/** How many shards: as many for each worker, so that all have as much to do. */
export function shardsFor(nodes: number, workers: number): number {
  const wanted = Math.min(shardsMax, Math.ceil(nodes / shardNodes));
  return workers * Math.max(1, Math.ceil(wanted / workers));
}

/** A contiguous range; the end is not in it. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

/** What a seed is spent on: each purpose draws from a stream of its own. */
const streams = { origin: 0x0419, silence: 0x51e7, callLoss: 0xca11, answerLoss: 0xa115 } as const;

/** The seed of one stream of draws. */
export function streamSeed(seed: number, stream: keyof typeof streams): number {
  return mix32(mix32(seed) ^ streams[stream]);
}

/** The nodes of one shard. */
export function nodesOf({ nodes, shards }: Pick<EpidemicPlan, 'nodes' | 'shards'>, shard: number): Range {
  return part(nodes, shards, shard);
}

/** The shards of one worker. */
export function shardsOf({ workers, shards }: Pick<EpidemicPlan, 'workers' | 'shards'>, worker: number): Range {
  return part(shards, workers, worker);
}

function part(of: number, parts: number, index: number): Range {
  return { first: Math.floor((index * of) / parts), end: Math.floor(((index + 1) * of) / parts) };
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
