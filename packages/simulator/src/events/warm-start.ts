/**
 * A cell as a finished join leaves it, placed through inputs: everybody runs, is linked, and knows its neighbors and some more members,
 * whose news is old. What the nodes ask for meanwhile goes nowhere, but for their timers, which get random phases: a mesh that has run
 * for long does not beat in step; and for their grafts, by which each hangs on one of its links. Trees are as unformed as after a join;
 * nobody has written anything.
 */
import {
  millis, noPeer, pickBelow, random32,
  type Effects, type Incarnation, type MemberClaim, type Message, type Millis, type NodeIndex, type PeerIndex, type Timer,
} from '@murmuration/protocol';
import type { Cell } from './cell.ts';
import { pairsOf } from './overlay.ts';

/** How the cell is to be. */
export interface Warmth {
  readonly linksPerPeer: number;
  /** Members that each knows, itself included. */
  readonly membersPerPeer: number;
  readonly seed: number;
}

const draws = { phase: 22, member: 23 } as const;
const spreadClaims = { type: 'timer', timer: { type: 'spread-claims' } } as const;

export function warmStart(cell: Cell, warmth: Warmth): void {
  const { peers, first } = cell.place;
  const settling = new Settling(cell, warmth.seed);
  for (let peer = 0; peer < peers; peer++) cell.tell(cell.begin(peer), cell.joinOf(peer), settling);
  for (const [peer, other] of pairsOf(peers, warmth.linksPerPeer, warmth.seed ^ first)) {
    cell.links.add(peer, other, cell.latencyMs(peer, other));
  }
  for (let peer = 0; peer < peers; peer++) acquaint(cell, peer, warmth, settling);
  for (const { from, to, message } of settling.grafts) {
    cell.tell(cell.peerOf(to), { type: 'message', from: cell.peerIndexOf(cell.peerOf(from)), message }, settling);
  }
}

/** Tells a node of its links, then of members, the linked ones first, and lets it spread that news until it is none. */
function acquaint(cell: Cell, peer: number, { membersPerPeer, seed }: Warmth, settling: Settling): void {
  const { peers, first } = cell.place;
  const linked = Array.from({ length: cell.links.countOf(peer) }, (_, position) => cell.links.otherAt(peer, position));
  for (const other of linked) {
    cell.tell(peer, { type: 'link-up', peer: cell.peerIndexOf(other), rttMs: millis(2 * cell.latencyMs(peer, other)) }, settling);
  }
  const known = new Set(linked);
  const start = pickBelow(random32(seed, first + peer, 0, draws.member), peers);
  for (let i = 0; i < peers && known.size < membersPerPeer - 1; i++) if ((start + i) % peers !== peer) known.add((start + i) % peers);
  const claims = Array.from(known, (other): MemberClaim => ({
    peer: cell.peerIndexOf(other), state: 'alive', epoch: cell.epochOf(other), incarnation: 0 as Incarnation, accuser: noPeer,
  }));
  const [teller] = linked;
  if (teller === undefined) return;
  cell.tell(peer, { type: 'message', from: cell.peerIndexOf(teller), message: { type: 'claims', claims } }, settling);
  while (settling.takeSpread()) cell.tell(peer, spreadClaims, settling);
}

/** Where the effects of a warm start go. */
class Settling implements Effects {
  /** Before anybody restarts a node has the number of its peer. */
  readonly grafts: { readonly from: PeerIndex; readonly to: PeerIndex; readonly message: Message }[] = [];
  readonly #cell: Cell;
  readonly #seed: number;
  #draw = 0;
  #hasSpread = false;

  constructor(cell: Cell, seed: number) {
    this.#cell = cell;
    this.#seed = seed ^ cell.place.first;
  }

  /** Was a spread of claims asked for? It is taken as run. */
  takeSpread(): boolean {
    const had = this.#hasSpread;
    this.#hasSpread = false;
    return had;
  }

  setTimer(node: NodeIndex, afterMs: Millis, timer: Timer): void {
    if (timer.type === 'spread-claims') this.#hasSpread = true;
    else this.#cell.setTimer(node, millis((afterMs * random32(this.#seed, node, ++this.#draw, draws.phase)) / 2 ** 32), timer);
  }

  send(node: NodeIndex, to: PeerIndex, message: Message): void {
    if (message.type === 'graft') this.grafts.push({ from: node as number as PeerIndex, to, message });
  }

  connect(): void {}
  disconnect(): void {}
  emit(): void {}
}
