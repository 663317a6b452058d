/**
 * Pairwise repair (Scuttlebutt, 2008): two nodes tell how far they know each log, and send what the other lacks, within a byte
 * budget. Logs that the other knows nothing of go first: in them it cannot even follow what is pushed. What has only just come is
 * held back: it is on its way to the other along the trees, and would be a copy too many.
 */
import {
  noPeer,
  noSequence,
  offTreeHops,
  type Effects,
  type FrontierMessage,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
} from '@murmuration/protocol';
import { noLog, type Frontier, type LogRow } from './frontier.ts';
import type { GossipOptions } from './options.ts';

/** One log on its way to one neighbor, from where it stands. */
export interface LogDelta {
  readonly node: NodeIndex;
  readonly to: PeerIndex;
  readonly row: LogRow;
  readonly after: Sequence;
  readonly hops: number;
  readonly budget: number;
}

export class AntiEntropy {
  readonly #frontier: Frontier;
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  /** When we last asked somebody, 0 before the first time, and whom. */
  readonly #askedAtMs: Float64Array;
  readonly #asked: Int32Array;

  constructor(frontier: Frontier, options: GossipOptions, context: ModuleContext) {
    this.#frontier = frontier;
    this.#options = options;
    this.#context = context;
    this.#askedAtMs = context.allocator.float64('gossip.asked-at', 1);
    this.#asked = context.allocator.int32('gossip.asked-peer', 1);
  }

  /** Asks a neighbor for what it has and we lack, unless another was asked a moment ago: two would send the same. */
  ask(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): boolean {
    if (this.#isWaiting(node, now)) return false;
    this.#tell(node, peer, false, now, effects);
    return true;
  }

  /** Was this peer told what we know, so that what it sends now may cross with what others send? */
  isAsked(node: NodeIndex, peer: PeerIndex, now: Millis): boolean {
    return this.#asked[node] === peer && this.#isWaiting(node, now);
  }

  /** Compares with one neighbor now, whoever was asked before. */
  reconcile(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): void {
    this.#askedAtMs[node] = 0;
    this.ask(node, peer, now, effects);
  }

  /** Sends what the other lacks, and asks for what we lack, unless a question of ours is on its way to anybody. */
  onFrontier(node: NodeIndex, from: PeerIndex, message: FrontierMessage, now: Millis, effects: Effects): void {
    const theirs = this.#theirSequences(node, message);
    this.#sendMissing(node, from, theirs.known, now, effects);
    if (theirs.hasMore && !message.isReply && !this.#isWaiting(node, now)) this.#tell(node, from, true, now, effects);
  }

  /** Sends one log from where they stand; answers what is left of the budget. The first batch goes even if it is larger. */
  sendLog({ node, to, row, after, hops, budget }: LogDelta, effects: Effects): number {
    const { author, epoch, sequence } = this.#frontier.entryAt(node, row);
    let left = budget;
    for (let next = after; next < sequence && left > 0; ) {
      const batch = this.#context.source.batchAfter(node, author, epoch, next);
      if (batch === undefined) return left;
      const { type, header, handle, place } = batch;
      // What does not fit ends the delta, but for the first: a batch above the budget would never go.
      if (header.bytes > left && left < this.#options.deltaBytesMax) return 0;
      effects.send(node, to, { type, header, handle, hops, place });
      left -= header.bytes;
      next = (header.firstSequence + header.count - 1) as Sequence;
    }
    return left;
  }

  #isWaiting(node: NodeIndex, now: Millis): boolean {
    const askedAtMs = this.#askedAtMs[node] as number;
    return askedAtMs !== 0 && now - askedAtMs < this.#options.pullPatienceMs;
  }

  #tell(node: NodeIndex, peer: PeerIndex, isReply: boolean, now: Millis, effects: Effects): void {
    this.#askedAtMs[node] = now;
    this.#asked[node] = peer;
    effects.send(node, peer, { type: 'frontier', entries: this.#frontier.entries(node), isReply });
  }

  /** What they know of each of our logs, and whether they know anything that we do not. */
  #theirSequences(node: NodeIndex, { entries }: FrontierMessage): { known: Float64Array; hasMore: boolean } {
    const known = new Float64Array(this.#frontier.logCount(node));
    let hasMore = false;
    for (const { author, epoch, sequence } of entries) {
      const row = author === noPeer ? noLog : this.#frontier.rowOf(node, author, epoch);
      if (row !== noLog) known[row] = sequence;
      if (sequence > this.#frontier.sequenceAt(node, row)) hasMore = true;
    }
    return { known, hasMore };
  }

  #sendMissing(node: NodeIndex, to: PeerIndex, known: Float64Array, now: Millis, effects: Effects): void {
    let budget: number = this.#options.deltaBytesMax;
    for (const isUnknown of [true, false]) {
      for (let row = 0 as LogRow; row < known.length && budget > 0; row++) {
        const after = known[row] as Sequence;
        if ((after === noSequence) !== isUnknown) continue;
        // Behind by what came a moment ago, and nothing else: the tree brings it.
        if (after >= this.#frontier.settledSequence(node, row, now)) continue;
        budget = this.sendLog({ node, to, row, after, hops: offTreeHops, budget }, effects);
      }
    }
  }
}
