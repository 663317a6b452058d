/**
 * Who is called, and when again. For a direct message: its peer, once, at once. For the overlay: bootstrap nodes until they have greeted us;
 * whenever we are alone all of them again, and everybody we ever knew, in turn; peers as the core asks for them. A target that failed
 * waits longer each time, up to half a minute, and is never given up (D9).
 */
import { jittered, noPeer, publicKeyOfPeerId, type Millis, type PeerId, type PeerIndex } from '@murmuration/protocol';
import { TransportError, type DialTarget, type Link, type Transport } from '@murmuration/transport';
import type { AddressBook } from './address-book.ts';
import type { EventHub } from './event-hub.ts';
import type { Links } from './links.ts';
import { selfPeer, type Loop } from './loop.ts';

/** What the dialer works with. */
export interface DialerContext {
  readonly transport: Transport;
  readonly book: AddressBook;
  readonly links: Links;
  readonly loop: Loop;
  readonly hub: EventHub;
  /** A draw below 2^32, for jitter. */
  readonly draw: () => number;
  /** A dial of this peer has failed. */
  readonly onUnreachable: (peer: PeerIndex, cause: unknown) => void;
}

interface Target {
  failures: number;
  nextAtMs: number;
  isDialing: boolean;
  /** When a dial last succeeded; minus infinity before the first. */
  metAtMs: number;
  /** Who answered the last dial. */
  answeredBy: Uint8Array | undefined;
  hasGreeted: boolean;
}

/** Dials at one time: each costs a handshake, about 3 ms of one core. */
const dialsMax = 8;
/** Of these at most so many for visits: however many direct messages wait, the overlay finds its links. */
const visitDialsMax = 4;
const firstWaitMs = 250;
const waitMsMax = 30_000;
/** How often bootstrap addresses are looked at. */
const lookMs = 250;

export class Dialer {
  readonly #context: DialerContext;
  readonly #peers = new Map<PeerIndex, Target>();
  readonly #bootstrap: ReadonlyMap<DialTarget, Target>;
  /** Peers to visit, as soon as a dial is free; as many at most as there are direct messages that wait. */
  readonly #visits = new Set<PeerIndex>();
  #dials = 0;
  #visitDials = 0;
  /** Whose turn it is among all we know, when we are alone. */
  #nextKnown = 0;

  constructor(context: DialerContext, bootstrap: readonly string[]) {
    this.#context = context;
    this.#bootstrap = new Map(targetsOf(bootstrap).map((to) => [to, freshTarget()]));
  }

  start(): void {
    this.#look();
    this.#context.loop.every(lookMs, () => this.#look());
  }

  /**
   * The core wants a link. One that is a visit is told to it; ignored while one is being made, or while the peer's last failure is too
   * recent.
   */
  connect(peer: PeerIndex): void {
    if (this.#context.links.linkOf(peer) !== undefined) return this.#join(peer);
    const addresses = this.#context.book.addressesOf(peer);
    if (addresses.length === 0) return;
    void this.#dial(this.#targetOf(peer), { peer: this.#context.book.idOf(peer), addresses });
  }

  /** To be turned away on a visit costs the other end what a dial does: it counts as one. */
  #join(peer: PeerIndex): void {
    const target = this.#targetOf(peer);
    if (this.#context.links.isInOverlay(peer) || this.#context.loop.now() < target.nextAtMs) return;
    this.#succeeded(target);
    this.#context.links.join(peer);
  }

  /** A direct message waits for a link: greeting, or `onUnreachable`, follows. What the overlay has waited for so far does not count. */
  visit(peer: PeerIndex): void {
    this.#visits.add(peer);
    this.#startVisits();
  }

  #startVisits(): void {
    for (const peer of this.#visits) {
      if (this.#dials === dialsMax || this.#visitDials === visitDialsMax) return;
      this.#visits.delete(peer);
      // One that is being dialed for the overlay is greeted or fails as well.
      if (this.#context.links.linkOf(peer) === undefined && !this.#targetOf(peer).isDialing) void this.#visit(peer);
    }
  }

  #targetOf(peer: PeerIndex): Target {
    const target = this.#peers.get(peer) ?? freshTarget();
    this.#peers.set(peer, target);
    return target;
  }

  // retry: R1
  #look(): void {
    this.#startVisits();
    const { isAlone } = this.#context.links;
    for (const [to, target] of this.#bootstrap) {
      if (!this.#hasGreeted(target) || isAlone) void this.#dial(target, to);
    }
    if (isAlone) this.#dialKnown();
  }

  /** One of all we ever knew, and the next one at the next look: a restarted node finds the mesh without its bootstrap nodes. */
  #dialKnown(): void {
    const { book } = this.#context;
    this.#nextKnown = (this.#nextKnown + 1) % book.count;
    if (this.#nextKnown !== selfPeer) this.connect(this.#nextKnown as PeerIndex);
  }

  /** A link alone is not enough: whoever answered may belong to another network. */
  #hasGreeted(target: Target): boolean {
    if (target.hasGreeted || target.answeredBy === undefined) return target.hasGreeted;
    const peer = this.#context.book.find(target.answeredBy);
    target.hasGreeted = peer !== noPeer && this.#context.links.linkOf(peer) !== undefined;
    return target.hasGreeted;
  }

  async #dial(target: Target, to: DialTarget): Promise<void> {
    const { loop, links } = this.#context;
    if (target.isDialing || this.#dials === dialsMax || loop.now() < target.nextAtMs) return;
    try {
      const link = await this.#call(target, to);
      target.answeredBy = link.publicKey;
      this.#succeeded(target);
      links.want(link);
    } catch (error) {
      this.#failed(target, to, error);
    }
  }

  async #visit(peer: PeerIndex): Promise<void> {
    const { book, onUnreachable } = this.#context;
    const to = { peer: book.idOf(peer), addresses: book.addressesOf(peer) };
    this.#visitDials++;
    await this.#call(this.#targetOf(peer), to).catch((error: unknown) => onUnreachable(peer, error));
    this.#visitDials--;
    this.#startVisits();
  }

  async #call(target: Target, to: DialTarget): Promise<Link> {
    target.isDialing = true;
    this.#dials++;
    try {
      return await this.#context.transport.dial(to);
    } finally {
      target.isDialing = false;
      this.#dials--;
    }
  }

  /** A link is up, but the greeting may still fail: what succeeds again and again counts as failing, what lasted starts over. */
  #succeeded(target: Target): void {
    const now = this.#context.loop.now();
    target.failures = now - target.metAtMs < 2 * waitMsMax ? target.failures + 1 : 0;
    target.metAtMs = now;
    target.nextAtMs = now + waitMs(target.failures, this.#context.draw());
  }

  #failed(target: Target, to: DialTarget, error: unknown): void {
    target.failures++;
    target.nextAtMs = this.#context.loop.now() + waitMs(target.failures, this.#context.draw());
    this.#tellVisitors(to, error);
    if (error instanceof TransportError && (error.code === 'dialed-self' || error.code === 'not-started')) return;
    // The first failure is news, later ones of the same target are not.
    if (target.failures > 1) return;
    const reason = error instanceof Error ? error.message : String(error);
    const whom = to.peer ?? to.addresses.join(', ');
    this.#context.hub.emit({ type: 'warning', reason: `cannot reach ${whom} yet, will keep trying: ${reason}` });
  }

  /** Direct messages may have waited for a dial that was the overlay's. */
  #tellVisitors({ peer: id }: DialTarget, error: unknown): void {
    const publicKey = id === undefined ? undefined : publicKeyOfPeerId(id);
    const peer = publicKey === undefined ? noPeer : this.#context.book.find(publicKey);
    if (peer !== noPeer) this.#context.onUnreachable(peer, error);
  }
}

/** One target per identity, so that QUIC comes first and TCP is its fallback; one per address that names nobody. */
function targetsOf(addresses: readonly string[]): DialTarget[] {
  const byPeer = Map.groupBy(addresses, (address) => /\/p2p\/(\w+)$/.exec(address)?.[1] ?? address);
  return Array.from(byPeer, ([whom, theirs]) => {
    return publicKeyOfPeerId(whom) === undefined ? { addresses: theirs } : { peer: whom as PeerId, addresses: theirs };
  });
}

function freshTarget(): Target {
  return { failures: 0, nextAtMs: 0, isDialing: false, metAtMs: -Infinity, answeredBy: undefined, hasGreeted: false };
}

/** Doubling, capped, and jittered by a quarter so that nodes that lost each other together do not dial in step. */
function waitMs(failures: number, draw32: number): Millis {
  return jittered(Math.min(waitMsMax, firstWaitMs * 2 ** Math.max(0, failures - 1)), 0.25, draw32) as Millis;
}
