/**
 * Whom to probe next: a cursor over a pre-shuffled ring of the neighbors' positions, reshuffled when it is exhausted. One step is
 * O(1), nobody waits longer than two rounds (SWIM's round-robin), and a newcomer gets a random place of the current round. Whom we
 * rely on plays no part in it: everybody is probed alike. It does where we ask for help.
 */
import { noPeer, reputationMin, type Millis, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import { indexColumn } from './columns.ts';
import { draw32, draws, drawBelow, type Parts } from './parts.ts';

export class Sampling {
  readonly #parts: Parts;
  readonly #neighborsMax: number;
  readonly #ring: Uint8Array | Uint16Array;
  readonly #cursor: Uint16Array;

  constructor(parts: Parts) {
    const { allocator } = parts.context;
    const { neighborsMax } = parts.options;
    this.#parts = parts;
    this.#neighborsMax = neighborsMax;
    this.#ring = indexColumn(allocator, 'registry.ring', neighborsMax, neighborsMax);
    this.#cursor = allocator.uint16('registry.ring-cursor', 1);
  }

  /** The next neighbor, or `noPeer`. */
  next(node: NodeIndex): PeerIndex {
    const { neighbors } = this.#parts;
    const count = neighbors.count(node);
    if (count === 0) return noPeer;
    let cursor = this.#cursor[node] as number;
    if (cursor >= count) {
      this.#shuffle(node, count);
      cursor = 0;
    }
    this.#cursor[node] = cursor + 1;
    return neighbors.at(node, this.#at(node, cursor));
  }

  /**
   * Up to `wanted` neighbors but one, from a random position on. Each is chosen with the chance of its reputation; where too few are, a
   * second lap takes whom chance left out, and never one below `reputationMin`.
   */
  helpers(node: NodeIndex, but: PeerIndex, wanted: number, now: Millis): PeerIndex[] {
    const { neighbors, standing } = this.#parts;
    const count = neighbors.count(node);
    const first = drawBelow(this.#parts, node, draws.helpers, count);
    const chosen: PeerIndex[] = [];
    for (let i = 0; i < 2 * count && chosen.length < wanted; i++) {
      const peer = neighbors.at(node, (first + i) % count);
      const reputation = standing.reputationOf(node, peer, now);
      if (peer === but || reputation < reputationMin || chosen.includes(peer)) continue;
      const isLeftOut = i < count && reputation < 1 && draw32(this.#parts, node, draws.helperChance) >= reputation * 2 ** 32;
      if (!isLeftOut) chosen.push(peer);
    }
    return chosen;
  }

  /** The last position is new: it takes a random place among those that are still to come. */
  onAdded(node: NodeIndex): void {
    const last = this.#parts.neighbors.count(node) - 1;
    const cursor = Math.min(this.#cursor[node] as number, last);
    this.#set(node, last, last);
    this.#swap(node, last, cursor + drawBelow(this.#parts, node, draws.ring, last - cursor + 1));
  }

  /** A position was removed and the last one moved there: the ring closes over the gap. */
  onRemoved(node: NodeIndex, position: number): void {
    const last = this.#parts.neighbors.count(node);
    const gap = this.#indexOf(node, position, last + 1);
    // Found before it is renamed, and never the gap itself unless the last one is who left.
    const moved = this.#indexOf(node, last, last + 1);
    if (moved !== gap) this.#set(node, moved, position);
    this.#close(node, gap, last);
  }

  #close(node: NodeIndex, gap: number, last: number): void {
    for (let i = gap; i < last; i++) this.#set(node, i, this.#at(node, i + 1));
    const cursor = this.#cursor[node] as number;
    if (gap < cursor) this.#cursor[node] = cursor - 1;
  }

  #shuffle(node: NodeIndex, count: number): void {
    for (let last = count - 1; last > 0; last--) this.#swap(node, last, drawBelow(this.#parts, node, draws.ring, last + 1));
  }

  #swap(node: NodeIndex, first: number, second: number): void {
    const moved = this.#at(node, first);
    this.#set(node, first, this.#at(node, second));
    this.#set(node, second, moved);
  }

  #indexOf(node: NodeIndex, position: number, count: number): number {
    for (let i = 0; i < count; i++) if (this.#at(node, i) === position) return i;
    return 0;
  }

  #at(node: NodeIndex, index: number): number {
    return this.#ring[node * this.#neighborsMax + index] as number;
  }

  #set(node: NodeIndex, index: number, position: number): void {
    this.#ring[node * this.#neighborsMax + index] = position;
  }
}
