/**
 * Messages that walk through the overlay (HyParView, 2007): a newcomer's way to its first links, and the shuffle that keeps spares
 * fresh. Only the linked can be talked to, so the first who gets a shuffle answers it, and the one at its end keeps the sample.
 */
import {
  noPeer,
  type Effects,
  type ForwardJoinMessage,
  type MemberClaim,
  type Millis,
  type NodeIndex,
  type PeerIndex,
  type ShuffleMessage,
} from '@murmuration/protocol';
import type { Claims } from './claims.ts';
import { noRow, selfRow } from './columns.ts';
import type { Members } from './members.ts';
import { draws, drawBelow, type Parts } from './parts.ts';
import type { PassiveView } from './passive-view.ts';
import type { Views } from './views.ts';

/** A shuffle's sample: HyParView's 3 of the active and 4 of the passive view. */
const activeShare = 3;
const passiveShare = 4;

export class Walks {
  readonly #parts: Parts;
  readonly #claims: Claims;
  readonly #members: Members;
  readonly #views: Views;
  readonly #passive: PassiveView;

  constructor(parts: Parts, claims: Claims, members: Members, views: Views, passive: PassiveView) {
    this.#parts = parts;
    this.#claims = claims;
    this.#members = members;
    this.#views = views;
    this.#passive = passive;
  }

  /** A newcomer without other neighbors has come to us: in a mesh too large to link all, it is sent on its walks. */
  introduce(node: NodeIndex, peer: PeerIndex, effects: Effects): void {
    const { columns, neighbors, options } = this.#parts;
    const row = columns.rowOf(node, peer);
    if (this.#views.isFlat(node) || row === noRow || columns.stateAt(node, row) !== 'alive') return;
    const claim = this.#claims.claimAt(node, row);
    for (let i = 0; i < neighbors.count(node); i++) {
      const to = neighbors.at(node, i);
      if (to !== peer) effects.send(node, to, { type: 'forward-join', claim, ttl: options.joinWalkTtl });
    }
  }

  onForwardJoin(node: NodeIndex, from: PeerIndex, message: ForwardJoinMessage, now: Millis, effects: Effects): void {
    const { neighbors, options } = this.#parts;
    const { peer } = message.claim;
    const ttl = Math.min(message.ttl, options.joinWalkTtl);
    this.#members.hear(node, from, [message.claim], now, effects);
    if (!this.#isAliveOther(node, peer)) return;
    if (ttl === options.passiveWalkTtl) this.#passive.add(node, peer);
    const next = ttl === 0 ? undefined : this.#views.someNeighbor(node, from, peer);
    if (next !== undefined) effects.send(node, next, { ...message, ttl: ttl - 1 });
    else if (neighbors.isFull(node)) this.#passive.add(node, peer);
    else if (!neighbors.has(node, peer)) effects.connect(node, peer);
  }

  /** Sends a sample of our views on its walk. */
  shuffle(node: NodeIndex, effects: Effects): void {
    const to = this.#views.someNeighbor(node, noPeer, noPeer);
    if (to === undefined) return;
    const origin = this.#claims.claimAt(node, selfRow);
    effects.send(node, to, { type: 'shuffle', origin, ttl: this.#parts.options.joinWalkTtl, claims: this.#sample(node, to) });
  }

  onShuffle(node: NodeIndex, from: PeerIndex, message: ShuffleMessage, now: Millis, effects: Effects): void {
    const { peer } = message.origin;
    if (peer === from) effects.send(node, from, { type: 'shuffle-reply', claims: this.#sample(node, from) });
    const ttl = Math.min(message.ttl, this.#parts.options.joinWalkTtl) - 1;
    const next = ttl > 0 ? this.#views.someNeighbor(node, from, peer) : undefined;
    if (next === undefined) this.keep(node, from, [message.origin, ...message.claims], now, effects);
    else effects.send(node, next, { ...message, claims: message.claims.slice(0, activeShare + passiveShare), ttl });
  }

  /** Shows those of a sample who are alive to the sampler, which decides. */
  keep(node: NodeIndex, from: PeerIndex, claims: readonly MemberClaim[], now: Millis, effects: Effects): void {
    const sample = claims.slice(0, 1 + activeShare + passiveShare);
    this.#members.hear(node, from, sample, now, effects);
    for (const { peer } of sample) if (this.#isAliveOther(node, peer)) this.#passive.offer(node, peer);
  }

  #isAliveOther(node: NodeIndex, peer: PeerIndex): boolean {
    const { columns } = this.#parts;
    const row = columns.rowOf(node, peer);
    return row !== noRow && row !== selfRow && columns.stateAt(node, row) === 'alive';
  }

  /** Neighbors and spares, from random positions on, without the one who gets them. */
  #sample(node: NodeIndex, to: PeerIndex): MemberClaim[] {
    const { neighbors } = this.#parts;
    const active = this.#some(node, activeShare, neighbors.count(node), (i) => neighbors.at(node, i));
    const passive = this.#some(node, passiveShare, this.#passive.count(node), (i) => this.#passive.at(node, i));
    return [...active, ...passive].filter(({ peer }) => peer !== to);
  }

  #some(node: NodeIndex, share: number, count: number, at: (position: number) => PeerIndex): MemberClaim[] {
    const { columns } = this.#parts;
    const first = drawBelow(this.#parts, node, draws.walk, count);
    const claims: MemberClaim[] = [];
    for (let i = 0; i < Math.min(share, count); i++) {
      const row = columns.rowOf(node, at((first + i) % count));
      if (row !== noRow) claims.push(this.#claims.claimAt(node, row));
    }
    return claims;
  }
}
