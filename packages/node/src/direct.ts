/**
 * Direct messages between two applications: the way out (`Errands`), the way in (`RequestDesk`), and the links they travel, which need not
 * be the overlay's: whoever is no neighbor is dialed for a visit. What we say to ourselves goes the same way, without a link.
 */
import {
  directBytesMax,
  directDeadlineMsMax,
  noPeer,
  OptionCheck,
  publicKeyOfPeerId,
  throwViolations,
  type DirectMessage,
  type PeerId,
  type PeerIndex,
} from '@murmuration/protocol';
import type { AddressBook } from './address-book.ts';
import type { Counters } from './counters.ts';
import type { Dialer } from './dialer.ts';
import { RequestDesk, type RequestHandler } from './direct-desk.ts';
import { Errands } from './direct-errands.ts';
import type { Egress } from './egress.ts';
import { NodeError } from './errors.ts';
import type { EventHub } from './event-hub.ts';
import type { Links } from './links.ts';
import { selfPeer, type Loop } from './loop.ts';
import { bytesOf, payloadOf, type Payload } from './payload.ts';

/** How long a direct message may take, and what ends it early. */
export interface DirectOptions {
  /** Milliseconds until it fails with `deadline-exceeded`; 1 to 600,000, default 5,000. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** What direct messages need of the node. */
export interface DirectContext {
  readonly loop: Loop;
  readonly links: Links;
  readonly dialer: Dialer;
  readonly egress: Egress;
  readonly book: AddressBook;
  readonly hub: EventHub;
  readonly counters: Counters;
  readonly isBanned: (peer: PeerIndex) => boolean;
  /** A draw below 2^32. */
  readonly draw: () => number;
}

/** Agents answer from memory, or say that they need longer. */
const deadlineMsDefault = 5_000;

export class DirectMessages {
  readonly #context: DirectContext;
  readonly #errands: Errands;
  readonly #desk: RequestDesk;

  constructor(context: DirectContext) {
    const { loop, counters, book, hub, links, draw } = context;
    this.#context = context;
    const hand = (to: PeerIndex, message: DirectMessage): boolean => this.#hand(to, message);
    const idOf = (peer: PeerIndex): PeerId => book.idOf(peer);
    const isReached = (peer: PeerIndex): boolean => peer === selfPeer || links.linkOf(peer) !== undefined;
    const reach = (peer: PeerIndex): void => this.#reach(peer);
    this.#errands = new Errands({ loop, counters, idOf, isReached, reach, hand, draw });
    this.#desk = new RequestDesk({ loop, counters, idOf, hand, warn: (reason) => hub.emit({ type: 'warning', reason }) });
  }

  async send(peer: PeerId, payload: Payload, options?: DirectOptions): Promise<void> {
    await this.#run('note', peer, payload, options);
  }

  async request(peer: PeerId, payload: Payload, options?: DirectOptions): Promise<Uint8Array> {
    return this.#run('request', peer, payload, options);
  }

  onRequest(handler: RequestHandler): () => void {
    return this.#desk.register(handler);
  }

  /** A direct message has come from a peer that is linked and not banned. */
  hear(from: PeerIndex, message: DirectMessage): void {
    if (message.kind === 'parting') return this.#context.links.hearParting(from, message.isReply);
    this.#context.links.use(from);
    switch (message.kind) {
      case 'note':
        return this.#context.hub.emit({ type: 'direct-message', from: this.#context.book.idOf(from), payload: bytesOf(message.payload) });
      case 'request':
        return this.#desk.onRequest(from, message);
      default:
        return this.#errands.onAnswer(from, message);
    }
  }

  /** Does somebody at either end wait for an answer over the link to this peer? */
  isUsing(peer: PeerIndex): boolean {
    return this.#errands.isWaitingFor(peer) || this.#desk.isServing(peer);
  }

  onReached(peer: PeerIndex): void {
    this.#errands.onReached(peer);
  }

  onUnreachable(peer: PeerIndex, cause: unknown): void {
    this.#errands.onUnreachable(peer, cause);
  }

  onEnded(peer: PeerIndex): void {
    this.#errands.onEnded(peer);
    this.#desk.onEnded(peer);
  }

  /** Whoever waits hears `closed`. */
  close(): void {
    this.#errands.close();
    this.#desk.close();
  }

  async #run(kind: 'note' | 'request', peer: PeerId, given: Payload, options: DirectOptions = {}): Promise<Uint8Array> {
    const { deadlineMs = deadlineMsDefault, signal } = options;
    throwViolations([new OptionCheck('direct').integer('deadlineMs', deadlineMs, 1, directDeadlineMsMax)]);
    const payload = payloadOf(given, directBytesMax);
    return this.#errands.run({ to: this.#peerOf(peer), kind, payload, deadlineMs, signal });
  }

  #peerOf(peer: PeerId): PeerIndex {
    const { book, isBanned } = this.#context;
    const publicKey = publicKeyOfPeerId(peer);
    const known = publicKey === undefined ? noPeer : book.find(publicKey);
    if (known === noPeer) throw new NodeError('unknown-peer', `${peer} is no member that this node has heard of: see members()`, { peer });
    if (isBanned(known)) throw new NodeError('unreachable', `${peer} is banned by this node for an offence: see the counters`, { peer });
    return known;
  }

  #reach(peer: PeerIndex): void {
    const { book, dialer } = this.#context;
    if (book.addressesOf(peer).length > 0) dialer.visit(peer);
    else this.onUnreachable(peer, new Error('it has told no address'));
  }

  #hand(to: PeerIndex, message: DirectMessage): boolean {
    const { egress, links, loop } = this.#context;
    if (to !== selfPeer) {
      links.use(to);
      return egress.sendNow(to, message);
    }
    loop.soon(() => this.hear(selfPeer, message));
    return true;
  }
}
