/** The neighbors of each node: who is linked, how far away, and when we last answered a stale suspicion of theirs. */
import { millis, noPeer, type Allocator, type Millis, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import type { PeerRegistryOptions } from './options.ts';

/**
 * A slower sample weighs one eighth, as in TCP's estimate (RFC 6298). A faster one weighs half: queues and stalls only ever add to
 * a path, and what a busy moment added would otherwise hold up grafts and probes for many samples.
 */
const [slowerWeight, fasterWeight] = [1 / 8, 1 / 2];
const rttMaxMs = 0xffff;
const second = (now: Millis): number => Math.floor(now / 1_000) & 0xff;

export class NeighborColumns {
  readonly #neighborsMax: number;
  readonly #peer: Int32Array;
  readonly #rttMs: Uint16Array;
  /** Second of the last answer, modulo 256. */
  readonly #answeredAt: Uint8Array;
  readonly #count: Uint16Array;

  constructor(allocator: Allocator, { neighborsMax }: PeerRegistryOptions) {
    this.#neighborsMax = neighborsMax;
    this.#peer = allocator.int32('registry.neighbor', neighborsMax);
    this.#rttMs = allocator.uint16('registry.neighbor-rtt', neighborsMax);
    this.#answeredAt = allocator.uint8('registry.neighbor-answered', neighborsMax);
    this.#count = allocator.uint16('registry.neighbor-count', 1);
  }

  count(node: NodeIndex): number {
    return this.#count[node] as number;
  }

  isFull(node: NodeIndex): boolean {
    return this.count(node) === this.#neighborsMax;
  }

  at(node: NodeIndex, position: number): PeerIndex {
    return (this.#peer[node * this.#neighborsMax + position] ?? noPeer) as PeerIndex;
  }

  has(node: NodeIndex, peer: PeerIndex): boolean {
    return this.positionOf(node, peer) >= 0;
  }

  /** The position of a neighbor, or -1. */
  positionOf(node: NodeIndex, peer: PeerIndex): number {
    const start = node * this.#neighborsMax;
    const end = start + this.count(node);
    for (let cell = start; cell < end; cell++) if (this.#peer[cell] === peer) return cell - start;
    return -1;
  }

  /** Adds a neighbor; false where the view is full. */
  add(node: NodeIndex, peer: PeerIndex): boolean {
    const count = this.count(node);
    if (count === this.#neighborsMax) return false;
    const cell = node * this.#neighborsMax + count;
    this.#peer[cell] = peer;
    this.#rttMs[cell] = 0;
    this.#answeredAt[cell] = 0;
    this.#count[node] = count + 1;
    return true;
  }

  /** Removes the neighbor at a position; the last one takes it. */
  removeAt(node: NodeIndex, position: number): void {
    const last = this.count(node) - 1;
    const [to, from] = [node * this.#neighborsMax + position, node * this.#neighborsMax + last];
    this.#peer[to] = this.#peer[from] as number;
    this.#rttMs[to] = this.#rttMs[from] as number;
    this.#answeredAt[to] = this.#answeredAt[from] as number;
    this.#count[node] = last;
  }

  /** Smoothed round-trip time, 0 where no answer has been timed yet. */
  rttMs(node: NodeIndex, peer: PeerIndex): Millis {
    const position = this.positionOf(node, peer);
    return millis(position < 0 ? 0 : (this.#rttMs[node * this.#neighborsMax + position] as number));
  }

  noteRtt(node: NodeIndex, peer: PeerIndex, sampleMs: number): void {
    const position = this.positionOf(node, peer);
    if (position < 0) return;
    const cell = node * this.#neighborsMax + position;
    const before = this.#rttMs[cell] as number;
    const weight = sampleMs < before ? fasterWeight : slowerWeight;
    const smoothed = before === 0 ? sampleMs : before + weight * (sampleMs - before);
    this.#rttMs[cell] = Math.min(rttMaxMs, Math.max(1, Math.round(smoothed)));
  }

  /** May a neighbor be answered now? At most once a second each: a whole second lies between two answers. */
  takeAnswer(node: NodeIndex, peer: PeerIndex, now: Millis): boolean {
    const position = this.positionOf(node, peer);
    if (position < 0) return false;
    const cell = node * this.#neighborsMax + position;
    const since = (second(now) - (this.#answeredAt[cell] as number)) & 0xff;
    if (this.#answeredAt[cell] !== 0 && since < 2) return false;
    this.#answeredAt[cell] = Math.max(1, second(now));
    return true;
  }
}
