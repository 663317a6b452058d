/**
 * A part of the nodes in synchronous rounds. A round has three phases: all call, all answer and take, all take the answers. A node reads what
 * it knew when the round began and changes only itself, in its own turn, so what it learns in a round is told in the next: rounds in place
 * would be faster than theory. Partners are chosen and batches judged by the daemon's own `pickPartners` and `Frontier`.
 */
import { Frontier, pickPartners } from '@murmuration/gossip';
import {
  accept, Allocator, bytes, millis, mix32, noPeer, random32,
  type BatchHeader, type Bytes, type Epoch, type NodeIndex, type PeerIndex, type Sequence,
} from '@murmuration/protocol';
import { Everybody } from './everybody.ts';
import { Inbox } from './inbox.ts';
import { Mailboxes } from './mailboxes.ts';
import { isSilent, nodesOf, originOf, streamSeed, type EpidemicPlan, type Range } from './plan.ts';
import { never, noTallies, SharedState, type SharedBuffers, type Tallies } from './shared-state.ts';

/** Size of the rumour in its log: a signed batch of one small update. */
export const rumourBytes: Bytes = bytes(200);
/** All of a round happens at once, and a frontier asks for the time only to hold young batches back, which rounds do not. */
const atOnce = millis(0);

export class Shard {
  readonly #index: number;
  readonly #plan: EpidemicPlan;
  readonly #range: Range;
  readonly #state: SharedState;
  readonly #everybody: Everybody;
  readonly #frontier: Frontier;
  readonly #rumour: BatchHeader;
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
    this.#everybody = new Everybody(plan.nodes);
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
    this.#rumour = {
      author, epoch: 1 as Epoch, firstSequence: 1 as Sequence, count: 1, hash32: mix32(plan.seed), bytes: rumourBytes,
    };
    // Beside the columns a node has a stamp of two bytes and a trace of four.
    this.#counts.stateBytes = (allocator.bytesPerNode + 2 + 4) * allocator.nodes;
    this.#settle();
  }

  /** First phase: who has something to say or to ask calls its partners. */
  call(round: number): void {
    const { mode, fanout, seed } = this.#plan;
    this.#calls.open();
    const draw = { seed, node: 0 as NodeIndex, step: round };
    const partners: number[] = [];
    for (let node = this.#range.first; node < this.#range.end; node++) {
      const knows = this.#knows(node);
      // Who lacks something cannot know it and asks anyway; who would only push, and has nothing, keeps quiet.
      if (this.#silentAt(node) || (mode === 'push' && !knows)) continue;
      draw.node = node as NodeIndex;
      pickPartners(this.#everybody, draw, fanout, noPeer, partners);
      for (const partner of partners) this.#sendCall(node, partner as PeerIndex, round, knows);
    }
    this.#calls.close();
  }

  /** Second phase: the called answer by what they knew, then take what was brought. */
  answer(round: number): void {
    const { mode } = this.#plan;
    this.#answers.open();
    this.#inbox.sort(this.#calls.received());
    this.#eachReader(round, (node, first, end) => {
      const lacked = !this.#knows(node);
      if (mode !== 'push') for (let at = first; at < end; at++) this.#sendAnswer(node, at, round, lacked);
      // Equal digests end an exchange: who knew is brought nothing.
      if (mode !== 'pull' && lacked) this.#take(node, this.#copies(first, end), round);
    });
    this.#answers.close();
  }

  /** Third phase: the callers take what the answers bring. */
  take(round: number): void {
    this.#inbox.sort(this.#answers.received());
    this.#eachReader(round, (node, first, end) => this.#take(node, this.#copies(first, end), round));
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

  #sendCall(node: number, partner: PeerIndex, round: number, knows: boolean): void {
    this.#counts.calls += 1;
    if (this.#isLost(this.#callLoss, node, round, partner)) return;
    this.#calls.write(this.#shardOf(partner), partner, node, knows);
  }

  /** The answer is a digest, with the batch where the caller lacks it; only that one changes anything, and travels here. */
  #sendAnswer(node: number, letter: number, round: number, lacked: boolean): void {
    if (this.#silentAt(node)) return;
    const word = this.#inbox.words[letter] as number;
    const caller = word >>> 1;
    this.#counts.answers += 1;
    const brings = !lacked && (word & 1) === 0;
    if (this.#isLost(this.#answerLoss, caller, round, node) || !brings) return;
    this.#answers.write(this.#shardOf(caller), caller, node, true);
  }

  /** Gives each node that has letters its turn, in ascending order, and keeps the trace. */
  #eachReader(round: number, read: (node: number, first: number, end: number) => void): void {
    const { starts } = this.#inbox;
    const first = this.#range.first;
    for (let cell = 0; cell + 1 < starts.length; cell++) {
      const start = starts[cell] as number;
      const end = starts[cell + 1] as number;
      if (start === end) continue;
      this.#trace(first + cell, start, end, round);
      read(first + cell, start, end);
    }
    this.#counts.letters += starts.at(-1) as number;
  }

  #trace(node: number, start: number, end: number, round: number): void {
    const { words } = this.#inbox;
    const when = Math.imul(round, 0x85ebca77);
    let hash = this.#state.trace[node] as number;
    for (let at = start; at < end; at++) hash = mix32(hash ^ Math.imul((words[at] as number) + 1, 0x9e3779b1) ^ when);
    this.#state.trace[node] = hash;
  }

  /** Letters that bring the batch. */
  #copies(start: number, end: number): number {
    const { words } = this.#inbox;
    let copies = 0;
    for (let at = start; at < end; at++) copies += (words[at] as number) & 1;
    return copies;
  }

  #take(node: number, copies: number, round: number): void {
    this.#counts.copies += copies;
    // The daemon's question before any crypto: is this batch the next of its log?
    if (copies === 0 || this.#frontier.judge((node - this.#range.first) as NodeIndex, this.#rumour) !== accept) return;
    this.#counts.taught += 1;
    this.#learn(node, round);
  }

  #learn(node: number, round: number): void {
    this.#frontier.advance((node - this.#range.first) as NodeIndex, this.#rumour, atOnce);
    this.#state.learnedAt[node] = round;
    if (!this.#silentAt(node)) this.#counts.honestInformed += 1;
  }

  /** By the stamp of the frontier's last move, which costs two bytes to read where the frontier costs a search. */
  #knows(node: number): boolean {
    return this.#state.learnedAt[node] !== never;
  }

  #silentAt(node: number): boolean {
    return this.#isSilent[node - this.#range.first] === 1;
  }

  #isLost(seed: number, caller: number, round: number, called: number): boolean {
    if (this.#lossBelow === 0 || random32(seed, caller, round, called) >= this.#lossBelow) return false;
    this.#counts.lost += 1;
    return true;
  }

  #shardOf(node: number): number {
    const { nodes, shards } = this.#plan;
    // The inverse of `nodesOf`, which rounds down where ranges begin.
    return Math.floor(((node + 1) * shards - 1) / nodes);
  }

  #publish(): void {
    this.#state.publish(this.#index, this.#counts);
  }
}
