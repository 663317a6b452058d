/**
 * Links and who stands behind them. A fresh link is greeted first: until the other side has shown that it belongs to our network,
 * nothing it says reaches the core, and the core does not know of it.
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
  type PeerIndex,
  type SignatureScheme,
} from '@murmuration/protocol';
import type { Link, LinkCloseCause, RefusalReason, TransportHandler } from '@murmuration/transport';
import type { AddressBook } from './address-book.ts';
import type { Counters } from './counters.ts';
import type { EventHub } from './event-hub.ts';
import { selfPeer, type Loop } from './loop.ts';

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
const lookMs = 1_000;

export class Links implements TransportHandler {
  readonly #context: LinksContext;
  readonly #peers = new Map<Link, PeerIndex>();
  readonly #links = new Map<PeerIndex, Link>();
  /** Links that have not greeted, and until when they may. */
  readonly #strangers = new Map<Link, number>();

  constructor(context: LinksContext) {
    this.#context = context;
  }

  /** Begins to send away who does not greet. */
  start(): void {
    this.#context.loop.every(lookMs, () => this.#sendSilentAway());
  }

  /** The greeted link to a peer, if there is one. */
  linkOf(peer: PeerIndex): Link | undefined {
    return this.#links.get(peer);
  }

  /** Every greeted link. */
  all(): IterableIterator<Link> {
    return this.#links.values();
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
    if (peer === undefined || peer === noPeer || this.#links.get(peer) !== link) return;
    this.#links.delete(peer);
    // The transport proves who sent it, and no honest node announces a frame that large.
    if (cause === 'oversized-frame') this.#context.loop.submit({ type: 'frame-refused', from: peer, offence: cause });
    this.#context.loop.submit({ type: 'link-down', peer, cause: causes[cause] });
  }

  onRefused(reason: RefusalReason, detail: string): void {
    this.#context.counters.add(`refused.${reason}`);
    this.#context.hub.emit({ type: 'refused', reason: `${reason}: ${detail}` });
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
    // The round trip is unknown before the first probe; zero says so.
    this.#context.loop.submit({ type: 'link-up', peer, rttMs: millis(0) });
  }

  #refuse(link: Link, reason: string, sentence: string): void {
    this.#context.counters.add(`refused.${reason}`);
    this.#peers.delete(link);
    this.#strangers.delete(link);
    this.#context.hub.emit({ type: 'refused', reason: `${link.remoteAddress} ${sentence}`, peer: link.peer });
    link.close();
  }
}
