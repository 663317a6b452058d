/**
 * Links and who stands behind them. A fresh link is greeted first: until the other side has shown that it belongs to our network,
 * nothing it says is heard. A greeted link is a visit, good for direct messages alone, until one of the two cores wants it for its
 * overlay: ours by asking for it, theirs by its first word on it. Only then does our core know of it.
 */
import { judgeHello, type Network } from '@murmuration/mesh';
import {
  decodeHello,
  encodeHello,
  millis,
  noPeer,
  protocolVersion,
  type Hello,
  type LinkDownCause,
  type Message,
  type PeerIndex,
  type SignatureScheme,
} from '@murmuration/protocol';
import type { Link, LinkCloseCause, RefusalReason, TransportHandler } from '@murmuration/transport';
import type { AddressBook } from './address-book.ts';
import type { Counters } from './counters.ts';
import type { EventHub } from './event-hub.ts';
import { selfPeer, type Loop } from './loop.ts';
import { idleMs, lingerMs, Visits } from './visits.ts';

/** What links need of the node. */
export interface LinksContext {
  readonly network: Network;
  readonly scheme: SignatureScheme;
  readonly book: AddressBook;
  readonly loop: Loop;
  readonly counters: Counters;
  readonly hub: EventHub;
  /** Our own greeting; asked per link, since addresses are known only after the listeners are up. */
  readonly hello: () => Hello;
  readonly onFrame: (from: PeerIndex, frame: Uint8Array) => void;
  /** Tells a peer that our overlay has let go of the link; false where the link does not take it. */
  readonly sayParting: (to: PeerIndex, isReply: boolean) => boolean;
  readonly isBanned: (peer: PeerIndex) => boolean;
  /** A link has been greeted, and can carry direct messages. */
  readonly onReached: (peer: PeerIndex) => void;
  /** There is no link to a peer any more. */
  readonly onEnded: (peer: PeerIndex) => void;
  /** Do direct messages need the link? */
  readonly isUsing: (peer: PeerIndex) => boolean;
}

/** Which closings are evidence against the peer. */
const causes: Readonly<Record<LinkCloseCause, LinkDownCause>> = {
  'closed-locally': 'closed',
  'closed-by-peer': 'closed',
  replaced: 'replaced',
  timeout: 'failed',
  'slow-reader': 'failed',
  'oversized-frame': 'closed',
  'malformed-frame': 'failed',
  'transport-failed': 'failed',
};

/** A greeting is the first frame on a fresh connection; who needs longer is none of ours. */
const greetingMs = 5_000;
/** Who has parted comes back no sooner: each coming back costs a member list, and half a second is the next ping. */
const comeBackMs = 250;
const lookMs = 1_000;
/** What a core says to one that it holds for a neighbor, or wants for one. Whatever else comes on a visit is from before it was one. */
const openings: ReadonlySet<Message['type']> = new Set(['neighbor', 'ping']);

export class Links implements TransportHandler {
  readonly #context: LinksContext;
  readonly #peers = new Map<Link, PeerIndex>();
  readonly #links = new Map<PeerIndex, Link>();
  /** Links that have not greeted, and until when they may. */
  readonly #strangers = new Map<Link, number>();
  /** Peers of whose link our core knows; the other greeted links are visits. */
  readonly #overlay = new Set<PeerIndex>();
  /** Peers to whom we said that we part, and until when they may say that they heard it: so long their core speaks of before. */
  readonly #parting = new Map<PeerIndex, number>();
  /** When those whose core let go of us may want us again. */
  readonly #comesBackAtMs = new Map<PeerIndex, number>();
  /** Links that we dialed for the core, greeted or not yet. */
  readonly #wanted = new WeakSet<Link>();
  readonly #visits: Visits;

  constructor(context: LinksContext) {
    this.#context = context;
    this.#visits = new Visits(() => context.loop.now());
  }

  /** Begins to send away who does not greet, and to end visits that are over. */
  start(): void {
    this.#context.loop.every(lookMs, () => {
      this.#sendSilentAway();
      this.#endVisits();
    });
  }

  /** The greeted link to a peer, if there is one. */
  linkOf(peer: PeerIndex): Link | undefined {
    return this.#links.get(peer);
  }

  /** Links that the core knows of. */
  inOverlay(): Link[] {
    return [...this.#overlay].map((peer) => this.#links.get(peer) as Link);
  }

  isInOverlay(peer: PeerIndex): boolean {
    return this.#overlay.has(peer);
  }

  /** Links that carry direct messages alone. */
  get visits(): number {
    return this.#links.size - this.#overlay.size;
  }

  /** Does our overlay hold no link at all? */
  get isAlone(): boolean {
    return this.#overlay.size === 0;
  }

  /** May the core hear this message? A visit becomes a link of the overlay by the first word of the other core. */
  opensTo(from: PeerIndex, message: Message): boolean {
    const isBack = this.#context.loop.now() >= (this.#comesBackAtMs.get(from) ?? 0);
    if (isBack && !this.#overlay.has(from) && openings.has(message.type)) this.join(from);
    return this.#overlay.has(from);
  }

  /** A link dialed for the core: it joins the overlay once it is greeted, or now. */
  want(link: Link): void {
    this.#wanted.add(link);
    const peer = this.#peers.get(link);
    if (peer !== undefined && peer !== noPeer) this.join(peer);
  }

  /** Makes a link of the overlay of a visit; not while the other end does not know yet that it is one. */
  join(peer: PeerIndex): void {
    if (this.#overlay.has(peer) || this.#parting.has(peer) || !this.#links.has(peer)) return;
    this.#overlay.add(peer);
    // The round trip is unknown before the first probe; zero says so.
    this.#context.loop.submit({ type: 'link-up', peer, rttMs: millis(0) });
  }

  /** Our core lets go of a link: it lingers as a visit, so that direct messages under way arrive, or find it again. */
  part(peer: PeerIndex): void {
    if (!this.#leaveOverlay(peer)) return;
    this.#parting.set(peer, this.#context.loop.now() + lingerMs);
    this.#sayParting(peer, false);
  }

  /** The other core has let go of a link, or has heard that ours did: what it says from here on is said to a visit. */
  hearParting(peer: PeerIndex, isReply: boolean): void {
    if (this.#parting.delete(peer) || isReply) return;
    this.#context.counters.add('direct.parting');
    if (this.#leaveOverlay(peer)) this.#comesBackAtMs.set(peer, this.#context.loop.now() + comeBackMs);
    this.#sayParting(peer, true);
  }

  /** A direct message came or went. */
  use(peer: PeerIndex): void {
    if (this.#links.has(peer)) this.#visits.keep(peer, idleMs);
  }

  onLinkUp(link: Link): void {
    this.#peers.set(link, noPeer);
    this.#strangers.set(link, this.#context.loop.now() + greetingMs);
    link.send(encodeHello(this.#context.hello()));
  }

  onFrame(link: Link, frame: Uint8Array): void {
    const peer = this.#peers.get(link);
    if (peer === undefined) return;
    if (peer === noPeer) this.#greet(link, frame);
    else this.#context.onFrame(peer, frame);
  }

  onLinkDown(link: Link, cause: LinkCloseCause): void {
    const peer = this.#peers.get(link);
    this.#peers.delete(link);
    this.#strangers.delete(link);
    if (cause === 'oversized-frame' || cause === 'malformed-frame') this.#context.counters.add(`link.${cause}`);
    if (peer !== undefined && this.#links.get(peer) === link) this.#end(peer, cause);
    // Greeted or not, somebody may have waited for it. Of one that was replaced the next is there.
    const whom = this.#context.book.find(link.publicKey);
    if (whom !== noPeer && cause !== 'replaced' && !this.#links.has(whom)) this.#context.onEnded(whom);
  }

  onRefused(reason: RefusalReason, detail: string): void {
    this.#context.counters.add(`refused.${reason}`);
    this.#context.hub.emit({ type: 'refused', reason: `${reason}: ${detail}` });
  }

  #end(peer: PeerIndex, cause: LinkCloseCause): void {
    this.#links.delete(peer);
    this.#parting.delete(peer);
    this.#comesBackAtMs.delete(peer);
    this.#visits.forget(peer);
    // The transport proves who sent it, and no honest node announces a frame that large.
    if (cause === 'oversized-frame') this.#context.loop.submit({ type: 'frame-refused', from: peer, offence: cause });
    if (this.#overlay.delete(peer)) this.#context.loop.submit({ type: 'link-down', peer, cause: causes[cause] });
  }

  #leaveOverlay(peer: PeerIndex): boolean {
    if (!this.#overlay.delete(peer)) return false;
    this.#visits.keep(peer, lingerMs);
    this.#context.loop.submit({ type: 'link-down', peer, cause: 'closed' });
    return true;
  }

  /** Who does not hear it goes on probing us, and would accuse us of silence: then the link ends, which says the same. */
  #sayParting(peer: PeerIndex, isReply: boolean): void {
    if (!this.#context.sayParting(peer, isReply)) this.#links.get(peer)?.close();
  }

  /** Of visits that are over, and of those whose other end has not heard that they are visits: it would wait for our core. */
  #endVisits(): void {
    const over = this.#visits.over((peer) => this.#overlay.has(peer), this.#context.isUsing);
    const unheard = [...this.#parting].filter(([, until]) => until <= this.#context.loop.now()).map(([peer]) => peer);
    for (const peer of [...over, ...unheard]) this.#links.get(peer)?.close();
  }

  #sendSilentAway(): void {
    for (const [link, until] of this.#strangers) {
      if (until < this.#context.loop.now()) this.#refuse(link, 'no-hello', `did not greet within ${greetingMs} ms`);
    }
  }

  #greet(link: Link, frame: Uint8Array): void {
    this.#strangers.delete(link);
    const decoded = decodeHello(frame);
    if (decoded.type === 'malformed') return this.#refuse(link, 'malformed-hello', 'does not greet as a mesh node does');
    if (decoded.type === 'other-version') {
      return this.#refuse(link, 'other-version', `speaks protocol ${decoded.version}, we speak ${protocolVersion}`);
    }
    const { network, scheme, book } = this.#context;
    const verdict = judgeHello(network, link.publicKey, decoded.hello, scheme);
    if (verdict.type === 'ignore') {
      return this.#refuse(link, 'other-network', 'belongs to another network: compare the network keys');
    }
    if (verdict.type === 'reject') {
      return this.#refuse(link, 'foreign-certificate', 'shows a certificate that our network did not sign');
    }
    if (book.find(link.publicKey) === selfPeer) return this.#refuse(link, 'own-identity', 'shows our own identity: it is a copy of us');
    const peer = book.greet({ ...decoded.hello, publicKey: link.publicKey });
    if (peer === noPeer) return this.#refuse(link, 'peer-table-full', 'does not fit into the table of peers');
    book.see(peer, link.remoteAddress);
    this.#peers.set(link, peer);
    this.#links.set(peer, link);
    this.#visits.keep(peer, greetingMs);
    // Who is banned is the core's to send away.
    if (this.#wanted.has(link) || this.#context.isBanned(peer)) this.join(peer);
    this.#context.onReached(peer);
  }

  #refuse(link: Link, reason: string, sentence: string): void {
    this.#context.counters.add(`refused.${reason}`);
    this.#peers.delete(link);
    this.#strangers.delete(link);
    this.#context.hub.emit({ type: 'refused', reason: `${link.remoteAddress} ${sentence}`, peer: link.peer });
    link.close();
  }
}
