/**
 * A sample of the members that nobody can steer (Brahms 2008, Basalt 2021): each slot keeps the peer with the least keyed hash
 * of all it was ever offered, so that repetition buys nothing. It ranks by origin first, so that many identities of one origin
 * count as one, and no origin holds more than a quarter of the slots. One slot gets a new key at a time.
 */
import { mix32, noPeer, random32, type ModuleContext, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import type { PeerRegistryOptions } from './options.ts';

/** Draws of a slot's key. */
const keyDraw = 11;
/** At most this share of the slots for one origin (GOSSIP.md 1, a guess). */
const originShareMax = 1 / 4;

export class Sampler {
  readonly #slots: number;
  readonly #context: ModuleContext;
  /** A peer and one more, so that an empty slot is 0. */
  readonly #held: Int32Array;
  readonly #reseeds: Uint32Array;

  constructor({ samplerSlots }: PeerRegistryOptions, context: ModuleContext) {
    this.#slots = samplerSlots;
    this.#context = context;
    this.#held = context.allocator.int32('registry.sample', samplerSlots);
    this.#reseeds = context.allocator.uint32('registry.reseeds', 1);
  }

  get slots(): number {
    return this.#slots;
  }

  /** The peer in a slot, or `noPeer`. */
  at(node: NodeIndex, slot: number): PeerIndex {
    return ((this.#held[node * this.#slots + slot] as number) - 1) as PeerIndex;
  }

  /** The least hash of each slot that holds somebody, in 0 .. 1: they tell how many there are. */
  leastHashes(node: NodeIndex): number[] {
    const least: number[] = [];
    const seed = this.#seedOf(node);
    for (let slot = 0; slot < this.#slots; slot++) {
      const peer = this.at(node, slot);
      if (peer !== noPeer) least.push(this.#originHash(this.#keyOf(node, slot, seed), this.#originOf(peer)) / 2 ** 32);
    }
    return least;
  }

  /** Shows a peer to every slot. */
  offer(node: NodeIndex, peer: PeerIndex): void {
    const seed = this.#seedOf(node);
    for (let slot = 0; slot < this.#slots; slot++) this.#offerTo(node, slot, peer, seed);
  }

  /** Shows peers that were offered before to the slots that are empty: the others have seen them. */
  fill(node: NodeIndex, peers: readonly PeerIndex[]): void {
    const seed = this.#seedOf(node);
    for (let slot = 0; slot < this.#slots; slot++) {
      if (this.at(node, slot) !== noPeer) continue;
      for (const peer of peers) this.#offerTo(node, slot, peer, seed);
    }
  }

  /** Empties the slots of one who is gone. */
  forget(node: NodeIndex, peer: PeerIndex): void {
    for (let slot = 0; slot < this.#slots; slot++) {
      if (this.at(node, slot) === peer) this.#held[node * this.#slots + slot] = 0;
    }
  }

  /** Gives the next slot, in turn, a new key; it begins empty. */
  reseed(node: NodeIndex): void {
    const reseeds = this.#reseeds[node] as number;
    this.#held[node * this.#slots + (reseeds % this.#slots)] = 0;
    this.#reseeds[node] = reseeds + 1;
  }

  #offerTo(node: NodeIndex, slot: number, peer: PeerIndex, seed: number): void {
    const held = this.at(node, slot);
    if (held === peer || !this.#isBefore(this.#keyOf(node, slot, seed), peer, held) || this.#isCrowded(node, peer, held)) return;
    this.#held[node * this.#slots + slot] = peer + 1;
  }

  #isBefore(key: number, peer: PeerIndex, held: PeerIndex): boolean {
    if (held === noPeer) return true;
    const [origin, heldOrigin] = [this.#originOf(peer), this.#originOf(held)];
    if (origin !== heldOrigin) return this.#originHash(key, origin) < this.#originHash(key, heldOrigin);
    return this.#rank(key, peer) < this.#rank(key, held);
  }

  /** Would this origin hold more slots than one may? A slot that it holds already it may keep. */
  #isCrowded(node: NodeIndex, peer: PeerIndex, held: PeerIndex): boolean {
    if (this.#context.origins === undefined) return false;
    const origin = this.#originOf(peer);
    if (held !== noPeer && this.#originOf(held) === origin) return false;
    let holding = 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      const other = this.at(node, slot);
      if (other !== noPeer && this.#originOf(other) === origin) holding++;
    }
    return holding >= Math.floor(this.#slots * originShareMax);
  }

  /** Follows from how often the slot was reseeded. */
  #keyOf(node: NodeIndex, slot: number, seed: number): number {
    const generation = Math.floor(((this.#reseeds[node] as number) + this.#slots - 1 - slot) / this.#slots);
    return mix32(seed ^ Math.imul(generation * this.#slots + slot + 1, 0x9e3779b1));
  }

  /** What the keys of one node are made of: drawn once for all its slots, as each peer is shown to all of them. */
  #seedOf(node: NodeIndex): number {
    return random32(this.#context.seed, node, 0, keyDraw);
  }

  #originOf(peer: PeerIndex): number {
    return this.#context.origins === undefined ? this.#context.tags.highOf(peer) : this.#context.origins.prefixOf(peer);
  }

  #originHash(key: number, origin: number): number {
    return mix32(key ^ mix32(origin));
  }

  #rank(key: number, peer: PeerIndex): number {
    const { tags } = this.#context;
    return mix32(mix32(key ^ tags.lowOf(peer)) ^ tags.highOf(peer));
  }
}
