/** The active view: which members are linked, and which are asked for next. Symmetric, bounded, and never forgetting the lost. */
import {
  pickBelow,
  random32,
  type Effects,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';
import { selfRow, type RegistryColumns, type Row } from './columns.ts';
import type { PeerRegistryOptions } from './options.ts';

/** Looks between two dials of a member that is expected to dial us. */
const looksOfPatience = 4;
/** Tells the draws of one step apart, here and in `claims.ts`. */
const draws = { firstRow: 0, leaver: 3 } as const;

export class Views {
  readonly #columns: RegistryColumns;
  readonly #options: PeerRegistryOptions;
  readonly #context: ModuleContext;

  constructor(columns: RegistryColumns, options: PeerRegistryOptions, context: ModuleContext) {
    this.#columns = columns;
    this.#options = options;
    this.#context = context;
  }

  /**
   * Takes a link into the view. In a full view it takes the place of a random neighbor (HyParView, 2007): were the
   * newcomer sent away instead, a mesh of full views would let nobody in, and its halves would never meet again.
   */
  admit(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    if (this.#columns.isNeighbor(node, peer)) return;
    if (this.#columns.neighborCount(node) === this.#options.neighborsMax) this.#makeRoom(node, effects);
    this.#columns.addNeighbor(node, peer);
    this.#context.observer.linkChanged(node, peer, true);
  }

  /** Takes a neighbor out of the view, if it is in it. */
  drop(node: NodeIndex, peer: PeerIndex): void {
    if (!this.#columns.isNeighbor(node, peer)) return;
    this.#columns.removeNeighbor(node, peer);
    this.#context.observer.linkChanged(node, peer, false);
  }

  /** Asks for links: members first, from a random row on so that no row is favored; then one of the lost, in turn. */
  maintain(node: NodeIndex, look: number, effects: Effects): void {
    const columns = this.#columns;
    const rows = columns.memberCount(node);
    const first = pickBelow(random32(this.#context.seed, node, columns.nextStep(node), draws.firstRow), rows);
    let wanted = Math.min(this.#options.connectsPerLookMax, this.#options.neighborsMax - columns.neighborCount(node));
    for (let i = 0; i < rows && wanted > 0; i++) {
      const row = ((first + i) % rows) as Row;
      if (!this.#isWanted(node, row, look)) continue;
      effects.connect(node, columns.peerAt(node, row));
      wanted--;
    }
    this.#retryLost(node, first, rows, effects);
  }

  /** Of two members that learn of each other the one with the smaller tag dials; the other only helps out. */
  #isWanted(node: NodeIndex, row: Row, look: number): boolean {
    const columns = this.#columns;
    const state = columns.stateAt(node, row);
    if (row === selfRow || (state !== 'alive' && state !== 'suspect')) return false;
    const peer = columns.peerAt(node, row);
    if (columns.isNeighbor(node, peer)) return false;
    const { tags } = this.#context;
    const isOurs = tags.highOf(columns.peerAt(node, selfRow)) < tags.highOf(peer);
    return isOurs || look % looksOfPatience === 0;
  }

  #makeRoom(node: NodeIndex, effects: Effects): void {
    const draw = random32(this.#context.seed, node, this.#columns.nextStep(node), draws.leaver);
    const leaver = this.#columns.neighborAt(node, pickBelow(draw, this.#columns.neighborCount(node)));
    this.drop(node, leaver);
    effects.disconnect(node, leaver, 'view-full');
  }

  // retry: R1
  #retryLost(node: NodeIndex, first: number, rows: number, effects: Effects): void {
    for (let i = 0; i < rows; i++) {
      const row = ((first + i) % rows) as Row;
      if (row === selfRow || this.#columns.stateAt(node, row) !== 'dead') continue;
      const peer = this.#columns.peerAt(node, row);
      if (!this.#columns.isNeighbor(node, peer)) return effects.connect(node, peer);
    }
  }
}
