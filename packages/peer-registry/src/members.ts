/**
 * Beliefs about members: claims merge by `precedence`, a claim against ourselves is refuted by a later incarnation, and evidence of
 * our own becomes an accusation. Whatever changes is announced and told once.
 */
import {
  compareIncarnation,
  noPeer,
  startEpochMax,
  type AckMessage,
  type Effects,
  type Epoch,
  type Incarnation,
  type MemberClaim,
  type MemberState,
  type Millis,
  type NodeIndex,
  type PeerIndex,
  type Timer,
} from '@murmuration/protocol';
import type { Claims } from './claims.ts';
import { noRow, selfRow, type Row } from './columns.ts';
import type { LocalHealth } from './local-health.ts';
import type { Parts } from './parts.ts';
import type { PassiveView } from './passive-view.ts';
import { precedence } from './precedence.ts';
import type { Suspicions } from './suspicions.ts';

/** An incarnation is 16 bits on the wire; past it the refuter takes the next epoch. What is claimed at the end of both has nothing above it. */
const incarnationMax = 0xffff;

const eventOf = { suspect: 'member-suspected', dead: 'member-died', left: 'member-left' } as const;
const isPresent = (state: MemberState): boolean => state === 'alive' || state === 'suspect';

/** A timer that speaks of one suspicion. */
export type SuspicionTimer = Timer & { readonly type: 'judge-suspicion' | 'declare-dead' };
/** Where evidence of our own comes from. */
export type Evidence = 'probe-failed' | 'link-failed';

export class Members {
  readonly #parts: Parts;
  readonly #claims: Claims;
  readonly #health: LocalHealth;
  readonly #suspicions: Suspicions;
  readonly #passive: PassiveView;

  constructor(parts: Parts, claims: Claims, health: LocalHealth, suspicions: Suspicions, passive: PassiveView) {
    this.#parts = parts;
    this.#claims = claims;
    this.#health = health;
    this.#suspicions = suspicions;
    this.#passive = passive;
  }

  /** Hears what somebody believes; who is behind us in a suspicion is told what we know better, at most once a second. */
  hear(node: NodeIndex, from: PeerIndex, claims: readonly MemberClaim[], now: Millis, effects: Effects): void {
    const { columns, neighbors, options } = this.#parts;
    // Row 0 is ours, and before we join it is nobody's.
    if (columns.memberCount(node) === 0) return;
    const stale: MemberClaim[] = [];
    for (const claim of claims) {
      const row = columns.rowOf(node, claim.peer);
      if (row === selfRow) this.#refute(node, claim, effects);
      else if (row === noRow) this.#meet(node, claim, now, effects);
      else if (this.#isStaleDoubt(node, row, claim)) stale.push(this.#claims.claimAt(node, row));
      else this.#merge(node, row, claim, now, effects);
    }
    if (stale.length === 0 || !neighbors.takeAnswer(node, from, now)) return;
    effects.send(node, from, { type: 'claims', claims: stale.slice(0, options.claimsPerSpreadMax) });
  }

  /** A member answered in a later incarnation than we know: it is alive. */
  hearAck(node: NodeIndex, { target, epoch, incarnation }: AckMessage, now: Millis, effects: Effects): void {
    const row = this.#parts.columns.rowOf(node, target);
    if (row === noRow || row === selfRow) return;
    this.#merge(node, row, { peer: target, state: 'alive', epoch, incarnation, accuser: noPeer }, now, effects);
  }

  /** Evidence of our own. Without the right to accuse, a link that failed is doubt without accuser, and a probe nothing. */
  accuse(node: NodeIndex, row: Row, evidence: Evidence, now: Millis, effects: Effects): void {
    const { columns } = this.#parts;
    const self = columns.peerAt(node, selfRow);
    const held = this.#claims.claimAt(node, row);
    const mayAccuse = this.#health.mayAccuse(node, now);
    if (held.state === 'alive' && (mayAccuse || evidence === 'link-failed')) {
      this.#merge(node, row, { ...held, state: 'suspect', accuser: mayAccuse ? self : noPeer }, now, effects);
    } else if (held.state === 'suspect' && this.#health.mayConfirm(node, now)) {
      this.#support(node, row, self, now, effects);
    }
  }

  /** A refutation has raised the incarnation since, or the member left: then the timer speaks of the past. */
  onSuspicionTimer(node: NodeIndex, timer: SuspicionTimer, now: Millis, effects: Effects): void {
    const { columns } = this.#parts;
    const row = columns.rowOf(node, timer.peer);
    if (row === noRow || columns.stateAt(node, row) !== 'suspect') return;
    if (compareIncarnation(this.#claims.claimAt(node, row), timer) !== 0) return;
    const isJudgement = timer.type === 'judge-suspicion';
    const isOver = isJudgement
      ? this.#suspicions.judge(node, row, now, effects)
      : this.#suspicions.expire(node, row, now, effects);
    if (isOver) this.#bury(node, row, now, effects);
  }

  /** Somebody says of us what is not so: we say otherwise, one incarnation later. */
  #refute(node: NodeIndex, claim: MemberClaim, effects: Effects): void {
    const own = this.#claims.claimAt(node, selfRow);
    if (own.state === 'left' || precedence(own.state, claim.state, compareIncarnation(claim, own)) === 'keeps') return;
    const wraps = claim.incarnation >= incarnationMax;
    if (wraps && claim.epoch >= startEpochMax) return;
    const epoch = (wraps ? claim.epoch + 1 : claim.epoch) as Epoch;
    const incarnation = (wraps ? 0 : claim.incarnation + 1) as Incarnation;
    this.#parts.columns.setClaim(node, selfRow, 'alive', epoch, incarnation);
    this.#parts.context.observer.claimRefuted(node, incarnation);
    this.#health.change(node, 1);
    this.#claims.announce(node, selfRow, effects);
  }

  #meet(node: NodeIndex, claim: MemberClaim, now: Millis, effects: Effects): void {
    const added = this.#parts.columns.addRow(node, claim.peer);
    // Of two who are gone the second takes nobody's row: two full tables would go on trading their dead for ever.
    const row = added === noRow && isPresent(claim.state) ? this.#freeRow(node, claim.peer) : added;
    if (row === noRow) return;
    this.#set(node, row, claim, undefined, now, effects);
  }

  #merge(node: NodeIndex, row: Row, claim: MemberClaim, now: Millis, effects: Effects): void {
    const { columns } = this.#parts;
    const age = compareIncarnation(claim, this.#claims.claimAt(node, row));
    const held = columns.heldAt(node, row);
    if (precedence(held, claim.state, age) === 'takes') {
      this.#set(node, row, claim, columns.stateAt(node, row), now, effects);
    } else if (age === 0 && claim.state === 'suspect' && columns.stateAt(node, row) === 'suspect') {
      this.#support(node, row, claim.accuser, now, effects);
    }
  }

  #set(
    node: NodeIndex, row: Row, claim: MemberClaim, before: MemberState | undefined, now: Millis, effects: Effects,
  ): void {
    this.#parts.columns.setClaim(node, row, claim.state, claim.epoch, claim.incarnation);
    this.#claims.announce(node, row, effects);
    if (claim.state === 'suspect') this.#suspicions.begin(node, row, claim.accuser, now, effects);
    if (before !== claim.state) this.#tell(node, claim, before, effects);
  }

  #support(node: NodeIndex, row: Row, accuser: PeerIndex, now: Millis, effects: Effects): void {
    if (this.#suspicions.confirm(node, row, accuser, now, effects)) this.#bury(node, row, now, effects);
  }

  #bury(node: NodeIndex, row: Row, now: Millis, effects: Effects): void {
    this.#merge(node, row, { ...this.#claims.claimAt(node, row), state: 'dead', accuser: noPeer }, now, effects);
  }

  /** Doubt about an incarnation that has passed, of one whom we know alive since. */
  #isStaleDoubt(node: NodeIndex, row: Row, claim: MemberClaim): boolean {
    if (claim.state !== 'suspect' && claim.state !== 'dead') return false;
    const held = this.#claims.claimAt(node, row);
    return held.state === 'alive' && compareIncarnation(claim, held) < 0;
  }

  /** The table is full: a row of somebody long gone serves the newcomer. The shell keeps the address of the one who loses it. */
  #freeRow(node: NodeIndex, peer: PeerIndex): Row {
    const { columns } = this.#parts;
    if (columns.presentCount(node) === columns.memberCount(node)) return noRow;
    for (let row = 1; row < columns.memberCount(node); row++) {
      if (columns.isPresentAt(node, row as Row)) continue;
      columns.replaceRow(node, row as Row, peer);
      return row as Row;
    }
    return noRow;
  }

  /** Says what became true, to the observer, the spare views and the application. */
  #tell(node: NodeIndex, { peer, state, epoch, incarnation }: MemberClaim, before: MemberState | undefined, effects: Effects): void {
    if (state === 'alive') this.#passive.offer(node, peer);
    else if (!isPresent(state)) this.#passive.forget(node, peer);
    this.#parts.context.observer.memberChanged(node, peer, state);
    const type = state === 'alive' ? (before === undefined ? 'member-joined' : 'member-recovered') : eventOf[state];
    effects.emit(node, { type, peer, epoch, incarnation });
  }
}
