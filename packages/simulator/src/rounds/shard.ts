/**
 * A part of the nodes in synchronous rounds. A round has three phases: all call, all answer and take, all take the answers. A node reads what
 * it knew when the round began and changes only itself, in its own turn, so what it learns in a round is told in the next: rounds in place
 * would be faster than theory. Whether a batch is new, and what is known after it, the daemon's own `Frontier` says.
 */
import { Frontier } from '@murmuration/gossip';
import {
  accept, Allocator, bytes, millis, mix32, random32,
  type BatchHeader, type Bytes, type Epoch, type NodeIndex, type PeerIndex, type Sequence,
} from '@murmuration/protocol';
import { Inbox } from './inbox.ts';
import { Mailboxes } from './mailboxes.ts';
import { drawPartners } from './partners.ts';
import { isSilent, nodesOf, originOf, shardOf, streamSeed, type EpidemicPlan, type Range } from './plan.ts';
import { never, noTallies, SharedState, type SharedBuffers, type Tallies } from './shared-state.ts';
import { traceAfter } from './trace.ts';

/** Size of the rumor in its log: a signed batch of one small update. */
export const rumorBytes: Bytes = bytes(200);
/** All of a round happens at once, and a frontier asks for the time only to hold young batches back, which rounds do not. */
const atOnce = millis(0);

export class Shard {
  readonly #index: number;
  readonly #plan: EpidemicPlan;
  readonly #range: Range;
  readonly #state: SharedState;
  readonly #frontier: Frontier;
  readonly #rumor: BatchHeader;
  readonly #isSilent: Uint8Array;
  readonly #inbox: Inbox;
  readonly #calls: Mailboxes;
  readonly #answers: Mailboxes;
  readonly #callLoss: number;
  readonly #answerLoss: number;
  readonly #lossBelow: number;
  readonly #counts: Tallies = noTallies();

  constructor(index: number, plan: EpidemicPlan, buffers: SharedBuffers) {
    this.#index = index;
    this.#plan = plan;
    this.#range = nodesOf(plan, index);
    this.#state = new SharedState(buffers, plan);
    const allocator = new Allocator(this.#range.end - this.#range.first);
    // One log with one batch. Of a stranger's key a digest needs two words; here the number of the node stands for it.
    const tags = { highOf: (peer: PeerIndex) => mix32(peer), lowOf: (peer: PeerIndex) => mix32(~peer) };
    this.#frontier = new Frontier({ logsMax: 1, settleMs: millis(1) }, { allocator, tags });
    this.#isSilent = allocator.uint8('simulator.is-silent', 1);
    this.#inbox = new Inbox(this.#range);
    this.#calls = new Mailboxes(buffers.calls, index, plan.shards);
    this.#answers = new Mailboxes(buffers.answers, index, plan.shards);
    this.#callLoss = streamSeed(plan.seed, 'callLoss');
    this.#answerLoss = streamSeed(plan.seed, 'answerLoss');
    this.#lossBelow = plan.loss * 0x1_0000_0000;
    const author = originOf(plan) as PeerIndex;
    this.#rumor = {
      author, epoch: 1 as Epoch, firstSequence: 1 as Sequence, count: 1, hash48: mix32(plan.seed), bytes: rumorBytes,
    };
    // Beside the columns a node has a stamp of two bytes and a trace of four.
    this.#counts.stateBytes = (allocator.bytesPerNode + 2 + 4) * allocator.nodes;
    this.#settle();
  }

  /** First phase: who has something to say or to ask calls its partners. What the loop reads again and again stands in front of it. */
  call(round: number): void {
    const { nodes, shards, mode, fanout, seed } = this.#plan;
    const { first, end } = this.#range;
    const { learnedAt } = this.#state;
    const mail = this.#calls;
    const draw = { seed, node: first, round };
    const partners = new Int32Array(fanout);
    let calls = 0;
    mail.open();
    for (let node = first; node < end; node++) {
      // The stamp of the frontier's only move: two bytes to read, where the frontier itself costs a search.
      const knows = learnedAt[node] !== never;
      // Who lacks something cannot know it and asks anyway; who would only push, and has nothing, keeps quiet.
      if (this.#silentAt(node) || (mode === 'push' && !knows)) continue;
      draw.node = node;
      const count = drawPartners(nodes, draw, partners);
      calls += count;
      for (let index = 0; index < count; index++) {
        const partner = partners[index] as number;
        if (!this.#isLost(this.#callLoss, node, round, partner)) mail.write(shardOf(partner, nodes, shards), partner, node, knows);
      }
    }
    mail.close();
    this.#counts.calls += calls;
  }

  /** Second phase: the called answer by what they knew, then take what was brought. */
  answer(round: number): void {
    this.#answers.open();
    this.#inbox.sort(this.#calls.received());
    this.#read('calls', round);
    this.#answers.close();
  }

  /** Third phase: the callers take what the answers bring. */
  take(round: number): void {
    this.#inbox.sort(this.#answers.received());
    this.#read('answers', round);
    this.#publish();
  }

  #settle(): void {
    const { first, end } = this.#range;
    this.#state.learnedAt.fill(never, first, end);
    for (let node = first; node < end; node++) this.#isSilent[node - first] = isSilent(this.#plan, node) ? 1 : 0;
    this.#counts.honest = this.#isSilent.reduce((sum, silent) => sum + 1 - silent, 0);
    const origin = originOf(this.#plan);
    if (origin >= first && origin < end) this.#learn(origin, 0);
    this.#publish();
  }

  /** Each node that has letters gets its turn, in ascending order: it keeps its trace, answers, and only then takes. */
  #read(what: 'calls' | 'answers', round: number): void {
    const { mode } = this.#plan;
    const { first, end } = this.#range;
    const { starts, words } = this.#inbox;
    const { learnedAt, trace } = this.#state;
    for (let node = first; node < end; node++) {
      const start = starts[node - first] as number;
      const stop = starts[node - first + 1] as number;
      if (start === stop) continue;
      const lacked = learnedAt[node] === never;
      const answers = what === 'calls' && mode !== 'push' && !this.#silentAt(node);
      let hash = trace[node] as number;
      let copies = 0;
      for (let at = start; at < stop; at++) {
        const word = words[at] as number;
        hash = traceAfter(hash, word, round);
        copies += word & 1;
        if (answers) this.#sendAnswer(node, word, round, lacked);
      }
      trace[node] = hash;
      if (answers) this.#counts.answers += stop - start;
      // Equal digests end an exchange: a caller brings nothing to who knew. An answer was asked for, and its batch is on the way.
      if (copies > 0 && (what === 'answers' || (lacked && mode !== 'pull'))) this.#take(node, copies, round);
    }
    this.#counts.letters += starts.at(-1) as number;
  }

  /** The answer is a digest, with the batch where the caller lacks it; only that one changes anything, and travels here. */
  #sendAnswer(node: number, word: number, round: number, lacked: boolean): void {
    const caller = word >>> 1;
    const brings = !lacked && (word & 1) === 0;
    if (this.#isLost(this.#answerLoss, caller, round, node) || !brings) return;
    this.#answers.write(shardOf(caller, this.#plan.nodes, this.#plan.shards), caller, node, true);
  }

  #take(node: number, copies: number, round: number): void {
    this.#counts.copies += copies;
    // The daemon's question before any crypto: is this batch the next of its log?
    if (this.#frontier.judge((node - this.#range.first) as NodeIndex, this.#rumor, 'next') !== accept) return;
    this.#counts.taught += 1;
    this.#learn(node, round);
  }

  #learn(node: number, round: number): void {
    this.#frontier.advance((node - this.#range.first) as NodeIndex, this.#rumor, atOnce);
    this.#state.learnedAt[node] = round;
    if (!this.#silentAt(node)) this.#counts.honestInformed += 1;
  }

  #silentAt(node: number): boolean {
    return this.#isSilent[node - this.#range.first] === 1;
  }

  #isLost(seed: number, caller: number, round: number, called: number): boolean {
    if (this.#lossBelow === 0 || random32(seed, caller, round, called) >= this.#lossBelow) return false;
    this.#counts.lost += 1;
    return true;
  }

  #publish(): void {
    this.#state.publish(this.#index, this.#counts);
  }
}
