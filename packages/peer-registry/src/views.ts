/** The active view: which members are linked, and which are asked for next. Symmetric, bounded, and never forgetting the lost. */
import {
  pickBelow,
  random32,
  type DisconnectReason,
  type Effects,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';
import { selfRow, type RegistryColumns, type Row } from './columns.ts';
import type { PeerRegistryOptions } from './options.ts';

/** Looks between two dials of a member that is expected to dial us. */
const looksOfPatience = 4;

export class Views {
  readonly #columns: RegistryColumns;
  readonly #options: PeerRegistryOptions;
  readonly #context: ModuleContext;

  constructor(columns: RegistryColumns, options: PeerRegistryOptions, context: ModuleContext) {
    this.#columns = columns;
    this.#options = options;
    this.#context = context;
  }

  /** Takes a link into the view, or asks for its end where the view is full. */
  admit(node: NodeIndex, peer: PeerIndex, effects: Effects): boolean {
    if (this.#columns.isNeighbor(node, peer)) return true;
    if (this.#columns.addNeighbor(node, peer)) return true;
    const reason: DisconnectReason = 'view-full';
    effects.disconnect(node, peer, reason);
    return false;
  }

  /** Asks for links: members first, from a random row on so that no row is favored; then one of the lost, in turn. */
  maintain(node: NodeIndex, look: number, effects: Effects): void {
    const columns = this.#columns;
    const rows = columns.memberCount(node);
    const first = pickBelow(random32(this.#context.seed, node, columns.nextStep(node), 0), rows);
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
