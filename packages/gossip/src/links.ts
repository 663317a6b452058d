/**
 * Our links and what gossip knows of each: is it eager (batches go along it) or lazy (they are announced), has its peer agreed
 * to our digest and been told it, has it brought a duplicate, when was it pruned, has it announced all that we would announce to it, how
 * often was it answered. The rows follow the neighborhood. A new link starts eager until `eagerMax` are, half of them near, 30 % at middle
 * distance, 20 % far, as far as round trips are known (Corrosion). While there are neighbors, one is eager.
 */
import {
  mix32,
  type LinkChangeReason,
  type LinkQuality,
  type Millis,
  type ModuleContext,
  type Neighborhood,
  type NodeIndex,
  type PeerIndex,
} from '@murmuration/protocol';
import type { GossipOptions } from './options.ts';

/** A row of a node's links. Rows move when links end: it is good until the next call that may end one. */
export type Link = number & { readonly link: unique symbol };
/** The row of a peer that is no neighbor, or for which there is no room. */
export const noLink: Link = -1 as Link;

const flags = { eager: 1, agreed: 2, isNew: 4, duplicate: 8, pruned: 16, told: 32, covered: 64, digestTold: 128 } as const;
type Flag = keyof typeof flags;
/** Answers to a neighbor from one round of ours to the next: as many as an exchange by ranges takes of either side. */
const answersMax = 3;

/** Upper bounds of the rings of round trips, and the share of eager links that starts in each. */
const rings: readonly { readonly rttMsMax: number; readonly share: number }[] = [
  { rttMsMax: 15, share: 0.5 },
  { rttMsMax: 100, share: 0.3 },
  { rttMsMax: Infinity, share: 0.2 },
];

/** Time of a prune, in 1 .. 255, so that 0 is "not yet". It comes round in 16 s; that a link then rests for once too often is no harm. */
const unitMs = 64;
const unitOf = (now: Millis): number => 1 + (Math.floor(now / unitMs) % 255);
/** What was on its way when a link was pruned has come by then. */
const settleUnits = 4;
/** One prune a second (GOSSIP 2.3). */
const tellUnits = Math.ceil(1_000 / unitMs) + 1;

export class Links {
  readonly #max: number;
  readonly #eagerMax: number;
  readonly #context: ModuleContext;
  readonly #neighborhood: Neighborhood;
  readonly #quality: LinkQuality;
  readonly #peer: Int32Array;
  readonly #flags: Uint8Array;
  /** When either end pruned it last; 0 where none did. */
  readonly #prunedAt: Uint8Array;
  /** Answers since our last round, to each and to all who have no row. */
  readonly #answers: Uint8Array;
  readonly #otherAnswers: Uint8Array;
  readonly #count: Uint16Array;

  constructor(options: GossipOptions, context: ModuleContext, neighborhood: Neighborhood, quality: LinkQuality) {
    this.#max = options.linksMax;
    this.#eagerMax = options.eagerMax;
    this.#context = context;
    this.#neighborhood = neighborhood;
    this.#quality = quality;
    this.#peer = context.allocator.int32('gossip.link-peer', options.linksMax);
    this.#flags = context.allocator.uint8('gossip.link-flags', options.linksMax);
    this.#prunedAt = context.allocator.uint8('gossip.link-pruned-at', options.linksMax);
    this.#answers = context.allocator.uint8('gossip.link-answers', options.linksMax);
    this.#otherAnswers = context.allocator.uint8('gossip.other-answers', 1);
    this.#count = context.allocator.uint16('gossip.link-count', 1);
  }

  count(node: NodeIndex): number {
    return this.#count[node] as number;
  }

  peerAt(node: NodeIndex, link: Link): PeerIndex {
    return this.#peer[node * this.#max + link] as PeerIndex;
  }

  is(node: NodeIndex, link: Link, flag: Flag): boolean {
    return ((this.#flags[node * this.#max + link] as number) & flags[flag]) !== 0;
  }

  set(node: NodeIndex, link: Link, flag: Exclude<Flag, 'eager'>, value: boolean): void {
    this.#write(node, link, flag, value);
  }

  /** How many links have a flag. */
  countOf(node: NodeIndex, flag: Flag): number {
    let count = 0;
    for (let link = 0; link < this.count(node); link++) if (this.is(node, link as Link, flag)) count++;
    return count;
  }

  clearAll(node: NodeIndex, flag: Exclude<Flag, 'eager'>): void {
    for (let link = 0; link < this.count(node); link++) this.#write(node, link as Link, flag, false);
  }

  /** The row of a neighbor, made where it is missing; none for anybody else. */
  linkOf(node: NodeIndex, peer: PeerIndex): Link {
    const link = this.#rowOf(node, peer);
    if (link !== noLink || !this.#neighborhood.isNeighbor(node, peer)) return link;
    if (this.count(node) === this.#max) this.forgetStrangers(node);
    return this.count(node) === this.#max ? noLink : this.#add(node, peer);
  }

  /** Brings the rows in line with the neighborhood. */
  follow(node: NodeIndex): void {
    if (this.#isInLine(node)) return;
    this.forgetStrangers(node);
    const neighbors = this.#neighborhood.neighborCount(node);
    if (this.count(node) === neighbors) return;
    for (let i = 0; i < neighbors; i++) this.linkOf(node, this.#neighborhood.neighborAt(node, i));
  }

  /** Ends the rows of those that are neighbors no more. */
  forgetStrangers(node: NodeIndex): void {
    if (this.#isInLine(node)) return;
    for (let link = this.count(node) - 1; link >= 0; link--) {
      const peer = this.peerAt(node, link as Link);
      if (!this.#neighborhood.isNeighbor(node, peer)) this.remove(node, peer);
    }
  }

  remove(node: NodeIndex, peer: PeerIndex): void {
    const link = this.#rowOf(node, peer);
    if (link === noLink) return;
    const base = node * this.#max;
    const last = this.count(node) - 1;
    for (const column of [this.#peer, this.#flags, this.#prunedAt, this.#answers]) column[base + link] = column[base + last] as number;
    this.#count[node] = last;
    this.#keepOneEager(node);
  }

  promote(node: NodeIndex, peer: PeerIndex, reason: LinkChangeReason): void {
    const link = this.linkOf(node, peer);
    if (link === noLink) return;
    this.#write(node, link, 'duplicate', false);
    this.#write(node, link, 'pruned', false);
    if (this.is(node, link, 'eager')) return;
    this.#write(node, link, 'eager', true);
    this.#context.observer.linkPromoted(node, peer, reason);
  }

  /** Makes a link lazy; another takes its part where it was the last eager one. An only link stays eager. */
  demote(node: NodeIndex, peer: PeerIndex, reason: LinkChangeReason, now: Millis): void {
    const link = this.linkOf(node, peer);
    if (link === noLink) return;
    this.#write(node, link, 'duplicate', false);
    this.#prunedAt[node * this.#max + link] = unitOf(now);
    this.#write(node, link, 'told', reason !== 'pruned-by-peer');
    if (!this.is(node, link, 'eager') || this.count(node) === 1) return;
    this.#write(node, link, 'eager', false);
    this.#write(node, link, 'pruned', true);
    this.#context.observer.linkDemoted(node, peer, reason);
    this.#keepOneEager(node);
  }

  /**
   * Counts an answer to a neighbor; false where it has had all that it may have until our next round. Neighbors for whom there is no
   * row share what one may have.
   */
  takeAnswer(node: NodeIndex, peer: PeerIndex): boolean {
    const link = this.linkOf(node, peer);
    if (link === noLink && !this.#neighborhood.isNeighbor(node, peer)) return false;
    const [column, cell] = link === noLink ? [this.#otherAnswers, node as number] : [this.#answers, node * this.#max + link];
    const before = column[cell] as number;
    if (before < answersMax) column[cell] = before + 1;
    return before < answersMax;
  }

  /** A round has begun: every neighbor may be answered again. */
  renewAnswers(node: NodeIndex): void {
    this.#answers.fill(0, node * this.#max, (node + 1) * this.#max);
    this.#otherAnswers[node] = 0;
  }

  /**
   * Was it pruned by either end a moment ago? What comes then was on its way before, and says nothing about the tree; and who has told
   * its peer does not tell it again within a second.
   */
  isResting(node: NodeIndex, link: Link, now: Millis): boolean {
    return this.#unitsSincePrune(node, link, now) < (this.is(node, link, 'told') ? tellUnits : settleUnits);
  }

  /** Trees lead both ways: whoever brings a first copy gets the first of ours. */
  promoteGiver(node: NodeIndex, peer: PeerIndex, now: Millis): void {
    const link = this.linkOf(node, peer);
    if (link !== noLink && this.#unitsSincePrune(node, link, now) >= settleUnits) this.promote(node, peer, 'first-copy');
  }

  #unitsSincePrune(node: NodeIndex, link: Link, now: Millis): number {
    const before = this.#prunedAt[node * this.#max + link] as number;
    return before === 0 ? Infinity : (unitOf(now) - before + 255) % 255;
  }

  rttMsOf(node: NodeIndex, peer: PeerIndex): number {
    return this.#quality.rttMsOf(node, peer);
  }

  /** See `LinkQuality`. */
  stretchOf(node: NodeIndex): number {
    return this.#quality.stretchOf(node);
  }

  /** Are rows and neighbors the same, place by place? Both lists grow and shrink alike, so that mostly they are. */
  #isInLine(node: NodeIndex): boolean {
    const count = this.count(node);
    if (this.#neighborhood.neighborCount(node) !== count) return false;
    const start = node * this.#max;
    for (let link = 0; link < count; link++) {
      if (this.#peer[start + link] !== this.#neighborhood.neighborAt(node, link)) return false;
    }
    return true;
  }

  #write(node: NodeIndex, link: Link, flag: Flag, value: boolean): void {
    const cell = node * this.#max + link;
    const before = this.#flags[cell] as number;
    this.#flags[cell] = value ? before | flags[flag] : before & ~flags[flag];
  }

  #rowOf(node: NodeIndex, peer: PeerIndex): Link {
    const start = node * this.#max;
    const end = start + this.count(node);
    for (let cell = start; cell < end; cell++) if (this.#peer[cell] === peer) return (cell - start) as Link;
    return noLink;
  }

  #add(node: NodeIndex, peer: PeerIndex): Link {
    const startsEager = this.#startsEager(node, peer);
    const link = this.count(node) as Link;
    this.#count[node] = link + 1;
    this.#peer[node * this.#max + link] = peer;
    this.#flags[node * this.#max + link] = flags.isNew;
    this.#prunedAt[node * this.#max + link] = 0;
    this.#answers[node * this.#max + link] = 0;
    if (startsEager) this.promote(node, peer, 'new-link');
    return link;
  }

  #startsEager(node: NodeIndex, peer: PeerIndex): boolean {
    const eager = this.countOf(node, 'eager');
    if (eager === 0) return true;
    if (eager >= this.#eagerMax) return false;
    const ring = this.#ringOf(node, peer);
    if (ring === undefined) return true;
    let inRing = 0;
    for (let link = 0 as Link; link < this.count(node); link++) {
      if (this.is(node, link, 'eager') && this.#ringOf(node, this.peerAt(node, link)) === ring) inRing++;
    }
    return inRing < Math.ceil(ring.share * this.#eagerMax);
  }

  #ringOf(node: NodeIndex, peer: PeerIndex): (typeof rings)[number] | undefined {
    const rttMs = this.rttMsOf(node, peer);
    return rttMs > 0 ? rings.find(({ rttMsMax }) => rttMs <= rttMsMax) : undefined;
  }

  /** The nearest of those that were not made lazy before the others; between equals a mix of both names decides. */
  #keepOneEager(node: NodeIndex): void {
    if (this.count(node) === 0 || this.countOf(node, 'eager') > 0) return;
    let best = 0 as Link;
    for (let link = 1 as Link; link < this.count(node); link++) {
      if (this.#rankOf(node, link) < this.#rankOf(node, best)) best = link;
    }
    this.promote(node, this.peerAt(node, best), 'last-eager');
  }

  #rankOf(node: NodeIndex, link: Link): number {
    const peer = this.peerAt(node, link);
    const pruned = this.is(node, link, 'pruned') ? 1e9 : 0;
    return pruned + this.rttMsOf(node, peer) + mix32(node ^ Math.imul(peer + 1, 0x9e3779b1)) / 2 ** 32;
  }
}
