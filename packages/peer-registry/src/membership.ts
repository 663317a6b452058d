/**
 * Who is there. Members are rows with a state and an (epoch, incarnation); claims about them merge by `precedence`, and a
 * claim against ourselves is refuted by a higher incarnation. First-hand evidence in this file is the link: one that fails
 * makes its peer suspect, and a suspect that does not refute for `deadAfterMs` is dead. Nobody is forgotten: the dead are
 * dialed for ever.
 */
import {
  assert,
  compareIncarnation,
  type Effects,
  type Epoch,
  type Horizon,
  type Incarnation,
  type LinkDownCause,
  type MemberClaim,
  type MemberState,
  type MemberView,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
  type Timer,
} from '@murmuration/protocol';
import { Claims } from './claims.ts';
import { noRow, RegistryColumns, selfRow, type Row } from './columns.ts';
import type { PeerRegistryOptions } from './options.ts';
import { precedence } from './precedence.ts';
import { Views } from './views.ts';

/** An incarnation is 16 bits on the wire; past it the refuter takes the next epoch. */
const incarnationMax = 0xffff;
/** The last epoch of 32 bits. What somebody claims at the end of both has nothing above it. */
const epochMax = 0xffff_ffff;

const eventOf = { suspect: 'member-suspected', dead: 'member-died', left: 'member-left' } as const;

const isPresent = (state: MemberState): boolean => state === 'alive' || state === 'suspect';

/** The registry of N nodes. */
export class Membership implements Neighborhood, Horizon {
  readonly #columns: RegistryColumns;
  readonly #claims: Claims;
  readonly #views: Views;
  readonly #options: PeerRegistryOptions;
  readonly #context: ModuleContext;

  constructor(options: PeerRegistryOptions, context: ModuleContext) {
    this.#options = options;
    this.#context = context;
    this.#columns = new RegistryColumns(context.allocator, options);
    this.#claims = new Claims(this.#columns, options, context);
    this.#views = new Views(this.#columns, options, context);
  }

  join(node: NodeIndex, self: PeerIndex, epoch: Epoch, effects: Effects): void {
    assert(this.#columns.memberCount(node) === 0, 'a node joins once');
    const row = this.#columns.addRow(node, self);
    this.#columns.setClaim(node, row, 'alive', epoch, 0 as Incarnation);
    effects.setTimer(node, this.#options.maintainIntervalMs, { type: 'maintain-views' });
  }

  /** Our last word: `left`, told to every neighbor at once. */
  leave(node: NodeIndex, effects: Effects): void {
    const { epoch, incarnation } = this.#claims.claimAt(node, selfRow);
    this.#columns.setClaim(node, selfRow, 'left', epoch, incarnation);
    this.#claims.sendOwn(node, effects);
  }

  /** A neighbor is there. It hears all we believe, itself included, so that it can refute what is wrong. */
  onLinkUp(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    this.#views.admit(node, peer, effects);
    this.#claims.sendAll(node, peer, effects);
  }

  /** A link that failed is evidence against its peer; one that was closed in order, or replaced by a newer one, is none. */
  onLinkDown(node: NodeIndex, peer: PeerIndex, cause: LinkDownCause, effects: Effects): void {
    this.#views.drop(node, peer);
    const row = this.#columns.rowOf(node, peer);
    if (cause !== 'failed' || row === noRow || this.#columns.stateAt(node, row) !== 'alive') return;
    this.#merge(node, row, { ...this.#claims.claimAt(node, row), state: 'suspect' }, effects);
  }

  /** An offender is no neighbor from now on; the end of its link follows. */
  onOffence(node: NodeIndex, peer: PeerIndex): void {
    this.#views.drop(node, peer);
  }

  onClaims(node: NodeIndex, claims: readonly MemberClaim[], effects: Effects): void {
    // Row 0 is ours, and before we join it is nobody's.
    if (this.#columns.memberCount(node) === 0) return;
    for (const claim of claims) {
      const row = this.#columns.rowOf(node, claim.peer);
      if (row === selfRow) this.#refute(node, claim, effects);
      else if (row === noRow) this.#meet(node, claim, effects);
      else this.#merge(node, row, claim, effects);
    }
  }

  onTimer(node: NodeIndex, timer: Timer, effects: Effects): void {
    switch (timer.type) {
      case 'spread-claims':
        return this.#claims.spread(node, effects);
      case 'maintain-views':
        return this.#maintain(node, effects);
      case 'declare-dead':
        return this.#declareDead(node, timer, effects);
      default:
    }
  }

  neighborCount(node: NodeIndex): number {
    return this.#columns.neighborCount(node);
  }

  neighborAt(node: NodeIndex, position: number): PeerIndex {
    return this.#columns.neighborAt(node, position);
  }

  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    return this.#columns.isNeighbor(node, peer);
  }

  estimatedSize(node: NodeIndex): number {
    return this.#rows(node).filter((row) => this.#isPresent(node, row)).length;
  }

  /** Every row, for people and tests. */
  members(node: NodeIndex): MemberView[] {
    return this.#rows(node).map((row) => {
      const claim = this.#claims.claimAt(node, row);
      return { ...claim, isLinked: this.#columns.isNeighbor(node, claim.peer) };
    });
  }

  /** The state of one member, or undefined where it has no row. */
  stateOf(node: NodeIndex, peer: PeerIndex): MemberState | undefined {
    const row = this.#columns.rowOf(node, peer);
    return row === noRow ? undefined : this.#columns.stateAt(node, row);
  }

  #maintain(node: NodeIndex, effects: Effects): void {
    effects.setTimer(node, this.#options.maintainIntervalMs, { type: 'maintain-views' });
    if (this.#columns.stateAt(node, selfRow) === 'left') return;
    const look = this.#columns.nextLook(node);
    this.#views.maintain(node, look, effects);
    if (look % this.#options.looksPerExchange === 0) this.#claims.exchange(node, effects);
  }

  /** A refutation has raised the incarnation since, or the member left: the timer speaks of the past. */
  #declareDead(node: NodeIndex, timer: Timer & { type: 'declare-dead' }, effects: Effects): void {
    const row = this.#columns.rowOf(node, timer.peer);
    if (row === noRow || this.#columns.stateAt(node, row) !== 'suspect') return;
    const held = this.#claims.claimAt(node, row);
    if (compareIncarnation(held, timer) === 0) this.#merge(node, row, { ...held, state: 'dead' }, effects);
  }

  /** Somebody says of us what is not so: we say otherwise, one incarnation later. */
  #refute(node: NodeIndex, claim: MemberClaim, effects: Effects): void {
    const own = this.#claims.claimAt(node, selfRow);
    if (own.state === 'left' || precedence(own.state, claim.state, compareIncarnation(claim, own)) === 'keeps') return;
    const wraps = claim.incarnation >= incarnationMax;
    if (wraps && claim.epoch >= epochMax) return;
    const epoch = (wraps ? claim.epoch + 1 : claim.epoch) as Epoch;
    const incarnation = (wraps ? 0 : claim.incarnation + 1) as Incarnation;
    this.#columns.setClaim(node, selfRow, 'alive', epoch, incarnation);
    this.#context.observer.claimRefuted(node, incarnation);
    this.#claims.announce(node, selfRow, effects);
  }

  #meet(node: NodeIndex, claim: MemberClaim, effects: Effects): void {
    const added = this.#columns.addRow(node, claim.peer);
    // Of two who are gone the second takes nobody's row: two full tables would go on trading their dead for ever.
    const row = added === noRow && isPresent(claim.state) ? this.#freeRow(node, claim.peer) : added;
    if (row === noRow) return;
    this.#columns.setClaim(node, row, claim.state, claim.epoch, claim.incarnation);
    this.#claims.announce(node, row, effects);
    this.#tell(node, claim, undefined, effects);
  }

  #merge(node: NodeIndex, row: Row, claim: MemberClaim, effects: Effects): void {
    const held = this.#claims.claimAt(node, row);
    if (precedence(held.state, claim.state, compareIncarnation(claim, held)) === 'keeps') return;
    this.#columns.setClaim(node, row, claim.state, claim.epoch, claim.incarnation);
    this.#claims.announce(node, row, effects);
    this.#tell(node, claim, held.state, effects);
  }

  /** The table is full: a row of somebody long gone serves the newcomer. The shell keeps the address of the one who loses it. */
  #freeRow(node: NodeIndex, peer: PeerIndex): Row {
    const gone = this.#rows(node).find((row) => row !== selfRow && !this.#isPresent(node, row));
    if (gone === undefined) return noRow;
    this.#columns.replaceRow(node, gone, peer);
    return gone;
  }

  /** Says what became true, to the observer, the other modules and the application. */
  #tell(node: NodeIndex, { peer, state, epoch, incarnation }: MemberClaim, before: MemberState | undefined, effects: Effects): void {
    if (state === 'suspect') {
      effects.setTimer(node, this.#options.deadAfterMs, { type: 'declare-dead', peer, epoch, incarnation });
    }
    if (before === state) return;
    this.#context.observer.memberChanged(node, peer, state);
    const type = state === 'alive' ? (before === undefined ? 'member-joined' : 'member-recovered') : eventOf[state];
    effects.emit(node, { type, peer, epoch, incarnation });
  }

  #isPresent(node: NodeIndex, row: Row): boolean {
    return isPresent(this.#columns.stateAt(node, row));
  }

  #rows(node: NodeIndex): Row[] {
    return Array.from({ length: this.#columns.memberCount(node) }, (_, row) => row as Row);
  }
}
