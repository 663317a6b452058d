/**
 * Spare members: a bounded list of whom to link when a neighbor is lost (HyParView's passive view). It is fed by the sampler and by
 * those who left our view, never by whoever shouts loudest.
 */
import { noPeer, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import { draws, drawBelow, type Parts } from './parts.ts';
import { Sampler } from './sampler.ts';

export class PassiveView {
  readonly #parts: Parts;
  readonly #max: number;
  readonly #peer: Int32Array;
  readonly #count: Uint8Array;
  readonly #sampler: Sampler;

  constructor(parts: Parts) {
    const { allocator } = parts.context;
    this.#parts = parts;
    this.#max = parts.options.passiveMax;
    this.#peer = allocator.int32('registry.passive', this.#max);
    this.#count = allocator.uint8('registry.passive-count', 1);
    this.#sampler = new Sampler(parts.options, parts.context);
  }

  get sampler(): Sampler {
    return this.#sampler;
  }

  count(node: NodeIndex): number {
    return this.#count[node] as number;
  }

  at(node: NodeIndex, position: number): PeerIndex {
    return (this.#peer[node * this.#max + position] ?? noPeer) as PeerIndex;
  }

  /** Shows a member to the sampler. */
  offer(node: NodeIndex, peer: PeerIndex): void {
    this.#sampler.offer(node, peer);
  }

  /** Takes a member that is no neighbor; in a full list it takes the place of a random one. */
  add(node: NodeIndex, peer: PeerIndex): void {
    const count = this.count(node);
    if (this.#positionOf(node, peer) >= 0 || this.#parts.neighbors.has(node, peer)) return;
    const isFull = count === this.#max;
    const position = isFull ? drawBelow(this.#parts, node, draws.passive, count) : count;
    this.#peer[node * this.#max + position] = peer;
    if (!isFull) this.#count[node] = count + 1;
  }

  remove(node: NodeIndex, peer: PeerIndex): void {
    const position = this.#positionOf(node, peer);
    if (position < 0) return;
    const last = this.count(node) - 1;
    this.#peer[node * this.#max + position] = this.at(node, last);
    this.#count[node] = last;
  }

  /** One who is gone is no spare. */
  forget(node: NodeIndex, peer: PeerIndex): void {
    this.remove(node, peer);
    this.#sampler.forget(node, peer);
  }

  /** What the sampler holds now becomes spare; then one slot begins anew, with whom we know. */
  refresh(node: NodeIndex): void {
    for (let slot = 0; slot < this.#sampler.slots; slot++) {
      const peer = this.#sampler.at(node, slot);
      if (peer !== noPeer) this.add(node, peer);
    }
    this.#sampler.reseed(node);
    const { neighbors } = this.#parts;
    const known = [
      ...Array.from({ length: this.count(node) }, (_, i) => this.at(node, i)),
      ...Array.from({ length: neighbors.count(node) }, (_, i) => neighbors.at(node, i)),
    ];
    this.#sampler.fill(node, known);
  }

  #positionOf(node: NodeIndex, peer: PeerIndex): number {
    const start = node * this.#max;
    const end = start + this.count(node);
    for (let cell = start; cell < end; cell++) if (this.#peer[cell] === peer) return cell - start;
    return -1;
  }
}
