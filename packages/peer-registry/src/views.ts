/**
 * The active view: which members are linked, and which are asked for next (HyParView, 2007). Symmetric, bounded, and never
 * forgetting the lost. A small mesh is fully linked; in a larger one a view seeks up to three quarters of its bound and accepts up to
 * all of it, so that there is mostly a place for who seeks.
 */
import type { Effects, NodeIndex, PeerIndex } from '@murmuration/protocol';
import { noRow, selfRow, type RegistryColumns, type Row } from './columns.ts';
import type { NeighborColumns } from './neighbor-columns.ts';
import type { PassiveView } from './passive-view.ts';
import { draws, drawBelow, type Parts } from './parts.ts';
import { Sampling } from './sampling.ts';

/** Looks between two dials of a member that is expected to dial us. */
const looksOfPatience = 4;
/** Share of its places that a view in a large mesh fills by itself. */
const soughtShare = 3 / 4;
/** Smaller views turn nobody away: full ones of two or three close into islands of their own, and only change opens them. */
const settledViewMin = 4;

export class Views {
  readonly sampling: Sampling;
  readonly #parts: Parts;
  readonly #columns: RegistryColumns;
  readonly #neighbors: NeighborColumns;
  readonly #passive: PassiveView;

  constructor(parts: Parts, passive: PassiveView) {
    this.#parts = parts;
    this.#columns = parts.columns;
    this.#neighbors = parts.neighbors;
    this.#passive = passive;
    this.sampling = new Sampling(parts);
  }

  /**
   * A link is there: takes it into the view where there is room. A full view takes strangers and the lost in place of a random
   * neighbor, since otherwise the halves of a split, each full, would never meet again; a member it knows alive waits for its word
   * (`hearWish`), and so does a stranger where the table is full: in a mesh larger than its tables strangers are the rule, and would
   * drive out neighbors without end. Answers whether it is a neighbor from now on.
   */
  admit(node: NodeIndex, peer: PeerIndex, effects: Effects): boolean {
    if (this.#neighbors.has(node, peer)) return false;
    effects.send(node, peer, { type: 'neighbor', isUrgent: this.#neighbors.count(node) === 0 });
    if (this.#isSettled(node) && !this.#isNews(node, peer)) return false;
    this.#take(node, peer, effects);
    return true;
  }

  /** What a linked member wants of us: an urgent one is never turned away. Answers whether it has become a neighbor. */
  hearWish(node: NodeIndex, peer: PeerIndex, isUrgent: boolean, effects: Effects): boolean {
    if (this.#neighbors.has(node, peer)) return false;
    if (!isUrgent && this.#isSettled(node)) {
      effects.disconnect(node, peer, 'view-full');
      return false;
    }
    this.#take(node, peer, effects);
    return true;
  }

  /** Takes a neighbor out of the view, if it is in it. */
  drop(node: NodeIndex, peer: PeerIndex): boolean {
    const position = this.#neighbors.positionOf(node, peer);
    if (position < 0) return false;
    this.#neighbors.removeAt(node, position);
    this.sampling.onRemoved(node, position);
    this.#parts.context.observer.linkChanged(node, peer, false);
    return true;
  }

  /** Is everybody to be linked? */
  isFlat(node: NodeIndex): boolean {
    return this.#columns.presentCount(node) - 1 <= this.#parts.options.neighborsMax;
  }

  /** Asks for links: spares first in a large mesh, then members from a random row on; then one of the lost, in turn. */
  maintain(node: NodeIndex, look: number, effects: Effects): void {
    const { neighborsMax, connectsPerLookMax } = this.#parts.options;
    const sought = this.isFlat(node) ? neighborsMax : Math.ceil(soughtShare * neighborsMax);
    let wanted = Math.min(connectsPerLookMax, sought - this.#neighbors.count(node));
    if (!this.isFlat(node)) wanted -= this.#promote(node, wanted, effects);
    const rows = this.#columns.memberCount(node);
    const first = drawBelow(this.#parts, node, draws.firstRow, rows);
    for (let i = 0; i < rows && wanted > 0; i++) {
      const row = ((first + i) % rows) as Row;
      if (!this.#isWanted(node, row, look)) continue;
      effects.connect(node, this.#columns.peerAt(node, row));
      wanted--;
    }
    this.#retryLost(node, first, rows, effects);
  }

  /** A random neighbor but two, or undefined. */
  someNeighbor(node: NodeIndex, but: PeerIndex, andBut: PeerIndex): PeerIndex | undefined {
    const count = this.#neighbors.count(node);
    const first = drawBelow(this.#parts, node, draws.walk, count);
    for (let i = 0; i < count; i++) {
      const peer = this.#neighbors.at(node, (first + i) % count);
      if (peer !== but && peer !== andBut) return peer;
    }
    return undefined;
  }

  #take(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    if (this.#neighbors.isFull(node)) this.#makeRoom(node, effects);
    this.#neighbors.add(node, peer);
    this.sampling.onAdded(node);
    this.#passive.remove(node, peer);
    this.#parts.context.observer.linkChanged(node, peer, true);
  }

  #isSettled(node: NodeIndex): boolean {
    return this.#neighbors.isFull(node) && this.#parts.options.neighborsMax >= settledViewMin;
  }

  /** Does a link to this peer tell of a part of the mesh that we know nothing of? */
  #isNews(node: NodeIndex, peer: PeerIndex): boolean {
    const row = this.#columns.rowOf(node, peer);
    if (row !== noRow) return this.#columns.stateAt(node, row) !== 'alive';
    return this.#columns.memberCount(node) < this.#parts.options.membersMax;
  }

  #isKnownAlive(node: NodeIndex, peer: PeerIndex): boolean {
    const row = this.#columns.rowOf(node, peer);
    return row !== noRow && this.#columns.stateAt(node, row) === 'alive';
  }

  /** Asks spares for links, each once: who turns us away is no spare, and shuffles bring others. */
  #promote(node: NodeIndex, wanted: number, effects: Effects): number {
    let asked = 0;
    while (asked < wanted && this.#passive.count(node) > 0) {
      const peer = this.#passive.at(node, drawBelow(this.#parts, node, draws.firstPassive, this.#passive.count(node)));
      this.#passive.remove(node, peer);
      if (!this.#isKnownAlive(node, peer) || this.#neighbors.has(node, peer)) continue;
      effects.connect(node, peer);
      asked++;
    }
    return asked;
  }

  /** Of two members that learn of each other the one with the smaller tag dials; the other only helps out. */
  #isWanted(node: NodeIndex, row: Row, look: number): boolean {
    if (row === selfRow || !this.#columns.isPresentAt(node, row)) return false;
    const peer = this.#columns.peerAt(node, row);
    if (this.#neighbors.has(node, peer)) return false;
    const { tags } = this.#parts.context;
    const isOurs = tags.highOf(this.#columns.peerAt(node, selfRow)) < tags.highOf(peer);
    return isOurs || look % looksOfPatience === 0;
  }

  #makeRoom(node: NodeIndex, effects: Effects): void {
    const leaver = this.#neighbors.at(node, drawBelow(this.#parts, node, draws.leaver, this.#neighbors.count(node)));
    this.drop(node, leaver);
    this.#passive.add(node, leaver);
    effects.disconnect(node, leaver, 'view-full');
  }

  // retry: R1
  #retryLost(node: NodeIndex, first: number, rows: number, effects: Effects): void {
    for (let i = 0; i < rows; i++) {
      const row = ((first + i) % rows) as Row;
      if (row === selfRow || this.#columns.stateAt(node, row) !== 'dead') continue;
      const peer = this.#columns.peerAt(node, row);
      if (!this.#neighbors.has(node, peer)) return effects.connect(node, peer);
    }
  }
}
