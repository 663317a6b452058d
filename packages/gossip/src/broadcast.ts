/**
 * New batches travel along trees (Plumtree, 2007). The first copy is sent on along eager links and announced on lazy ones; who
 * brings duplicates is pruned, and what is announced and does not come is grafted (`grafting.ts`). What is left of the eager
 * links is a tree that all authors share. A batch that anti-entropy brought is announced only: most others have it.
 */
import {
  offTreeHops,
  pickBelow,
  random32,
  reputationMin,
  type BatchHeader,
  type BatchId,
  type BatchMessage,
  type Effects,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type Standing,
} from '@murmuration/protocol';
import type { Fallback } from './fallback.ts';
import type { Partners } from './fanout.ts';
import { noLink, type Link, type Links } from './links.ts';
import type { GossipOptions } from './options.ts';
import { Outbox, type Outgoing } from './outbox.ts';
import type { Pace } from './pace.ts';

/** What broadcasting works on. */
export interface BroadcastParts {
  readonly links: Links;
  readonly fallback: Fallback;
  readonly pace: Pace;
  readonly partners: Partners;
  readonly standing: Standing;
}

interface Announcement {
  readonly id: BatchId;
  readonly from: PeerIndex;
}

interface Listener {
  readonly peer: PeerIndex;
  readonly isEager: boolean;
}

/** The most hops that a batch can tell of: more is beyond any tree. */
const hopsMax = offTreeHops - 1;
const armed = { flush: 1, announce: 2 } as const;
/** Tells the draws of a flush from those of a round. */
const floodDraw = 0x4000_0000;
/** Tells the draws of announcements from others. */
const announceDraw = 0x6968_6176;

export class Broadcast {
  readonly #parts: BroadcastParts;
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  readonly #outbox: Outbox;
  /** Which timers run. */
  readonly #armed: Uint8Array;

  constructor(parts: BroadcastParts, options: GossipOptions, context: ModuleContext) {
    this.#parts = parts;
    this.#options = options;
    this.#context = context;
    this.#outbox = new Outbox(options.outboxMax, context);
    this.#armed = context.allocator.uint8('gossip.broadcast-armed', 1);
  }

  /** A batch is new to us; `from` has it, or is `noPeer` where it is ours. */
  onAccepted(node: NodeIndex, from: PeerIndex, { handle, hops }: BatchMessage, effects: Effects): void {
    this.#parts.links.clearAll(node, 'covered');
    const isSent = hops === offTreeHops && this.#parts.fallback.stateOf(node) !== 'flooding';
    this.#outbox.push(node, { handle, from, hops }, isSent);
    if (isSent) this.#arm(node, 'announce', effects);
    else this.#arm(node, 'flush', effects);
  }

  /** Sends what waits, within the byte budget; the rest goes with the next flush. */
  onFlush(node: NodeIndex, now: Millis, effects: Effects): void {
    this.#disarm(node, 'flush');
    this.#flush(node, this.#options.flushBytesMax, now, effects);
    if (this.#outbox.hasWaiting(node)) this.#arm(node, 'flush', effects);
    if (this.#outbox.length(node) > 0) this.#arm(node, 'announce', effects);
  }

  /** Sends all that waits, as nobody will later. */
  flushAll(node: NodeIndex, now: Millis, effects: Effects): void {
    this.#flush(node, Infinity, now, effects);
    this.onAnnounce(node, now, effects);
  }

  /** Tells some lazy links of what went along eager ones, and eager ones, too, of what came off the trees. */
  onAnnounce(node: NodeIndex, now: Millis, effects: Effects): void {
    const { links } = this.#parts;
    this.#disarm(node, 'announce');
    const all = this.#outbox.takeSent(node).flatMap((entry) => this.#announcementOf(node, entry));
    if (all.length === 0) return;
    links.follow(node);
    for (const { peer, isEager } of this.#listeners(node, now)) {
      const told = all.filter(({ id, from }) => from !== peer && (!isEager || id.hops === offTreeHops));
      if (told.length > 0) effects.send(node, peer, { type: 'ihave', ids: latestOf(told.map(({ id }) => id)) });
    }
  }

  /** Who hears announcements: the eager ones, and of the lazy ones that have not told us as much `announceMax` or a third, as drawn. */
  #listeners(node: NodeIndex, now: Millis): Listener[] {
    const { links } = this.#parts;
    const eager: Listener[] = [];
    const lazy: Listener[] = [];
    for (let link = 0 as Link; link < links.count(node); link++) {
      if (links.is(node, link, 'covered')) continue;
      const isEager = this.#isEager(node, link, now);
      (isEager ? eager : lazy).push({ peer: links.peerAt(node, link), isEager });
    }
    const told = Math.max(this.#options.announceMax, Math.ceil(lazy.length / 3));
    if (lazy.length <= told) return [...eager, ...lazy];
    const first = pickBelow(random32(this.#context.seed ^ announceDraw, node, Math.floor(now * 16) | 0, 0), lazy.length);
    return [...eager, ...Array.from({ length: told }, (_, i) => lazy[(first + i) % lazy.length] as Listener)];
  }

  /**
   * A neighbor announces: if that is all we have to announce, it need not hear of it from us. Of two that would announce to each
   * other the later one is silent, which saves about half of all announcements.
   */
  onIhave(node: NodeIndex, from: PeerIndex, ids: readonly BatchId[]): void {
    const { links } = this.#parts;
    const link = links.linkOf(node, from);
    if (link === noLink || this.#outbox.length(node) === 0) return;
    const isCovered = this.#outbox.entries(node).every(({ handle }) => {
      const header = this.#context.source.batchOf(node, handle)?.header;
      return header === undefined || ids.some((id) => isAtOrBeyond(id, header));
    });
    if (isCovered) links.set(node, link, 'covered', true);
  }

  /** A batch came that we know. The second one, if it is drawn, makes the link lazy; its peer is told, at most once a second. */
  onDuplicate(node: NodeIndex, from: PeerIndex, now: Millis, effects: Effects): void {
    const { links, pace } = this.#parts;
    const link = links.linkOf(node, from);
    if (link === noLink) return;
    if (!links.is(node, link, 'duplicate')) return links.set(node, link, 'duplicate', true);
    if (links.isResting(node, link, now) || !pace.isDrawn(node, from, now)) return;
    links.demote(node, from, 'duplicates', now);
    effects.send(node, from, { type: 'prune' });
  }

  onPrune(node: NodeIndex, from: PeerIndex, now: Millis): void {
    this.#parts.links.demote(node, from, 'pruned-by-peer', now);
  }

  #flush(node: NodeIndex, budget: number, now: Millis, effects: Effects): void {
    this.#parts.links.follow(node);
    for (let left = budget; left > 0; ) {
      const next = this.#outbox.takeWaiting(node);
      if (next === undefined) return;
      const batch = this.#context.source.batchOf(node, next.handle);
      if (batch !== undefined) left -= this.#forward(node, batch, next, now, effects) * batch.header.bytes;
    }
  }

  /** Answers along how many links. */
  #forward(node: NodeIndex, batch: BatchMessage, { from, hops }: Outgoing, now: Millis, effects: Effects): number {
    const { type, header, handle } = batch;
    const peers = this.#targets(node, handle, from, now);
    // Wherever we began, others may have what is before it; but what is past is past for everybody.
    const place = batch.place === 'past' ? 'past' : 'next';
    const message: BatchMessage = { type, header, handle, place, hops: hops === offTreeHops ? hops : Math.min(hops + 1, hopsMax) };
    for (const peer of peers) effects.send(node, peer, message);
    this.#context.observer.batchForwarded(node, peers.length);
    return peers.length;
  }

  /** The eager links, and while flooding a few of all. */
  #targets(node: NodeIndex, step: number, from: PeerIndex, now: Millis): PeerIndex[] {
    const { links, fallback, partners } = this.#parts;
    const peers: PeerIndex[] = [];
    for (let link = 0 as Link; link < links.count(node); link++) {
      const peer = links.peerAt(node, link);
      if (peer !== from && this.#isEager(node, link, now)) peers.push(peer);
    }
    if (fallback.stateOf(node) !== 'flooding') return peers;
    const draw = { seed: this.#context.seed ^ floodDraw, node, step };
    const others = partners.pick(draw, this.#options.fanout, from, now);
    return [...peers, ...others.filter((peer) => !peers.includes(peer))];
  }

  /** Of one on whom we do not rely nothing depends: it is told like the lazy ones, and may graft. */
  #isEager(node: NodeIndex, link: Link, now: Millis): boolean {
    const { links, standing } = this.#parts;
    return links.is(node, link, 'eager') && standing.reputationOf(node, links.peerAt(node, link), now) >= reputationMin;
  }

  #announcementOf(node: NodeIndex, { handle, from, hops }: Outgoing): Announcement[] {
    const batch = this.#context.source.batchOf(node, handle);
    if (batch === undefined) return [];
    const { author, epoch, firstSequence, count } = batch.header;
    const sequence = (firstSequence + count - 1) as BatchId['sequence'];
    return [{ id: { author, epoch, sequence, hops }, from }];
  }

  #arm(node: NodeIndex, timer: keyof typeof armed, effects: Effects): void {
    const before = this.#armed[node] as number;
    if ((before & armed[timer]) !== 0) return;
    this.#armed[node] = before | armed[timer];
    const { coalesceMs, announceDelayMs } = this.#options;
    if (timer === 'flush') effects.setTimer(node, coalesceMs, { type: 'flush-outbox' });
    else effects.setTimer(node, announceDelayMs, { type: 'announce-batches' });
  }

  #disarm(node: NodeIndex, timer: keyof typeof armed): void {
    this.#armed[node] = (this.#armed[node] as number) & ~armed[timer];
  }
}

/** Whoever has the batch of this id has that of the header: a log has no holes. */
function isAtOrBeyond({ author, epoch, sequence }: BatchId, header: BatchHeader): boolean {
  return author === header.author && epoch === header.epoch && sequence >= header.firstSequence + header.count - 1;
}

/** The last of each log: a log has no holes, so the others follow from it. */
function latestOf(ids: readonly BatchId[]): BatchId[] {
  const latest: BatchId[] = [];
  for (const id of ids) {
    const known = latest.findIndex(({ author, epoch }) => author === id.author && epoch === id.epoch);
    if (known < 0) latest.push(id);
    else if ((latest[known] as BatchId).sequence < id.sequence) latest[known] = id;
  }
  return latest;
}
