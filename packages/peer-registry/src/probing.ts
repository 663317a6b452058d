/**
 * SWIM's probe over links: each period one neighbor is pinged; where it is silent, helpers ask too and it is pinged again on the
 * link itself; who has not answered when the period ends is accused. An answer carries its subject's incarnation, and a ping
 * to a suspect the suspicion, so that it can refute. Stale timers and answers do not fit the token.
 */
import {
  jittered,
  millis,
  noPeer,
  random32,
  type AckMessage,
  type Effects,
  type Millis,
  type NackMessage,
  type NodeIndex,
  type PeerIndex,
  type PingRequestMessage,
  type ProbeOutcome,
  type Timer,
} from '@murmuration/protocol';
import type { Claims } from './claims.ts';
import { noRow, selfRow } from './columns.ts';
import { failedProbeCost, type LocalHealth } from './local-health.ts';
import type { Members } from './members.ts';
import { draw32, draws, type Parts } from './parts.ts';
import { helpersWanted, nackAfterMs, probeEndMs, probeTimeoutMs, streamPingAfterMs, streamPingsMax } from './probe-rules.ts';
import type { Sampling } from './sampling.ts';

/** Nodes that began together do not go on probing together. */
const jitterShare = 0.1;
/** The lowest bit of a token tells the second ping of a probe, on the link itself, from the first. */
const secondPing = 1;

type ProbeTimer = Timer & { readonly type: 'probe-indirectly' | 'end-probe' };

export class Probing {
  readonly #parts: Parts;
  readonly #claims: Claims;
  readonly #members: Members;
  readonly #health: LocalHealth;
  readonly #sampling: Sampling;

  constructor(parts: Parts, claims: Claims, members: Members, health: LocalHealth, sampling: Sampling) {
    this.#parts = parts;
    this.#claims = claims;
    this.#members = members;
    this.#health = health;
    this.#sampling = sampling;
  }

  /** The next period begins. A probe over a slow path may still run; then this period has none of its own. */
  onPeriod(node: NodeIndex, now: Millis, effects: Effects): void {
    const { probes } = this.#parts;
    this.#health.onPeriod(node);
    const periodMs = this.#periodMs(node);
    const delayMs = jittered(periodMs, jitterShare, draw32(this.#parts, node, draws.probeDelay));
    effects.setTimer(node, millis(delayMs), { type: 'probe-next' });
    if (probes.isRunning(node)) return;
    const peer = this.#sampling.next(node);
    if (peer === noPeer) return;
    const token = this.#begin(node, peer, now, effects);
    const rttMs = this.#parts.neighbors.rttMs(node, peer);
    const timeoutMs = Math.min(this.#timeoutMs(node, peer) * this.#health.stretch(node), probeEndMs(periodMs, rttMs));
    effects.setTimer(node, millis(timeoutMs), { type: 'probe-indirectly', peer, token });
    this.#ping(node, peer, token, effects);
  }

  /** Its link failed: helpers are asked at once whether it is there, and can tell it of the suspicion. */
  onLinkFailed(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): void {
    if (this.#parts.probes.isRunning(node) || this.#parts.neighbors.count(node) === 0) return;
    const token = this.#begin(node, peer, now, effects);
    this.#askHelpers(node, peer, token, now, effects);
  }

  /** What is not linked any more cannot answer. */
  forget(node: NodeIndex, peer: PeerIndex): void {
    const { probes } = this.#parts;
    if (probes.isRunning(node) && probes.peer(node) === peer) probes.setPhase(node, 'none');
  }

  /** Our loop stood still: the probe that ran is no evidence. */
  onStall(node: NodeIndex): void {
    this.#parts.probes.setPhase(node, 'none');
  }

  onTimer(node: NodeIndex, timer: ProbeTimer, now: Millis, effects: Effects): void {
    const { probes } = this.#parts;
    if (!probes.is(node, timer.peer, timer.token) || !probes.isRunning(node)) return;
    if (timer.type === 'end-probe') return this.#fail(node, timer.peer, now, effects);
    if (probes.phase(node) === 'direct') {
      probes.noteDirect(node, false);
      this.#askHelpers(node, timer.peer, timer.token, now, effects);
    }
    this.#pingAgain(node, timer, now, effects);
  }

  onPing(node: NodeIndex, from: PeerIndex, token: number, effects: Effects): void {
    const { columns, probes } = this.#parts;
    if (columns.memberCount(node) === 0 || columns.stateAt(node, selfRow) === 'left') return;
    const { peer, epoch, incarnation } = this.#claims.claimAt(node, selfRow);
    effects.send(node, from, { type: 'ack', token, target: peer, epoch, incarnation, lagMs: probes.lagMs(node) });
  }

  /** Asks for another. Where we have no link to the target we say at once that we are well. */
  onPingRequest(node: NodeIndex, from: PeerIndex, { token, target }: PingRequestMessage, effects: Effects): void {
    const { columns, neighbors, probes } = this.#parts;
    if (columns.memberCount(node) === 0) return;
    if (target === columns.peerAt(node, selfRow)) return this.onPing(node, from, token, effects);
    if (!neighbors.has(node, target)) return effects.send(node, from, { type: 'nack', token, target });
    probes.addRelay(node, from, token);
    const timer = { type: 'send-nack' as const, peer: from, target, token };
    effects.setTimer(node, nackAfterMs(this.#timeoutMs(node, target)), timer);
    this.#ping(node, target, this.#relayToken(node, from, target, token), effects);
  }

  onNackTimer(node: NodeIndex, { peer, target, token }: Timer & { type: 'send-nack' }, effects: Effects): void {
    const relay = this.#parts.probes.findRelay(node, (asker, asked) => asker === peer && asked === token);
    // The target has answered, or newer requests have taken the place.
    if (relay >= 0) effects.send(node, peer, { type: 'nack', token, target });
  }

  onNack(node: NodeIndex, { token, target }: NackMessage): void {
    const { probes } = this.#parts;
    if (probes.is(node, target, token)) probes.noteNack(node);
  }

  /** An answer, direct or handed on by a helper. A newer incarnation counts as alive, whichever probe it answers. */
  onAck(node: NodeIndex, from: PeerIndex, ack: AckMessage, now: Millis, effects: Effects): void {
    const { probes, neighbors } = this.#parts;
    this.#members.hearAck(node, ack, now, effects);
    const isSecond = (ack.token & secondPing) !== 0;
    if (probes.is(node, ack.target, (ack.token & ~secondPing) >>> 0)) {
      const isDirect = from === ack.target;
      if (isDirect && !isSecond) neighbors.noteRtt(node, from, Math.max(now - probes.sentAt(node), ack.lagMs));
      if (probes.isRunning(node)) this.#succeed(node, ack.target, isDirect ? (isSecond ? 'stream' : 'direct') : 'helped');
    } else if (from === ack.target) {
      this.#handOn(node, ack, effects);
    }
  }

  #begin(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): number {
    const token = (draw32(this.#parts, node, draws.token) & ~secondPing) >>> 0;
    this.#parts.probes.begin(node, peer, token, now);
    const endMs = probeEndMs(this.#periodMs(node), this.#parts.neighbors.rttMs(node, peer));
    effects.setTimer(node, endMs, { type: 'end-probe', peer, token });
    return token;
  }

  #succeed(node: NodeIndex, peer: PeerIndex, outcome: ProbeOutcome): void {
    const { probes, context } = this.#parts;
    if (probes.phase(node) === 'direct') probes.noteDirect(node, true);
    probes.setPhase(node, 'over');
    this.#health.change(node, -1);
    context.observer.probeFinished(node, peer, outcome);
  }

  /** Accuses by the health we had: what the silence of helpers says about us counts from the next probe on. */
  #fail(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): void {
    const { probes, context } = this.#parts;
    probes.setPhase(node, 'over');
    context.observer.probeFinished(node, peer, 'failed');
    this.#accuse(node, peer, now, effects);
    this.#health.change(node, failedProbeCost(probes.helpers(node), probes.nacksMissing(node)));
  }

  #accuse(node: NodeIndex, peer: PeerIndex, now: Millis, effects: Effects): void {
    const { columns, neighbors } = this.#parts;
    const row = columns.rowOf(node, peer);
    // One whose link failed was accused for that; if it is alive again, others have heard from it since.
    if (row === noRow || !neighbors.has(node, peer)) return;
    const isLost = columns.stateAt(node, row) === 'alive' && this.#health.mayAccuse(node, now);
    if (isLost) this.#health.onLoss(node, neighbors.count(node), now);
    this.#members.accuse(node, row, 'probe-failed', now, effects);
  }

  /** Up to three pings more on the link itself: a stream loses nothing that waits long enough. */
  #pingAgain(node: NodeIndex, timer: ProbeTimer, now: Millis, effects: Effects): void {
    const { probes, neighbors } = this.#parts;
    const pings = probes.nextStreamPing(node);
    this.#ping(node, timer.peer, (timer.token | secondPing) >>> 0, effects);
    if (pings === streamPingsMax) return;
    const endMs = probeEndMs(this.#periodMs(node), neighbors.rttMs(node, timer.peer));
    effects.setTimer(node, streamPingAfterMs(pings, probes.sentAt(node) + endMs - now), timer);
  }

  #askHelpers(node: NodeIndex, target: PeerIndex, token: number, now: Millis, effects: Effects): void {
    const { probes, options } = this.#parts;
    const helpers = this.#sampling.helpers(node, target, helpersWanted(probes.directShare(node), options), now);
    for (const helper of helpers) {
      this.#warn(node, helper, target, effects);
      effects.send(node, helper, { type: 'ping-request', token, target });
    }
    probes.setPhase(node, 'helped');
    probes.setHelpers(node, helpers.length);
  }

  /** Hands an answer on to the one for whom we asked. */
  #handOn(node: NodeIndex, ack: AckMessage, effects: Effects): void {
    const { probes } = this.#parts;
    const relay = probes.findRelay(node, (asker, token) => this.#relayToken(node, asker, ack.target, token) === ack.token);
    if (relay < 0) return;
    effects.send(node, probes.relayAsker(node, relay), { ...ack, token: probes.relayToken(node, relay) });
    probes.endRelay(node, relay);
  }

  #ping(node: NodeIndex, peer: PeerIndex, token: number, effects: Effects): void {
    this.#warn(node, peer, peer, effects);
    effects.send(node, peer, { type: 'ping', token });
  }

  /** Tells of a suspicion, to its subject or to one who may reach it. */
  #warn(node: NodeIndex, to: PeerIndex, subject: PeerIndex, effects: Effects): void {
    const { columns } = this.#parts;
    const row = columns.rowOf(node, subject);
    if (row === noRow || columns.stateAt(node, row) !== 'suspect') return;
    effects.send(node, to, { type: 'claims', claims: [this.#claims.claimAt(node, row)] });
  }

  /** The token under which we ask for another: a keyed hash, so that nobody answers whom we did not ask. Its lowest bit is set. */
  #relayToken(node: NodeIndex, asker: PeerIndex, target: PeerIndex, token: number): number {
    return (random32(this.#parts.context.seed ^ token, node, asker, target) | secondPing) >>> 0;
  }

  #periodMs(node: NodeIndex): number {
    return this.#parts.options.probeIntervalMs * this.#health.stretch(node);
  }

  #timeoutMs(node: NodeIndex, peer: PeerIndex): Millis {
    return probeTimeoutMs(this.#parts.neighbors.rttMs(node, peer), this.#parts.options);
  }
}
