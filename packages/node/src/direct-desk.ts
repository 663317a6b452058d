/**
 * Requests that others put to us: one handler, so many at work at a time, an answer or a refusal for each. The signal of a request ends
 * with its deadline, its link and our node; afterwards nobody wants the answer.
 */
import { directBytesMax, type DirectMessage, type DirectRefusal, type DirectRequest, type PeerId, type PeerIndex } from '@murmuration/protocol';
import type { Counters } from './counters.ts';
import { NodeError } from './errors.ts';
import type { Loop } from './loop.ts';
import { bytesOf, payloadOf, type Payload } from './payload.ts';

/** A request as its handler gets it. */
export interface IncomingRequest {
  /** Proven by the link that brought it. */
  readonly from: PeerId;
  readonly payload: Uint8Array;
  /** Ends when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Answers a request. A text travels as UTF-8; what it throws stays here. */
export type RequestHandler = (request: IncomingRequest) => Payload | Promise<Payload>;

/** What the desk needs of the node. */
export interface DeskContext {
  readonly loop: Pick<Loop, 'after'>;
  readonly counters: Counters;
  readonly idOf: (peer: PeerIndex) => PeerId;
  readonly hand: (to: PeerIndex, message: DirectMessage) => boolean;
  readonly warn: (reason: string) => void;
}

/** As many as a handler that asks a model can sensibly have open for one asker; 64 · 256 KiB are 16 MiB. */
export const requestsPerPeerMax = 64;
/** Sixteen such askers: 256 MiB of payloads at most. */
export const requestsAtWorkMax = 1_024;

export class RequestDesk {
  readonly #context: DeskContext;
  /** What ends each request at work, by who asked. A request leaves when its handler is done, heeded signal or not. */
  readonly #atWork = new Map<PeerIndex, Set<AbortController>>();
  #count = 0;
  #handler: RequestHandler | undefined;

  constructor(context: DeskContext) {
    this.#context = context;
  }

  /** Throws `handler-exists` where there is one: two parts of a program that both mean to answer are a mistake worth hearing of. */
  register(handler: RequestHandler): () => void {
    if (this.#handler !== undefined) {
      throw new NodeError('handler-exists', 'requests have a handler: end it first, or let it tell what is meant for whom', {});
    }
    const own: RequestHandler = (request) => handler(request);
    this.#handler = own;
    return () => {
      if (this.#handler === own) this.#handler = undefined;
    };
  }

  /** Does somebody wait for an answer to this peer? */
  isServing(peer: PeerIndex): boolean {
    return [...(this.#atWork.get(peer) ?? [])].some(({ signal }) => !signal.aborted);
  }

  onRequest(from: PeerIndex, request: DirectRequest): void {
    const handler = this.#handler;
    if (handler === undefined) return this.#refuse(from, request, 'no-handler');
    const isFull = this.#count === requestsAtWorkMax || this.#atWork.get(from)?.size === requestsPerPeerMax;
    if (isFull) return this.#refuse(from, request, 'busy');
    void this.#serve(handler, from, request);
  }

  /** Nobody is there any more to be answered. */
  onEnded(peer: PeerIndex): void {
    for (const work of this.#atWork.get(peer) ?? []) work.abort();
  }

  close(): void {
    this.#handler = undefined;
    for (const peer of this.#atWork.keys()) this.onEnded(peer);
  }

  async #serve(handler: RequestHandler, from: PeerIndex, request: DirectRequest): Promise<void> {
    const work = new AbortController();
    const { signal } = work;
    this.#enter(from, work);
    const callOff = this.#context.loop.after(request.deadlineMs, () => work.abort());
    // A handler that does not heed its signal may go on for long: the timer need not.
    signal.addEventListener('abort', callOff, { once: true });
    try {
      const payload = payloadOf(await handler({ from: this.#context.idOf(from), payload: bytesOf(request.payload), signal }), directBytesMax);
      this.#reply(from, signal, { type: 'direct', kind: 'answer', id: request.id, payload });
    } catch (error) {
      // A handler that ends with its signal has done what it should.
      if (!signal.aborted) this.#context.warn(`the request handler failed: ${error instanceof Error ? error.message : String(error)}`);
      this.#reply(from, signal, { type: 'direct', kind: 'refusal', id: request.id, reason: 'handler-failed' });
    }
    callOff();
    this.#leave(from, work);
  }

  #refuse(from: PeerIndex, { id }: DirectRequest, reason: DirectRefusal): void {
    this.#context.counters.add(`direct.${reason}`);
    this.#hand(from, { type: 'direct', kind: 'refusal', id, reason });
  }

  #reply(to: PeerIndex, { aborted }: AbortSignal, message: DirectMessage): void {
    if (aborted) this.#context.counters.add('direct.unwanted-answer');
    else this.#hand(to, message);
  }

  /** A link over its budget drops the answer; who asked hears nothing until the deadline. */
  #hand(to: PeerIndex, message: DirectMessage): void {
    if (!this.#context.hand(to, message)) this.#context.counters.add('dropped.link-full');
  }

  #enter(from: PeerIndex, work: AbortController): void {
    const theirs = this.#atWork.get(from) ?? new Set();
    this.#atWork.set(from, theirs.add(work));
    this.#count++;
  }

  #leave(from: PeerIndex, work: AbortController): void {
    const theirs = this.#atWork.get(from);
    theirs?.delete(work);
    if (theirs?.size === 0) this.#atWork.delete(from);
    this.#count--;
  }
}
