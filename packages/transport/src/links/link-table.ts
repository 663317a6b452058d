/**
 * Which stream is the link to a peer. At most one is held per peer; every decision is made here, by `opening.ts` and
 * this:
 *
 * - We dial only while we hold no link to that peer, and check again in the moment of our opening.
 * - If the peer's dial arrives while our own opening waits for its answer, the dial of the smaller id has precedence:
 *   the smaller id parks the other's until its own has come to an end, the larger one gives its own up at once.
 * - Otherwise an offer is taken if nothing is held, or if it proves that the held link is dead.
 */
import type { PeerId } from '@murmuration/protocol';
import type { Link, LinkCloseCause, TransportHandler } from '../transport.ts';
import { supersedes, type Opening } from './opening.ts';

/** A link with the part of its life that the application does not see: negotiating, up, down. */
export interface CandidateLink extends Link {
  /** What the other end said of itself; undefined until it spoke. */
  readonly opening: Opening | undefined;
  readonly isUp: boolean;
  /** Resolves when a link that was closed in order has flushed; at once for others. */
  readonly settled: Promise<void>;
  /** Sends our opening. */
  sendOpening(opening: Opening): void;
  /** Both openings are exchanged: frames may flow. */
  rise(): void;
  /** Ends at once; `onEnd` of the owner is called before this returns, unless the link was down. */
  end(cause: LinkCloseCause): void;
  /** One period of the transport's timer has passed. */
  sweep(): void;
}

/** Hears of candidates. `onEnd` comes exactly once, after it nothing. */
export interface LinkOwner<Candidate extends CandidateLink> {
  onOpening(link: Candidate, opening: Opening): void;
  onFrame(link: Candidate, frame: Uint8Array): void;
  onEnd(link: Candidate, cause: LinkCloseCause): void;
}

/** A dial of ours whose opening waits for its answer, and the promise of what comes of it. */
interface Proposal<Candidate> extends PromiseWithResolvers<Candidate> {
  readonly link: Candidate;
}

/** The links of one transport. */
export class LinkTable<Candidate extends CandidateLink> implements LinkOwner<Candidate> {
  readonly #self: PeerId;
  readonly #instance: string;
  readonly #handler: TransportHandler;
  #openingsSent = 0;
  readonly #held = new Map<PeerId, Candidate>();
  /** Our dials whose opening waits for an answer. */
  readonly #proposed = new Map<PeerId, Proposal<Candidate>>();
  /** Dials of larger ids that wait for the outcome of ours; the latest per peer. */
  readonly #parked = new Map<PeerId, Candidate>();
  /** Links that were closed in order and are still flushing. */
  readonly #flushing = new Set<Candidate>();
  /** Closed by the application, whose handler is not called inside its own call. */
  #unreported: Candidate[] = [];
  #isClosed = false;

  constructor(self: PeerId, instance: string, handler: TransportHandler) {
    this.#self = self;
    this.#instance = instance;
    this.#handler = handler;
  }

  /** The link to a peer, if there is one. */
  held(peer: PeerId): Candidate | undefined {
    return this.#held.get(peer);
  }

  get links(): readonly Candidate[] {
    return [...this.#held.values()];
  }

  /** Our dial has reached `link.peer`: sends our opening. Resolves with the link that is kept, which may be another. */
  propose(link: Candidate): Promise<Candidate> {
    if (this.#isClosed) {
      link.end('closed-locally');
      return Promise.reject(new Error('the transport was stopped'));
    }
    // Whoever dials by address alone learns late that another dial of theirs has reached the same peer.
    const held = this.#held.get(link.peer) ?? this.#proposed.get(link.peer)?.promise;
    if (held !== undefined) {
      link.end('replaced');
      return Promise.resolve(held);
    }
    const proposal: Proposal<Candidate> = { link, ...Promise.withResolvers<Candidate>() };
    this.#proposed.set(link.peer, proposal);
    link.sendOpening(this.#nextOpening());
    return proposal.promise;
  }

  onOpening(link: Candidate, opening: Opening): void {
    if (this.#isClosed) return link.end('closed-locally');
    if (link.direction === 'outbound') return this.#onAnswer(link);
    const proposal = this.#proposed.get(link.peer);
    if (proposal !== undefined && this.#self < link.peer) return this.#park(link);
    const held = this.#held.get(link.peer);
    if (held?.opening !== undefined && !supersedes(opening, held.opening)) return link.end('replaced');
    this.#accept(link);
  }

  onFrame(link: Candidate, frame: Uint8Array): void {
    // A peer that sends before it was answered breaks the protocol of openings.
    if (!link.isUp) return link.end('malformed-frame');
    this.#handler.onFrame(link, frame);
  }

  onEnd(link: Candidate, cause: LinkCloseCause): void {
    if (this.#parked.get(link.peer) === link) this.#parked.delete(link.peer);
    if (this.#proposed.get(link.peer)?.link === link) this.#withdraw(link, cause);
    if (this.#held.get(link.peer) !== link) return this.#onEndOfStranger(link, cause);
    this.#held.delete(link.peer);
    if (cause !== 'closed-locally') return this.#handler.onLinkDown(link, cause);
    this.#awaitFlush(link);
    this.#unreported.push(link);
    queueMicrotask(() => this.#report());
  }

  /** The dial of a peer that waits for the outcome of ours. */
  parked(peer: PeerId): Candidate | undefined {
    return this.#parked.get(peer);
  }

  /** One period of the transport's timer has passed. */
  sweep(): void {
    for (const link of this.links) link.sweep();
  }

  /** Closes every link in order and admits no other; resolves when all have flushed. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    // The handler is not called inside the application's call of `stop`.
    await Promise.resolve();
    for (const { link } of this.#proposed.values()) link.end('closed-locally');
    for (const link of this.#parked.values()) link.end('closed-locally');
    for (const link of this.links) link.close();
    this.#report();
    await Promise.all([...this.#flushing].map((link) => link.settled));
  }

  #nextOpening(): Opening {
    this.#openingsSent += 1;
    return { instance: this.#instance, number: this.#openingsSent };
  }

  #onAnswer(link: Candidate): void {
    const proposal = this.#proposed.get(link.peer);
    if (proposal?.link !== link) return link.end('replaced');
    this.#proposed.delete(link.peer);
    this.#hold(link);
    proposal.resolve(link);
    const parked = this.#parked.get(link.peer);
    if (parked !== undefined) this.#reconsider(parked);
  }

  #park(link: Candidate): void {
    this.#parked.get(link.peer)?.end('replaced');
    this.#parked.set(link.peer, link);
  }

  #reconsider(parked: Candidate): void {
    this.#parked.delete(parked.peer);
    if (parked.opening !== undefined) this.onOpening(parked, parked.opening);
  }

  #accept(link: Candidate): void {
    const proposal = this.#proposed.get(link.peer);
    this.#proposed.delete(link.peer);
    link.sendOpening(this.#nextOpening());
    this.#hold(link);
    proposal?.resolve(link);
    proposal?.link.end('replaced');
  }

  #hold(link: Candidate): void {
    this.#held.get(link.peer)?.end('replaced');
    this.#report();
    this.#held.set(link.peer, link);
    link.rise();
    this.#handler.onLinkUp(link);
  }

  /** Our dial has failed after its opening: the peer's own, if parked, gets its chance. */
  #withdraw(link: Candidate, cause: LinkCloseCause): void {
    const proposal = this.#proposed.get(link.peer);
    this.#proposed.delete(link.peer);
    const parked = this.#parked.get(link.peer);
    if (parked !== undefined) this.#reconsider(parked);
    const held = this.#held.get(link.peer);
    if (held !== undefined) proposal?.resolve(held);
    else proposal?.reject(new Error(`the link ended before it was up: ${cause}`));
  }

  #onEndOfStranger(link: Candidate, cause: LinkCloseCause): void {
    if (link.direction === 'outbound' || (cause !== 'malformed-frame' && cause !== 'oversized-frame')) return;
    this.#handler.onRefused('negotiation-failed', `${link.remoteAddress}: ${cause} instead of an opening`);
  }

  #report(): void {
    for (const link of this.#unreported.splice(0)) this.#handler.onLinkDown(link, 'closed-locally');
  }

  #awaitFlush(link: Candidate): void {
    this.#flushing.add(link);
    void link.settled.then(() => this.#flushing.delete(link));
  }
}
