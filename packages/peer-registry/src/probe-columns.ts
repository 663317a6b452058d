/** What a node remembers of probing: the probe that runs, how the last 64 went, whom it asks for others, and its own health. */
import { millis, noPeer, type Allocator, type Millis, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import { tickMs, ticksAt, ticksMask } from './columns.ts';
import type { PeerRegistryOptions } from './options.ts';

/** Where a probe is: the direct answer is awaited, or any; `over` still tells a late answer from a strange one. */
export type ProbePhase = 'none' | 'direct' | 'helped' | 'over';

const phases: readonly ProbePhase[] = ['none', 'direct', 'helped', 'over'];
const historyMax = 64;

/** Bits set in a word. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export class ProbeColumns {
  readonly #relaysMax: number;
  readonly #peer: Int32Array;
  readonly #token: Uint32Array;
  readonly #sentAt: Float64Array;
  readonly #phase: Uint8Array;
  readonly #streamPings: Uint8Array;
  readonly #nacksMissing: Uint8Array;
  readonly #helpers: Uint8Array;
  readonly #newer: Uint32Array;
  readonly #older: Uint32Array;
  readonly #historyCount: Uint8Array;
  readonly #relayAsker: Int32Array;
  readonly #relayToken: Uint32Array;
  readonly #relayNext: Uint8Array;
  readonly #health: Uint8Array;
  readonly #lagMs: Uint16Array;
  readonly #latenessMs: Uint8Array;
  /** In ticks modulo 2^16: after a quarter of an hour an old loss may for once pass for a new one. */
  readonly #lossesSince: Uint16Array;
  readonly #losses: Uint16Array;
  readonly #quietUntil: Float64Array;

  constructor(allocator: Allocator, { relaysMax }: PeerRegistryOptions) {
    this.#relaysMax = relaysMax;
    this.#peer = allocator.int32('registry.probe-peer', 1);
    this.#token = allocator.uint32('registry.probe-token', 1);
    this.#sentAt = allocator.float64('registry.probe-sent-at', 1);
    this.#phase = allocator.uint8('registry.probe-phase', 1);
    this.#streamPings = allocator.uint8('registry.probe-stream-pings', 1);
    this.#nacksMissing = allocator.uint8('registry.probe-nacks-missing', 1);
    this.#helpers = allocator.uint8('registry.probe-helpers', 1);
    this.#newer = allocator.uint32('registry.probe-newer', 1);
    this.#older = allocator.uint32('registry.probe-older', 1);
    this.#historyCount = allocator.uint8('registry.probe-count', 1);
    this.#relayAsker = allocator.int32('registry.relay-asker', relaysMax).fill(noPeer);
    this.#relayToken = allocator.uint32('registry.relay-token', relaysMax);
    this.#relayNext = allocator.uint8('registry.relay-next', 1);
    this.#health = allocator.uint8('registry.health', 1);
    this.#lagMs = allocator.uint16('registry.lag', 1);
    this.#latenessMs = allocator.uint8('registry.lateness', 1);
    this.#lossesSince = allocator.uint16('registry.losses-since', 1);
    this.#losses = allocator.uint16('registry.losses', 1);
    this.#quietUntil = allocator.float64('registry.quiet-until', 1);
  }

  begin(node: NodeIndex, peer: PeerIndex, token: number, now: Millis): void {
    this.#peer[node] = peer;
    this.#token[node] = token;
    this.#sentAt[node] = now;
    this.#streamPings[node] = 0;
    this.#nacksMissing[node] = 0;
    this.#helpers[node] = 0;
    this.setPhase(node, 'direct');
  }

  phase(node: NodeIndex): ProbePhase {
    return phases[this.#phase[node] as number] as ProbePhase;
  }

  setPhase(node: NodeIndex, phase: ProbePhase): void {
    this.#phase[node] = phases.indexOf(phase);
  }

  isRunning(node: NodeIndex): boolean {
    const phase = this.phase(node);
    return phase === 'direct' || phase === 'helped';
  }

  /** Is this the probe that runs, or that was the last to run? */
  is(node: NodeIndex, peer: PeerIndex, token: number): boolean {
    return this.phase(node) !== 'none' && this.#peer[node] === peer && this.#token[node] === token;
  }

  /** The member probed last. */
  peer(node: NodeIndex): PeerIndex {
    return this.#peer[node] as PeerIndex;
  }

  sentAt(node: NodeIndex): Millis {
    return millis(this.#sentAt[node] as number);
  }

  /** Counts a further ping on the link itself; the first is 1. */
  nextStreamPing(node: NodeIndex): number {
    const pings = (this.#streamPings[node] as number) + 1;
    this.#streamPings[node] = pings;
    return pings;
  }

  setHelpers(node: NodeIndex, helpers: number): void {
    this.#helpers[node] = helpers;
    this.#nacksMissing[node] = helpers;
  }

  helpers(node: NodeIndex): number {
    return this.#helpers[node] as number;
  }

  nacksMissing(node: NodeIndex): number {
    return this.#nacksMissing[node] as number;
  }

  noteNack(node: NodeIndex): void {
    this.#nacksMissing[node] = Math.max(0, this.nacksMissing(node) - 1);
  }

  /** Notes whether a direct answer came in time; the last 64 count. */
  noteDirect(node: NodeIndex, isAcked: boolean): void {
    const newer = this.#newer[node] as number;
    this.#older[node] = ((this.#older[node] as number) << 1) | (newer >>> 31);
    this.#newer[node] = (newer << 1) | (isAcked ? 1 : 0);
    this.#historyCount[node] = Math.min(historyMax, (this.#historyCount[node] as number) + 1);
  }

  /** Share of direct answers among the last 64 probes; 1 where there was none yet. */
  directShare(node: NodeIndex): number {
    const count = this.#historyCount[node] as number;
    return count === 0 ? 1 : (ones(this.#newer[node] as number) + ones(this.#older[node] as number)) / count;
  }

  /** Remembers for whom we ask. The oldest gives way. */
  addRelay(node: NodeIndex, asker: PeerIndex, token: number): void {
    const next = this.#relayNext[node] as number;
    this.#relayAsker[node * this.#relaysMax + next] = asker;
    this.#relayToken[node * this.#relaysMax + next] = token;
    this.#relayNext[node] = (next + 1) % this.#relaysMax;
  }

  /** The relay that fits, or -1. */
  findRelay(node: NodeIndex, fits: (asker: PeerIndex, token: number) => boolean): number {
    for (let relay = 0; relay < this.#relaysMax; relay++) {
      const asker = this.relayAsker(node, relay);
      if (asker !== noPeer && fits(asker, this.relayToken(node, relay))) return relay;
    }
    return -1;
  }

  relayAsker(node: NodeIndex, relay: number): PeerIndex {
    return this.#relayAsker[node * this.#relaysMax + relay] as PeerIndex;
  }

  relayToken(node: NodeIndex, relay: number): number {
    return this.#relayToken[node * this.#relaysMax + relay] as number;
  }

  endRelay(node: NodeIndex, relay: number): void {
    this.#relayAsker[node * this.#relaysMax + relay] = noPeer;
  }

  health(node: NodeIndex): number {
    return this.#health[node] as number;
  }

  setHealth(node: NodeIndex, score: number): void {
    this.#health[node] = score;
  }

  /** How far our loop lagged lately, at most 65,535; what is left of it. */
  lagMs(node: NodeIndex): Millis {
    return millis(this.#lagMs[node] as number);
  }

  setLagMs(node: NodeIndex, lagMs: number): void {
    this.#lagMs[node] = Math.min(0xffff, Math.round(lagMs));
  }

  /** How late our timers have been on average, at most 255; what is left of it. */
  latenessMs(node: NodeIndex): number {
    return this.#latenessMs[node] as number;
  }

  setLatenessMs(node: NodeIndex, latenessMs: number): void {
    this.#latenessMs[node] = Math.min(0xff, Math.round(latenessMs));
  }

  /** Counts a lost neighbor; answers how many were lost within the window. */
  noteLoss(node: NodeIndex, windowMs: number, now: Millis): number {
    const sinceMs = ((ticksAt(now) - (this.#lossesSince[node] as number)) & ticksMask) * tickMs;
    if ((this.#losses[node] as number) === 0 || sinceMs > windowMs) {
      this.#lossesSince[node] = ticksAt(now);
      this.#losses[node] = 0;
    }
    const losses = Math.min(0xffff, (this.#losses[node] as number) + 1);
    this.#losses[node] = losses;
    return losses;
  }

  quietUntil(node: NodeIndex): Millis {
    return millis(this.#quietUntil[node] as number);
  }

  /** Prolongs the time in which nobody is accused. */
  keepQuiet(node: NodeIndex, untilMs: number): void {
    this.#quietUntil[node] = Math.max(this.quietUntil(node), untilMs);
  }
}
