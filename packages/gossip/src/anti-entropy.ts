/**
 * Pairwise repair (Scuttlebutt, 2008): two nodes tell how far they know each log, or where there are many first find out of which
 * ranges, and send what the other lacks, within a byte budget. Logs that the other knows nothing of go first: in them it cannot even
 * follow what is pushed. What has only just come is held back: it is on its way to the other along the trees, and would be a copy too
 * many. A neighbor is answered a few times per round of ours: what it asks for beyond is left out.
 */
import {
  noPeer,
  noSequence,
  offTreeHops,
  random32,
  type Digest,
  type Effects,
  type FrontierMessage,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type RangesMessage,
  type Sequence,
} from '@murmuration/protocol';
import { noLog, type Frontier, type LogRow } from './frontier.ts';
import type { Links } from './links.ts';
import type { GossipOptions } from './options.ts';
import { RangeReconciliation, type LogLack } from './range-reconciliation.ts';

/** One log on its way to one neighbor, from where it stands. */
export interface LogDelta {
  readonly node: NodeIndex;
  readonly to: PeerIndex;
  readonly row: LogRow;
  readonly after: Sequence;
  readonly hops: number;
  readonly budget: number;
}

/** Sets the draws of nonces apart from others of the same moment. */
const nonceDraws = 0x6e6f_6e63;

export class AntiEntropy {
  readonly #frontier: Frontier;
  readonly #ranges: RangeReconciliation;
  readonly #links: Links;
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  /** When we last asked somebody, 0 before the first time, and whom. */
  readonly #askedAtMs: Float64Array;
  readonly #asked: Int32Array;

  constructor(frontier: Frontier, links: Links, options: GossipOptions, context: ModuleContext) {
    this.#frontier = frontier;
    this.#ranges = new RangeReconciliation(frontier);
    this.#links = links;
    this.#options = options;
    this.#context = context;
    this.#askedAtMs = context.allocator.float64('gossip.asked-at', 1);
    this.#asked = context.allocator.int32('gossip.asked-peer', 1);
  }

  /** Asks a neighbor for what it has and we lack, unless another was asked a moment ago: two would send the same. */
  ask(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): boolean {
    if (this.#isWaiting(node, now)) return false;
    this.#note(node, peer, now);
    if (this.#asksByRanges(node)) {
      const nonce = this.#nonceOf(node, peer);
      effects.send(node, peer, { type: 'ranges', isReply: false, nonce, ranges: this.#ranges.question(node, nonce) });
    } else {
      effects.send(node, peer, { type: 'frontier', entries: this.#frontier.entries(node), isReply: false });
    }
    return true;
  }

  /** Was this peer told what we know, so that what it sends now may cross with what others send? */
  isAsked(node: NodeIndex, peer: PeerIndex, now: Millis): boolean {
    return this.#asked[node] === peer && this.#isWaiting(node, now);
  }

  /** The neighbor that was asked gives: whoever else were asked now would give the same. */
  onGiven(node: NodeIndex, from: PeerIndex, now: Millis): void {
    if (this.isAsked(node, from, now)) this.#askedAtMs[node] = now;
  }

  /** Compares with one neighbor now, whoever was asked before. */
  reconcile(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): void {
    this.#askedAtMs[node] = 0;
    this.ask(node, peer, now, effects);
  }

  /**
   * Sends what the other lacks, and asks for what we lack, unless a question of ours is on its way to anybody. Of two questions that
   * cross, one by ranges is enough: it serves both.
   */
  onFrontier(node: NodeIndex, from: PeerIndex, message: FrontierMessage, now: Millis, effects: Effects): void {
    if (!this.#mayAnswer(node, from)) return;
    if (!message.isReply && this.isAsked(node, from, now) && this.#asksByRanges(node)) return;
    const theirs = this.#theirSequences(node, message);
    this.#sendMissing(node, from, theirs.lacks, now, effects);
    if (!theirs.hasMore || message.isReply || this.#isWaiting(node, now)) return;
    this.#note(node, from, now);
    effects.send(node, from, { type: 'frontier', entries: theirs.named.map((row) => this.#frontier.entryAt(node, row)), isReply: true });
  }

  /** Sends what is known by now that the other lacks, narrows the rest down, and asks for what we lack, if nobody else was asked. */
  onRanges(node: NodeIndex, from: PeerIndex, message: RangesMessage, now: Millis, effects: Effects): void {
    if (!this.#mayAnswer(node, from)) return;
    if (!message.isReply && this.#prevails(node, from, message.nonce, now)) return;
    const isWaiting = this.#isWaiting(node, now);
    const { ranges, lacks } = this.#ranges.answer(node, message, !isWaiting || this.#asked[node] === from);
    this.#sendMissing(node, from, lacks, now, effects);
    if (ranges.length === 0) return;
    if (!isWaiting) this.#note(node, from, now);
    effects.send(node, from, { type: 'ranges', isReply: true, nonce: message.nonce, ranges });
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
    return askedAtMs !== 0 && now - askedAtMs < this.#options.pullPatienceMs * this.#links.stretchOf(node);
  }

  #note(node: NodeIndex, peer: PeerIndex, now: Millis): void {
    this.#askedAtMs[node] = now;
    this.#asked[node] = peer;
  }

  #asksByRanges(node: NodeIndex): boolean {
    return this.#frontier.logCount(node) > this.#options.frontierLogsMax;
  }

  /** Who is no neighbor, or has been answered enough since our last round, gets no answer. */
  #mayAnswer(node: NodeIndex, peer: PeerIndex): boolean {
    if (this.#links.takeAnswer(node, peer)) return true;
    this.#context.observer.questionIgnored(node, peer);
    return false;
  }

  /** The nonce of the question that was asked last. */
  #nonceOf(node: NodeIndex, peer: PeerIndex): Digest {
    const step = Math.floor((this.#askedAtMs[node] as number) * 16) | 0;
    const draw = (index: number): number => random32(this.#context.seed ^ nonceDraws, node, step, 2 * peer + index);
    return { high: draw(0), low: draw(1) };
  }

  /** Two questions by ranges have crossed: that of the lower nonce goes on. Is it ours? */
  #prevails(node: NodeIndex, peer: PeerIndex, theirs: Digest, now: Millis): boolean {
    if (!this.isAsked(node, peer, now) || !this.#asksByRanges(node)) return false;
    const ours = this.#nonceOf(node, peer);
    return ours.high === theirs.high ? ours.low < theirs.low : ours.high < theirs.high;
  }

  /** What they lack, whether they know anything that we do not, and which of our logs they named. */
  #theirSequences(node: NodeIndex, { entries }: FrontierMessage): { lacks: LogLack[]; hasMore: boolean; named: LogRow[] } {
    const known = new Float64Array(this.#frontier.logCount(node));
    let hasMore = false;
    for (const { author, epoch, sequence } of entries) {
      const row = author === noPeer ? noLog : this.#frontier.rowOf(node, author, epoch);
      if (row !== noLog) known[row] = sequence;
      if (sequence > this.#frontier.sequenceAt(node, row)) hasMore = true;
    }
    const rows = Array.from(known, (_, row) => row as LogRow);
    return {
      lacks: rows.map((row) => ({ row, after: known[row] as Sequence })),
      hasMore,
      named: rows.filter((row) => known[row] !== noSequence),
    };
  }

  #sendMissing(node: NodeIndex, to: PeerIndex, lacks: readonly LogLack[], now: Millis, effects: Effects): void {
    let budget: number = this.#options.deltaBytesMax;
    for (const isUnknown of [true, false]) {
      for (const { row, after } of lacks) {
        if (budget <= 0 || (after === noSequence) !== isUnknown) continue;
        // Behind by what came a moment ago, and nothing else: the tree brings it.
        if (after >= this.#frontier.settledSequence(node, row, now)) continue;
        budget = this.sendLog({ node, to, row, after, hops: offTreeHops, budget }, effects);
      }
    }
  }
}
