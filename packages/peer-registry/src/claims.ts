/**
 * How claims travel: a change is told to a few neighbors, a bounded number of times; the whole list at a new link, in messages small
 * enough that none holds up whoever reads it.
 */
import { introductionsPerFrameMax, noPeer, type Effects, type MemberClaim, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import { selfRow, type RegistryColumns, type Row } from './columns.ts';
import type { NeighborColumns } from './neighbor-columns.ts';
import type { PeerRegistryOptions } from './options.ts';
import { draws, drawBelow, type Parts } from './parts.ts';

/** A whole cell at its nominal size (D8); of a larger table four exchanges repair what one would. */
const claimsPerExchangeMax = 256;

/** Sends that let a change reach everybody with high probability: λ · ⌈log10(n + 1)⌉ (memberlist). */
export function spreadCount(factor: number, members: number): number {
  return Math.min(255, factor * Math.ceil(Math.log10(members + 1)));
}

export class Claims {
  readonly #parts: Parts;
  readonly #columns: RegistryColumns;
  readonly #neighbors: NeighborColumns;
  readonly #options: PeerRegistryOptions;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#columns = parts.columns;
    this.#neighbors = parts.neighbors;
    this.#options = parts.options;
  }

  /** Marks a row as news and arms the timer that spreads it. */
  announce(node: NodeIndex, row: Row, effects: Effects): void {
    const columns = this.#columns;
    columns.setSendsLeft(node, row, spreadCount(this.#options.spreadFactor, columns.memberCount(node)));
    if (columns.isSpreading(node)) return;
    columns.setSpreading(node, true);
    effects.setTimer(node, this.#options.spreadDelayMs, { type: 'spread-claims' });
  }

  /** Sends the pending news to a few random neighbors, and comes back while there is more. */
  spread(node: NodeIndex, effects: Effects): void {
    const columns = this.#columns;
    columns.setSpreading(node, false);
    const neighbors = this.#neighbors.count(node);
    // Without neighbors the news stays pending: the next link gets the whole list, and the next announcement re-arms us.
    if (neighbors === 0) return;
    const partners = Math.min(this.#options.spreadFanout, neighbors);
    const claims = this.#takePending(node, partners);
    if (claims.length === 0) return;
    const first = drawBelow(this.#parts, node, draws.spread, neighbors);
    for (let i = 0; i < partners; i++) {
      effects.send(node, this.#neighbors.at(node, (first + i) % neighbors), { type: 'claims', claims });
    }
    columns.setSpreading(node, true);
    effects.setTimer(node, this.#options.spreadDelayMs, { type: 'spread-claims' });
  }

  /** Sends everything we believe to one neighbor. */
  sendAll(node: NodeIndex, to: PeerIndex, effects: Effects): void {
    this.#sendList(node, to, this.#columns.memberCount(node), effects);
  }

  /**
   * Sends what we believe to one random neighbor: what the spread of a change has missed arrives here. A large table goes in parts, so
   * that the repair costs a node the same in every mesh.
   */
  exchange(node: NodeIndex, effects: Effects): void {
    const neighbors = this.#neighbors.count(node);
    if (neighbors === 0) return;
    const to = this.#neighbors.at(node, drawBelow(this.#parts, node, draws.exchange, neighbors));
    this.#sendList(node, to, claimsPerExchangeMax, effects);
  }

  /** Sends our own row to every neighbor, now: the last word of a node that leaves. */
  sendOwn(node: NodeIndex, effects: Effects): void {
    const claims = [this.claimAt(node, selfRow)];
    for (let i = 0; i < this.#neighbors.count(node); i++) {
      effects.send(node, this.#neighbors.at(node, i), { type: 'claims', claims });
    }
  }

  /**
   * Sends so many rows, in slices: ourselves first, who can be told then what is wrong about us, the others from a random row on. Where
   * a link takes only the beginning, it is another beginning each time.
   */
  #sendList(node: NodeIndex, to: PeerIndex, max: number, effects: Effects): void {
    const others = this.#columns.memberCount(node) - 1;
    const told = Math.min(others, max - 1);
    const first = drawBelow(this.#parts, node, draws.list, others);
    const rowAt = (i: number): Row => (i === 0 ? selfRow : ((1 + ((first + i - 1) % others)) as Row));
    for (let sent = 0; sent <= told; sent += introductionsPerFrameMax) {
      const length = Math.min(introductionsPerFrameMax, told + 1 - sent);
      const claims = Array.from({ length }, (_, i) => this.claimAt(node, rowAt(sent + i)));
      effects.send(node, to, { type: 'claims', claims });
    }
  }

  /** What we believe of a member. A suspect's accusers take turns, so that others learn of all of them. */
  claimAt(node: NodeIndex, row: Row): MemberClaim {
    const columns = this.#columns;
    return {
      peer: columns.peerAt(node, row),
      state: columns.stateAt(node, row),
      epoch: columns.epochAt(node, row),
      incarnation: columns.incarnationAt(node, row),
      accuser: this.#accuserAt(node, row),
    };
  }

  #accuserAt(node: NodeIndex, row: Row): PeerIndex {
    const columns = this.#columns;
    const accusers = columns.accuserCountAt(node, row);
    if (accusers === 0) return noPeer;
    const turn = Math.ceil(columns.sendsLeftAt(node, row) / this.#options.spreadFanout) % accusers;
    return columns.peerAt(node, columns.accuserAt(node, row, turn));
  }

  #takePending(node: NodeIndex, partners: number): MemberClaim[] {
    const columns = this.#columns;
    const claims: MemberClaim[] = [];
    const rows = columns.memberCount(node);
    for (let row = 0; row < rows && claims.length < this.#options.claimsPerSpreadMax; row++) {
      const sends = columns.sendsLeftAt(node, row as Row);
      if (sends === 0) continue;
      columns.setSendsLeft(node, row as Row, Math.max(0, sends - partners));
      claims.push(this.claimAt(node, row as Row));
    }
    return claims;
  }
}
