/**
 * The repair of trees (Plumtree, 2007). What is announced and has not come in time is asked for: its announcer's link becomes
 * eager. If that does not help the next announcer is asked, and at last anti-entropy. A batch that came over a path much longer than
 * its announcement's moves the tree to the shorter one.
 */
import {
  noPeer,
  offTreeHops,
  type BatchId,
  type BatchMessage,
  type BatchRange,
  type Effects,
  type Millis,
  type ModuleContext,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
} from '@murmuration/protocol';
import type { AntiEntropy } from './anti-entropy.ts';
import { noLog, type Frontier } from './frontier.ts';
import { noLink, type Links } from './links.ts';
import { MissingLogs, type MissingLog } from './missing.ts';
import type { GossipOptions } from './options.ts';
import type { Pace } from './pace.ts';

/** What grafting works on. */
export interface GraftingParts {
  readonly links: Links;
  readonly frontier: Frontier;
  readonly antiEntropy: AntiEntropy;
  readonly pace: Pace;
}

/** Beyond so many times `eagerMax` eager links nobody is taken on as a leaf; it hears by announcements. */
const leavesMax = 4;
/** Announcers asked before anti-entropy is. */
const graftsMax = 2;

export class Grafting {
  readonly #parts: GraftingParts;
  readonly #options: GossipOptions;
  readonly #missing: MissingLogs;
  readonly #isArmed: Uint8Array;

  constructor(parts: GraftingParts, options: GossipOptions, { allocator }: ModuleContext) {
    this.#parts = parts;
    this.#options = options;
    this.#missing = new MissingLogs(options.missingMax, allocator);
    this.#isArmed = allocator.uint8('gossip.graft-armed', 1);
  }

  missingCount(node: NodeIndex): number {
    return this.#missing.count(node);
  }

  onIhave(node: NodeIndex, from: PeerIndex, ids: readonly BatchId[], now: Millis, effects: Effects): void {
    const { links, pace } = this.#parts;
    if (links.linkOf(node, from) === noLink) return;
    const { graftAfterMs, treeLateMs } = this.#options;
    // Round trips that a busy moment made long would hold grafts up beyond the time at which anti-entropy helps.
    const waitMs = Math.min(treeLateMs, Math.max(graftAfterMs, 2 * links.rttMsOf(node, from))) * links.stretchOf(node);
    // Behind a cut all lack the same. Whoever asks first gets it for the others, before they ask too.
    const dueAt = (now + pace.stretched(node, from, waitMs, now)) as Millis;
    for (const id of ids) if (this.#lacks(node, id) && !this.#prefer(node, id, from, dueAt, now, effects)) {
      this.#missing.note(node, id, from, dueAt);
    }
    this.#arm(node, now, effects);
  }

  /** A second announcer who is nearer, by more than the stretch makes, is asked first, and when his own time is over. */
  #prefer(node: NodeIndex, id: BatchId, from: PeerIndex, dueAt: Millis, now: Millis, effects: Effects): boolean {
    const row = this.#missing.rowOf(node, id);
    const isSooner = row >= 0 && dueAt + this.#options.graftAfterMs < this.#missing.dueAtMs(node, row);
    if (!isSooner || this.#missing.at(node, row).grafts > 0) return false;
    this.#missing.prefer(node, row, id, from, dueAt);
    effects.setTimer(node, (dueAt - now) as Millis, { type: 'graft-missing' });
    return true;
  }

  /** A batch came beyond the next of its log: what is between may be on another way, and its bringer has it in any case. */
  onGap(node: NodeIndex, from: PeerIndex, { author, epoch, firstSequence, count }: BatchRange, now: Millis, effects: Effects): void {
    const id: BatchId = { author, epoch, sequence: (firstSequence + count - 1) as Sequence, hops: offTreeHops - 1 };
    const isNoted = this.#missing.rowOf(node, id) >= 0;
    if (this.#parts.links.linkOf(node, from) === noLink || !this.#lacks(node, id)) return;
    const waitMs = (this.#options.graftAgainMs * this.#parts.links.stretchOf(node)) as Millis;
    this.#missing.note(node, id, from, (now + waitMs) as Millis);
    // Sooner than what is waited for already.
    if (!isNoted) effects.setTimer(node, waitMs, { type: 'graft-missing' });
  }

  /**
   * A log moved on: what comes next of it has its whole time again. Answers who has the batch for sure: its giver, or an announcer
   * that has become eager.
   */
  onAccepted(node: NodeIndex, from: PeerIndex, { header, hops }: BatchMessage, now: Millis, effects: Effects): PeerIndex {
    const row = this.#missing.rowOf(node, header);
    if (row < 0) return from;
    const log = this.#missing.at(node, row);
    const last = header.firstSequence + header.count - 1;
    if (last < log.sequence) {
      this.#missing.postpone(node, row, (now + this.#options.graftAfterMs * this.#parts.links.stretchOf(node)) as Millis);
      return from;
    }
    this.#missing.removeAt(node, row);
    const isShorter = last === log.sequence && log.grafts === 0 && this.#isShorter(log, from, hops);
    return isShorter && this.#shorten(node, from, log.announcer, now, effects) ? log.announcer : from;
  }

  /** Asks for all that is due. Neighbors that are asked for several logs get one message. */
  onTimer(node: NodeIndex, now: Millis, effects: Effects): void {
    this.#isArmed[node] = 0;
    const asked = new Map<PeerIndex, BatchId[]>();
    for (let row = this.#missing.count(node) - 1; row >= 0; row--) {
      if (this.#missing.dueAtMs(node, row) <= now) this.#ask(node, row, asked, now, effects);
    }
    for (const [peer, ids] of asked) {
      this.#parts.links.promote(node, peer, 'batch-missing');
      effects.send(node, peer, { type: 'graft', ids });
    }
    this.#arm(node, now, effects);
  }

  /** The sender's link is eager, and it gets the logs it names from where it names them. */
  onGraft(node: NodeIndex, from: PeerIndex, ids: readonly BatchId[], effects: Effects): void {
    const { links, frontier, antiEntropy } = this.#parts;
    if (links.linkOf(node, from) === noLink) return;
    // All that join through us would else hang on us alone: a star, for as long as nothing prunes it.
    if (ids.length === 0 && links.countOf(node, 'eager') >= leavesMax * this.#options.eagerMax) return;
    links.promote(node, from, 'grafted-by-peer');
    let budget: number = this.#options.deltaBytesMax;
    for (const { author, epoch, sequence, hops } of ids) {
      const row = author === noPeer ? noLog : frontier.rowOf(node, author, epoch);
      if (row === noLog || budget <= 0) continue;
      const after = Math.max(0, sequence - 1) as Sequence;
      const toHops = hops >= offTreeHops - 1 ? hops : hops + 1;
      budget = antiEntropy.sendLog({ node, to: from, row, after, hops: toHops, budget }, effects);
    }
  }

  #lacks(node: NodeIndex, { author, epoch, sequence }: BatchId): boolean {
    if (author === noPeer) return false;
    const { frontier } = this.#parts;
    const row = frontier.rowOf(node, author, epoch);
    return row === noLog ? !frontier.isFull(node) : frontier.sequenceAt(node, row) < sequence;
  }

  #ask(node: NodeIndex, row: number, asked: Map<PeerIndex, BatchId[]>, now: Millis, effects: Effects): void {
    const log = this.#missing.at(node, row);
    const isKnown = !this.#lacks(node, log);
    const announcer = this.#announcerOf(node, log);
    if (isKnown || announcer === noPeer || log.grafts === graftsMax) {
      this.#missing.removeAt(node, row);
      if (!isKnown && announcer !== noPeer) this.#parts.antiEntropy.ask(node, announcer, now, effects);
      return;
    }
    const { author, epoch, hops } = log;
    const known = this.#parts.frontier.sequenceAt(node, this.#parts.frontier.rowOf(node, author, epoch));
    const ids = asked.get(announcer) ?? [];
    ids.push({ author, epoch, sequence: (known + 1) as Sequence, hops });
    asked.set(announcer, ids);
    // retry: R4
    this.#missing.countGraft(node, row);
    const { links } = this.#parts;
    const patienceMs = Math.max(this.#options.graftAgainMs, links.rttMsOf(node, announcer)) * links.stretchOf(node);
    this.#missing.postpone(node, row, (now + patienceMs) as Millis);
  }

  /** The first announcer, then the other; whoever of them is still a neighbor. */
  #announcerOf(node: NodeIndex, { announcer, nextAnnouncer, grafts }: MissingLog): PeerIndex {
    const inTurn = grafts === 0 ? [announcer, nextAnnouncer] : [nextAnnouncer, announcer];
    return inTurn.find((peer) => peer !== noPeer && this.#parts.links.linkOf(node, peer) !== noLink) ?? noPeer;
  }

  #isShorter(log: MissingLog, from: PeerIndex, hops: number): boolean {
    if (hops === offTreeHops || log.hops === offTreeHops || from === log.announcer) return false;
    return hops - (log.hops + 1) >= this.#options.shorterByHops;
  }

  /**
   * The tree is shared by all authors, and what is shorter for one is longer for another: at most one move a second and link, and
   * none while several batches are on their way, for those under way over the old path would be missed.
   */
  #shorten(node: NodeIndex, from: PeerIndex, announcer: PeerIndex, now: Millis, effects: Effects): boolean {
    const { links, pace } = this.#parts;
    const link = links.linkOf(node, from);
    if (link === noLink || links.linkOf(node, announcer) === noLink) return false;
    if (links.isResting(node, link, now) || !pace.isCalm(node)) return false;
    links.promote(node, announcer, 'shorter-path');
    effects.send(node, announcer, { type: 'graft', ids: [] });
    links.demote(node, from, 'shorter-path', now);
    effects.send(node, from, { type: 'prune' });
    return true;
  }

  #arm(node: NodeIndex, now: Millis, effects: Effects): void {
    if (this.#isArmed[node] === 1 || this.#missing.count(node) === 0) return;
    let dueAtMs = Infinity;
    for (let row = 0; row < this.#missing.count(node); row++) dueAtMs = Math.min(dueAtMs, this.#missing.dueAtMs(node, row));
    this.#isArmed[node] = 1;
    // A timer may come early by less than a millisecond; what is due then is due.
    effects.setTimer(node, Math.max(1, dueAtMs - now) as Millis, { type: 'graft-missing' });
  }
}
