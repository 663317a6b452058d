/** The member rows of the peer registry, `membersMax` for each node, as arrays with named accessors. Row 0 is the node itself. */
import {
  millis,
  type Allocator,
  type Epoch,
  type Incarnation,
  type MemberState,
  type Millis,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';
import { accusersMax, type PeerRegistryOptions } from './options.ts';
import type { HeldState } from './precedence.ts';

/** A row of a node's member table. */
export type Row = number & { readonly row: unique symbol };

/** The row of nobody. */
export const noRow: Row = -1 as Row;
/** The node's own row. */
export const selfRow: Row = 0 as Row;

const states: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left'];
/** States below it are of members who are there. */
const firstAbsent = states.indexOf('dead');
/** A state byte: the state in bits 0-1, two flags of a suspicion, the number of its accusers in bits 4-5. */
const bits = { state: 0b11, confirmed: 0b100, overdue: 0b1000, accuser: 0b1_0000 } as const;
/** Two bytes count this unit for 17 minutes; no suspicion goes unjudged for as long. */
export const tickMs = 16;
export const ticksMask = 0xffff;

export const ticksAt = (now: Millis): number => Math.floor(now / tickMs) & ticksMask;

/** The narrowest column for numbers below `bound`. */
export function indexColumn(allocator: Allocator, name: string, width: number, bound: number): Uint8Array | Uint16Array {
  return bound <= 0x100 ? allocator.uint8(name, width) : allocator.uint16(name, width);
}

/** Accessors with names over the columns. */
export class RegistryColumns {
  readonly #membersMax: number;
  readonly #peer: Int32Array;
  readonly #state: Uint8Array;
  readonly #epoch: Uint32Array;
  readonly #incarnation: Uint16Array;
  readonly #sendsLeft: Uint8Array;
  readonly #accuser: Uint8Array | Uint16Array;
  readonly #suspectedAt: Uint16Array;
  readonly #memberCount: Uint16Array;
  readonly #presentCount: Uint16Array;
  readonly #isSpreading: Uint8Array;
  readonly #step: Uint32Array;
  readonly #look: Uint32Array;

  constructor(allocator: Allocator, { membersMax }: PeerRegistryOptions) {
    this.#membersMax = membersMax;
    this.#peer = allocator.int32('registry.peer', membersMax);
    this.#state = allocator.uint8('registry.state', membersMax);
    this.#epoch = allocator.uint32('registry.epoch', membersMax);
    this.#incarnation = allocator.uint16('registry.incarnation', membersMax);
    this.#sendsLeft = allocator.uint8('registry.sends-left', membersMax);
    this.#accuser = indexColumn(allocator, 'registry.accuser', accusersMax * membersMax, membersMax);
    this.#suspectedAt = allocator.uint16('registry.suspected-at', membersMax);
    this.#memberCount = allocator.uint16('registry.member-count', 1);
    this.#presentCount = allocator.uint16('registry.present-count', 1);
    this.#isSpreading = allocator.uint8('registry.is-spreading', 1);
    this.#step = allocator.uint32('registry.step', 1);
    this.#look = allocator.uint32('registry.look', 1);
  }

  memberCount(node: NodeIndex): number {
    return this.#memberCount[node] as number;
  }

  /** Members that are alive or suspected, ourselves included. */
  presentCount(node: NodeIndex): number {
    return this.#presentCount[node] as number;
  }

  rowOf(node: NodeIndex, peer: PeerIndex): Row {
    const start = node * this.#membersMax;
    const end = start + this.memberCount(node);
    for (let cell = start; cell < end; cell++) if (this.#peer[cell] === peer) return (cell - start) as Row;
    return noRow;
  }

  /** Adds a row, or answers `noRow` where the table is full. A new row is `left` until a claim is set. */
  addRow(node: NodeIndex, peer: PeerIndex): Row {
    const count = this.memberCount(node);
    if (count === this.#membersMax) return noRow;
    this.#memberCount[node] = count + 1;
    const cell = this.#cell(node, count as Row);
    this.#peer[cell] = peer;
    this.#state[cell] = states.indexOf('left');
    return count as Row;
  }

  /** Gives the row of one who is gone to another peer. Who was accused by the one before keeps its other accusers. */
  replaceRow(node: NodeIndex, row: Row, peer: PeerIndex): void {
    for (let other = 0; other < this.memberCount(node); other++) this.#dropAccuser(node, other as Row, row);
    const cell = this.#cell(node, row);
    this.#peer[cell] = peer;
    this.#sendsLeft[cell] = 0;
  }

  peerAt(node: NodeIndex, row: Row): PeerIndex {
    return this.#peer[this.#cell(node, row)] as PeerIndex;
  }

  stateAt(node: NodeIndex, row: Row): MemberState {
    return states[this.#byteAt(node, row) & bits.state] as MemberState;
  }

  /** Alive or suspected. */
  isPresentAt(node: NodeIndex, row: Row): boolean {
    return (this.#byteAt(node, row) & bits.state) < firstAbsent;
  }

  /** The state with what we concluded from several accusers. */
  heldAt(node: NodeIndex, row: Row): HeldState {
    return this.isConfirmedAt(node, row) ? 'confirmed' : this.stateAt(node, row);
  }

  epochAt(node: NodeIndex, row: Row): Epoch {
    return this.#epoch[this.#cell(node, row)] as Epoch;
  }

  incarnationAt(node: NodeIndex, row: Row): Incarnation {
    return this.#incarnation[this.#cell(node, row)] as Incarnation;
  }

  /** Sets what is believed; whatever was noted of an earlier suspicion is over. */
  setClaim(node: NodeIndex, row: Row, state: MemberState, epoch: Epoch, incarnation: Incarnation): void {
    const cell = this.#cell(node, row);
    const before = this.isPresentAt(node, row) ? 1 : 0;
    this.#state[cell] = states.indexOf(state);
    this.#epoch[cell] = epoch;
    this.#incarnation[cell] = incarnation;
    const after = this.isPresentAt(node, row) ? 1 : 0;
    this.#presentCount[node] = this.presentCount(node) + after - before;
  }

  isConfirmedAt(node: NodeIndex, row: Row): boolean {
    return (this.#byteAt(node, row) & bits.confirmed) !== 0;
  }

  setConfirmed(node: NodeIndex, row: Row): void {
    this.#state[this.#cell(node, row)] = this.#byteAt(node, row) | bits.confirmed;
  }

  /** Suspected for as long as it takes to be dead; what lacks is confirmation. */
  isOverdueAt(node: NodeIndex, row: Row): boolean {
    return (this.#byteAt(node, row) & bits.overdue) !== 0;
  }

  setOverdue(node: NodeIndex, row: Row): void {
    this.#state[this.#cell(node, row)] = this.#byteAt(node, row) | bits.overdue;
  }

  accuserCountAt(node: NodeIndex, row: Row): number {
    return this.#byteAt(node, row) >> 4;
  }

  /** The row of an accuser, at a position below the count. */
  accuserAt(node: NodeIndex, row: Row, position: number): Row {
    return this.#accuser[accusersMax * this.#cell(node, row) + position] as Row;
  }

  /** Notes one more accuser; false where it is known already, or enough are. */
  addAccuser(node: NodeIndex, row: Row, accuser: Row): boolean {
    const count = this.accuserCountAt(node, row);
    for (let i = 0; i < count; i++) if (this.accuserAt(node, row, i) === accuser) return false;
    if (count === accusersMax) return false;
    this.#accuser[accusersMax * this.#cell(node, row) + count] = accuser;
    this.#state[this.#cell(node, row)] = this.#byteAt(node, row) + bits.accuser;
    return true;
  }

  setSuspectedAt(node: NodeIndex, row: Row, now: Millis): void {
    this.#suspectedAt[this.#cell(node, row)] = ticksAt(now);
  }

  suspectedForMs(node: NodeIndex, row: Row, now: Millis): Millis {
    return millis(((ticksAt(now) - (this.#suspectedAt[this.#cell(node, row)] as number)) & ticksMask) * tickMs);
  }

  /** Takes a time in which we stood still off a suspicion. */
  forgiveSuspicion(node: NodeIndex, row: Row, lagMs: Millis, now: Millis): void {
    const lastedMs = Math.max(0, this.suspectedForMs(node, row, now) - lagMs);
    this.#suspectedAt[this.#cell(node, row)] = (ticksAt(now) - Math.floor(lastedMs / tickMs)) & ticksMask;
  }

  sendsLeftAt(node: NodeIndex, row: Row): number {
    return this.#sendsLeft[this.#cell(node, row)] as number;
  }

  setSendsLeft(node: NodeIndex, row: Row, sends: number): void {
    this.#sendsLeft[this.#cell(node, row)] = sends;
  }

  isSpreading(node: NodeIndex): boolean {
    return this.#isSpreading[node] === 1;
  }

  setSpreading(node: NodeIndex, isSpreading: boolean): void {
    this.#isSpreading[node] = isSpreading ? 1 : 0;
  }

  /** A number that no earlier call for this node gave: the time step of a draw. */
  nextStep(node: NodeIndex): number {
    const step = (this.#step[node] as number) + 1;
    this.#step[node] = step;
    return step;
  }

  /** Counts the looks at the view; the first is 1. */
  nextLook(node: NodeIndex): number {
    const look = (this.#look[node] as number) + 1;
    this.#look[node] = look;
    return look;
  }

  #dropAccuser(node: NodeIndex, row: Row, accuser: Row): void {
    const last = this.accuserCountAt(node, row) - 1;
    for (let i = 0; i <= last; i++) {
      if (this.accuserAt(node, row, i) !== accuser) continue;
      const first = accusersMax * this.#cell(node, row);
      this.#accuser[first + i] = this.#accuser[first + last] as number;
      this.#state[this.#cell(node, row)] = this.#byteAt(node, row) - bits.accuser;
      return;
    }
  }

  #byteAt(node: NodeIndex, row: Row): number {
    return this.#state[this.#cell(node, row)] as number;
  }

  #cell(node: NodeIndex, row: Row): number {
    return node * this.#membersMax + row;
  }
}
