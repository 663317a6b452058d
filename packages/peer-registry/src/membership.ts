/**
 * Who is there: the door to the registry of N nodes. Inputs go to the part that knows: `members.ts` merges what is claimed,
 * `probing.ts` finds out who answers, `suspicions.ts` judges, `views.ts` and `walks.ts` keep the overlay. Nobody is forgotten: the dead
 * are dialed for ever.
 */
import {
  assert,
  equalStanding,
  jittered,
  millis,
  type Effects,
  type Epoch,
  type Horizon,
  type Incarnation,
  type LinkDownCause,
  type LinkQuality,
  type MemberState,
  type MemberView,
  type Message,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type Standing,
  type Timer,
} from '@murmuration/protocol';
import { Claims } from './claims.ts';
import { noRow, selfRow, type Row } from './columns.ts';
import { LocalHealth } from './local-health.ts';
import { Members } from './members.ts';
import type { PeerRegistryOptions } from './options.ts';
import { draw32, draws, partsOf, type Parts } from './parts.ts';
import { PassiveView } from './passive-view.ts';
import { Probing } from './probing.ts';
import { sizeFromLeast } from './size-estimate.ts';
import { Suspicions } from './suspicions.ts';
import { Views } from './views.ts';
import { Walks } from './walks.ts';

/** The registry of N nodes. */
export class Membership implements Neighborhood, Horizon, LinkQuality {
  readonly #parts: Parts;
  readonly #claims: Claims;
  readonly #health: LocalHealth;
  readonly #suspicions: Suspicions;
  readonly #members: Members;
  readonly #passive: PassiveView;
  readonly #views: Views;
  readonly #walks: Walks;
  readonly #probing: Probing;

  constructor(options: PeerRegistryOptions, context: ModuleContext, standing: Standing = equalStanding) {
    this.#parts = partsOf(options, context, standing);
    this.#claims = new Claims(this.#parts);
    this.#health = new LocalHealth(this.#parts);
    this.#suspicions = new Suspicions(this.#parts, this.#claims);
    this.#passive = new PassiveView(this.#parts);
    this.#members = new Members(this.#parts, this.#claims, this.#health, this.#suspicions, this.#passive);
    this.#views = new Views(this.#parts, this.#passive);
    this.#walks = new Walks(this.#parts, this.#claims, this.#members, this.#views, this.#passive);
    this.#probing = new Probing(this.#parts, this.#claims, this.#members, this.#health, this.#views.sampling);
  }

  join(node: NodeIndex, self: PeerIndex, epoch: Epoch, effects: Effects): void {
    const { columns, options } = this.#parts;
    assert(columns.memberCount(node) === 0, 'a node joins once');
    columns.setClaim(node, columns.addRow(node, self), 'alive', epoch, 0 as Incarnation);
    effects.setTimer(node, options.maintainIntervalMs, { type: 'maintain-views' });
    this.#armShuffle(node, effects);
    effects.setTimer(node, options.probeIntervalMs, { type: 'probe-next' });
  }

  /** Our last word: `left`, told to every neighbor at once. */
  leave(node: NodeIndex, effects: Effects): void {
    const { epoch, incarnation } = this.#claims.claimAt(node, selfRow);
    this.#parts.columns.setClaim(node, selfRow, 'left', epoch, incarnation);
    this.#claims.sendOwn(node, effects);
  }

  /** A link is there. A neighbor hears all we believe, itself included, so that it can refute what is wrong. */
  onLinkUp(node: NodeIndex, peer: PeerIndex, rttMs: Millis, effects: Effects): void {
    if (!this.#views.admit(node, peer, effects)) return;
    if (rttMs > 0) this.#parts.neighbors.noteRtt(node, peer, rttMs);
    this.#claims.sendAll(node, peer, effects);
  }

  /** A link that failed is evidence against its peer; one that was closed in order, or replaced by a newer one, is none. */
  onLinkDown(node: NodeIndex, peer: PeerIndex, cause: LinkDownCause, now: Millis, effects: Effects): void {
    const { columns, neighbors } = this.#parts;
    const neighborsBefore = neighbors.count(node);
    this.#drop(node, peer);
    const row = columns.rowOf(node, peer);
    if (cause !== 'failed' || row === noRow || row === selfRow || !columns.isPresentAt(node, row)) return;
    this.#health.onLoss(node, neighborsBefore, now);
    this.#members.accuse(node, row, 'link-failed', now, effects);
    this.#probing.onLinkFailed(node, peer, now, effects);
  }

  /** An offender is no neighbor from now on; the end of its link follows. */
  onOffence(node: NodeIndex, peer: PeerIndex): void {
    this.#drop(node, peer);
  }

  /** Our own loop stood still: nothing that we did not hear in that time is evidence against anybody. */
  onStalled(node: NodeIndex, lagMs: Millis, now: Millis): void {
    this.#health.onStall(node, lagMs, now);
    this.#suspicions.forgive(node, lagMs, now);
    this.#probing.onStall(node);
  }

  /** Our timers are late again and again. That says nothing about others: all we wait for takes longer. */
  onLagging(node: NodeIndex, lagMs: Millis): void {
    this.#parts.probes.setLatenessMs(node, lagMs);
  }

  onMessage(node: NodeIndex, from: PeerIndex, message: Message, now: Millis, effects: Effects): void {
    // Before it joins a node is nobody, and hears nobody.
    if (this.#parts.columns.memberCount(node) === 0) return;
    switch (message.type) {
      case 'claims':
        return this.#members.hear(node, from, message.claims, now, effects);
      case 'ping':
        // Who pings us holds us for a neighbor: its word on the new link was lost, or has not been decided.
        this.#hearWish(node, from, false, effects);
        return this.#probing.onPing(node, from, message.token, effects);
      case 'ping-request':
        return this.#probing.onPingRequest(node, from, message, effects);
      case 'ack':
        return this.#probing.onAck(node, from, message, now, effects);
      case 'nack':
        return this.#probing.onNack(node, message);
      case 'neighbor':
        this.#hearWish(node, from, message.isUrgent, effects);
        if (message.isUrgent) this.#walks.introduce(node, from, effects);
        return;
      case 'forward-join':
        return this.#walks.onForwardJoin(node, from, message, now, effects);
      case 'shuffle':
        return this.#walks.onShuffle(node, from, message, now, effects);
      case 'shuffle-reply':
        return this.#walks.keep(node, from, message.claims, now, effects);
      default:
    }
  }

  onTimer(node: NodeIndex, timer: Timer, now: Millis, effects: Effects): void {
    const { columns } = this.#parts;
    if (columns.memberCount(node) === 0 || columns.stateAt(node, selfRow) === 'left') return;
    switch (timer.type) {
      case 'spread-claims':
        return this.#claims.spread(node, effects);
      case 'maintain-views':
        return this.#maintain(node, effects);
      case 'shuffle-views':
        this.#walks.shuffle(node, effects);
        return this.#armShuffle(node, effects);
      case 'probe-next':
        return this.#probing.onPeriod(node, now, effects);
      case 'probe-indirectly':
      case 'end-probe':
        return this.#probing.onTimer(node, timer, now, effects);
      case 'send-nack':
        return this.#probing.onNackTimer(node, timer, effects);
      case 'judge-suspicion':
      case 'declare-dead':
        return this.#members.onSuspicionTimer(node, timer, now, effects);
      default:
    }
  }

  neighborCount(node: NodeIndex): number {
    return this.#parts.neighbors.count(node);
  }

  neighborAt(node: NodeIndex, position: number): PeerIndex {
    return this.#parts.neighbors.at(node, position);
  }

  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    return this.#parts.neighbors.has(node, peer);
  }

  rttMsOf(node: NodeIndex, peer: PeerIndex): number {
    return this.#parts.neighbors.rttMs(node, peer);
  }

  stretchOf(node: NodeIndex): number {
    return this.#health.slowness(node);
  }

  /** Alive and suspected members, ourselves included; where the rows are full the sampler's estimate, if it is larger. */
  estimatedSize(node: NodeIndex): number {
    const { columns, options } = this.#parts;
    const present = columns.presentCount(node);
    if (present < options.membersMax) return present;
    return Math.max(present, Math.round(sizeFromLeast(this.#passive.sampler.leastHashes(node))));
  }

  /** Every row, for people and tests. */
  members(node: NodeIndex): MemberView[] {
    const { columns, neighbors } = this.#parts;
    return Array.from({ length: columns.memberCount(node) }, (_, row) => {
      const { accuser: _accuser, ...claim } = this.#claims.claimAt(node, row as Row);
      return { ...claim, isLinked: neighbors.has(node, claim.peer) };
    });
  }

  /** The state of one member, or undefined where it has no row. */
  stateOf(node: NodeIndex, peer: PeerIndex): MemberState | undefined {
    const row = this.#parts.columns.rowOf(node, peer);
    return row === noRow ? undefined : this.#parts.columns.stateAt(node, row);
  }

  /** Suspected by several observers for long enough that nothing new should be given to it. */
  isConfirmed(node: NodeIndex, peer: PeerIndex): boolean {
    const row = this.#parts.columns.rowOf(node, peer);
    return row !== noRow && this.#parts.columns.isConfirmedAt(node, row);
  }

  /** Our own health, 0 (well) to 7. */
  healthOf(node: NodeIndex): number {
    return this.#health.score(node);
  }

  /** Members kept as spare. */
  passiveView(node: NodeIndex): PeerIndex[] {
    return Array.from({ length: this.#passive.count(node) }, (_, position) => this.#passive.at(node, position));
  }

  #drop(node: NodeIndex, peer: PeerIndex): void {
    if (this.#views.drop(node, peer)) this.#probing.forget(node, peer);
  }

  #hearWish(node: NodeIndex, peer: PeerIndex, isUrgent: boolean, effects: Effects): void {
    if (this.#views.hearWish(node, peer, isUrgent, effects)) this.#claims.sendAll(node, peer, effects);
  }

  #maintain(node: NodeIndex, effects: Effects): void {
    const { columns, options } = this.#parts;
    effects.setTimer(node, options.maintainIntervalMs, { type: 'maintain-views' });
    const look = columns.nextLook(node);
    this.#views.maintain(node, look, effects);
    if (look % options.looksPerExchange === 0) this.#claims.exchange(node, effects);
    if (look % Math.ceil(options.reseedIntervalMs / options.maintainIntervalMs) === 0) this.#passive.refresh(node);
  }

  #armShuffle(node: NodeIndex, effects: Effects): void {
    const delayMs = jittered(this.#parts.options.shuffleIntervalMs, 0.1, draw32(this.#parts, node, draws.walk));
    effects.setTimer(node, millis(delayMs), { type: 'shuffle-views' });
  }
}
