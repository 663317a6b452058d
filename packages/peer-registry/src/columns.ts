/** The arrays of the peer registry: `membersMax` rows and `neighborsMax` neighbors for each node. Row 0 is the node itself. */
import {
  noPeer,
  type Allocator,
  type Epoch,
  type Incarnation,
  type MemberState,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';
import type { PeerRegistryOptions } from './options.ts';

/** A row of a node's member table. */
export type Row = number & { readonly row: unique symbol };

/** The row of nobody. */
export const noRow: Row = -1 as Row;
/** The node's own row. */
export const selfRow: Row = 0 as Row;

const states: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left'];

/** Accessors with names over the columns. */
export class RegistryColumns {
  readonly #membersMax: number;
  readonly #neighborsMax: number;
  readonly #peer: Int32Array;
  readonly #state: Uint8Array;
  readonly #epoch: Uint32Array;
  readonly #incarnation: Uint16Array;
  readonly #sendsLeft: Uint8Array;
  readonly #memberCount: Uint16Array;
  readonly #neighbor: Int32Array;
  readonly #neighborCount: Uint16Array;
  readonly #isSpreading: Uint8Array;
  readonly #step: Uint32Array;
  readonly #look: Uint32Array;

  constructor(allocator: Allocator, { membersMax, neighborsMax }: PeerRegistryOptions) {
    this.#membersMax = membersMax;
    this.#neighborsMax = neighborsMax;
    this.#peer = allocator.int32('registry.peer', membersMax);
    this.#state = allocator.uint8('registry.state', membersMax);
    this.#epoch = allocator.uint32('registry.epoch', membersMax);
    this.#incarnation = allocator.uint16('registry.incarnation', membersMax);
    this.#sendsLeft = allocator.uint8('registry.sends-left', membersMax);
    this.#memberCount = allocator.uint16('registry.member-count', 1);
    this.#neighbor = allocator.int32('registry.neighbor', neighborsMax);
    this.#neighborCount = allocator.uint16('registry.neighbor-count', 1);
    this.#isSpreading = allocator.uint8('registry.is-spreading', 1);
    this.#step = allocator.uint32('registry.step', 1);
    this.#look = allocator.uint32('registry.look', 1);
  }

  memberCount(node: NodeIndex): number {
    return this.#memberCount[node] as number;
  }

  rowOf(node: NodeIndex, peer: PeerIndex): Row {
    const start = node * this.#membersMax;
    const end = start + this.memberCount(node);
    for (let cell = start; cell < end; cell++) if (this.#peer[cell] === peer) return (cell - start) as Row;
    return noRow;
  }

  /** Adds a row, or answers `noRow` where the table is full. */
  addRow(node: NodeIndex, peer: PeerIndex): Row {
    const count = this.memberCount(node);
    if (count === this.#membersMax) return noRow;
    this.#memberCount[node] = count + 1;
    this.replaceRow(node, count as Row, peer);
    return count as Row;
  }

  /** Gives a row to another peer. */
  replaceRow(node: NodeIndex, row: Row, peer: PeerIndex): void {
    const cell = this.#cell(node, row);
    this.#peer[cell] = peer;
    this.#sendsLeft[cell] = 0;
  }

  peerAt(node: NodeIndex, row: Row): PeerIndex {
    return this.#peer[this.#cell(node, row)] as PeerIndex;
  }

  stateAt(node: NodeIndex, row: Row): MemberState {
    return states[this.#state[this.#cell(node, row)] as number] as MemberState;
  }

  epochAt(node: NodeIndex, row: Row): Epoch {
    return this.#epoch[this.#cell(node, row)] as Epoch;
  }

  incarnationAt(node: NodeIndex, row: Row): Incarnation {
    return this.#incarnation[this.#cell(node, row)] as Incarnation;
  }

  setClaim(node: NodeIndex, row: Row, state: MemberState, epoch: Epoch, incarnation: Incarnation): void {
    const cell = this.#cell(node, row);
    this.#state[cell] = states.indexOf(state);
    this.#epoch[cell] = epoch;
    this.#incarnation[cell] = incarnation;
  }

  sendsLeftAt(node: NodeIndex, row: Row): number {
    return this.#sendsLeft[this.#cell(node, row)] as number;
  }

  setSendsLeft(node: NodeIndex, row: Row, sends: number): void {
    this.#sendsLeft[this.#cell(node, row)] = sends;
  }

  neighborCount(node: NodeIndex): number {
    return this.#neighborCount[node] as number;
  }

  neighborAt(node: NodeIndex, position: number): PeerIndex {
    return (this.#neighbor[node * this.#neighborsMax + position] ?? noPeer) as PeerIndex;
  }

  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    return this.#positionOf(node, peer) >= 0;
  }

  /** Adds a neighbor; false where the view is full. */
  addNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    const count = this.neighborCount(node);
    if (count === this.#neighborsMax) return false;
    this.#neighbor[node * this.#neighborsMax + count] = peer;
    this.#neighborCount[node] = count + 1;
    return true;
  }

  /** Removes a neighbor; the last one takes its position. */
  removeNeighbor(node: NodeIndex, peer: PeerIndex): void {
    const position = this.#positionOf(node, peer);
    if (position < 0) return;
    const last = this.neighborCount(node) - 1;
    this.#neighbor[node * this.#neighborsMax + position] = this.neighborAt(node, last);
    this.#neighborCount[node] = last;
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

  #cell(node: NodeIndex, row: Row): number {
    return node * this.#membersMax + row;
  }

  #positionOf(node: NodeIndex, peer: PeerIndex): number {
    const start = node * this.#neighborsMax;
    const end = start + this.neighborCount(node);
    for (let cell = start; cell < end; cell++) if (this.#neighbor[cell] === peer) return cell - start;
    return -1;
  }
}
