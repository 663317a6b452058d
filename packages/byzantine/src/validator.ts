/**
 * Who may be believed. An offence seen on an authenticated link bans its peer for a while: the link ends, and what the peer
 * hands us is left out. When the ban is over it stands at half and recovers with time. First-hand only; nothing of it is told to
 * others, so nobody can be slandered.
 */
import {
  noPeer,
  reputationMin,
  type Effects,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type Offence,
  type PeerIndex,
  type Standing,
} from '@murmuration/protocol';
import type { ByzantineOptions } from './options.ts';

export class Validator implements Standing {
  readonly #options: ByzantineOptions;
  readonly #context: ModuleContext;
  readonly #banned: Int32Array;
  readonly #bannedUntilMs: Float64Array;
  /** A mesh without offenders asks no table. */
  #hasBans = false;

  constructor(options: ByzantineOptions, context: ModuleContext) {
    this.#options = options;
    this.#context = context;
    this.#banned = context.allocator.int32('byzantine.banned', options.bansMax).fill(noPeer);
    this.#bannedUntilMs = context.allocator.float64('byzantine.banned-until', options.bansMax);
  }

  isBanned(node: NodeIndex, peer: PeerIndex, now: Millis): boolean {
    return this.#wellForMs(node, peer, now) < 0;
  }

  /** 0 while banned; then from `reputationMin` up to 1 as time passes. */
  reputationOf(node: NodeIndex, peer: PeerIndex, now: Millis): number {
    const wellForMs = this.#wellForMs(node, peer, now);
    if (wellForMs < 0) return 0;
    return Math.min(1, reputationMin + (1 - reputationMin) * (wellForMs / this.#options.recoverMs));
  }

  onOffence(node: NodeIndex, peer: PeerIndex, offence: Offence, now: Millis, effects: Effects): void {
    this.#ban(node, peer, now);
    this.#context.observer.offenceSeen(node, peer, offence);
    this.#context.changes.offenceSeen(node, peer, offence);
    effects.disconnect(node, peer, 'offence');
  }

  /** A banned peer that comes back is sent away again; false then. */
  onLinkUp(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): boolean {
    if (!this.isBanned(node, peer, now)) return true;
    effects.disconnect(node, peer, 'offence');
    return false;
  }

  /** Time since the end of a peer's ban, negative before it; for ever where there was none. */
  #wellForMs(node: NodeIndex, peer: PeerIndex, now: Millis): number {
    if (!this.#hasBans) return Infinity;
    const start = node * this.#options.bansMax;
    for (let cell = start; cell < start + this.#options.bansMax; cell++) {
      if (this.#banned[cell] === peer) return now - (this.#bannedUntilMs[cell] as number);
    }
    return Infinity;
  }

  #ban(node: NodeIndex, peer: PeerIndex, now: Millis): void {
    const cell = this.#cellFor(node, peer);
    this.#hasBans = true;
    this.#banned[cell] = peer;
    this.#bannedUntilMs[cell] = now + this.#options.banMs;
  }

  /** The peer's own cell, so that nobody crowds out others by repeating itself; else that of the oldest ban. */
  #cellFor(node: NodeIndex, peer: PeerIndex): number {
    const start = node * this.#options.bansMax;
    let oldest = start;
    for (let cell = start; cell < start + this.#options.bansMax; cell++) {
      if (this.#banned[cell] === peer) return cell;
      if ((this.#bannedUntilMs[cell] as number) < (this.#bannedUntilMs[oldest] as number)) oldest = cell;
    }
    return oldest;
  }
}
