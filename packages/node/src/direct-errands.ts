/**
 * What we want to say to one peer, until it is settled: a note when a link has taken it, a request when its answer has come, each by its
 * deadline at the latest. An errand waits for a link if there is none, is handed over once, and is never handed over again: whether
 * a request was handled before its link ended, nobody here can know.
 */
import { millis, type DirectAnswer, type DirectMessage, type DirectRefused, type Millis, type PeerId, type PeerIndex } from '@murmuration/protocol';
import type { Counters } from './counters.ts';
import { NodeError } from './errors.ts';
import type { Loop } from './loop.ts';
import { bytesOf } from './payload.ts';

/** What errands need of the node. */
export interface ErrandsContext {
  readonly loop: Pick<Loop, 'now' | 'after'>;
  readonly counters: Counters;
  readonly idOf: (peer: PeerIndex) => PeerId;
  readonly isReached: (peer: PeerIndex) => boolean;
  /** Makes a link; `onReached` or `onUnreachable` follows. */
  readonly reach: (peer: PeerIndex) => void;
  readonly hand: (to: PeerIndex, message: DirectMessage) => boolean;
  /** A draw below 2^32: where ids begin, so that an answer to the process before us fits no request of ours. */
  readonly draw: () => number;
}

/** One thing to say. */
export interface Order {
  readonly to: PeerIndex;
  readonly kind: 'note' | 'request';
  readonly payload: Uint8Array;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Errand {
  readonly order: Order;
  readonly dueMs: number;
  readonly settle: (outcome: Uint8Array | NodeError) => void;
  isHanded: boolean;
}

/** At 256 KiB each they hold 256 MiB at most; a caller that has so many unsettled does not wait for any. */
export const errandsMax = 1_024;

const nothing = new Uint8Array(0);

export class Errands {
  readonly #context: ErrandsContext;
  readonly #errands = new Map<number, Errand>();
  #lastId: number;
  #isClosed = false;

  constructor(context: ErrandsContext) {
    this.#context = context;
    this.#lastId = context.draw();
  }

  /** Resolves with the answer, or with nothing for a note. Rejects with a `NodeError`. */
  run(order: Order): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const refusal = this.#refusalOf(order);
    if (refusal !== undefined) reject(refusal);
    else this.#begin(order, (outcome) => (outcome instanceof NodeError ? reject(outcome) : resolve(outcome)));
    return promise;
  }

  /** Is somebody still waiting for this peer? */
  isWaitingFor(peer: PeerIndex): boolean {
    return this.#of(peer).length > 0;
  }

  onReached(peer: PeerIndex): void {
    for (const [id, errand] of this.#of(peer)) if (!errand.isHanded) this.#hand(id, errand);
  }

  onUnreachable(peer: PeerIndex, cause: unknown): void {
    if (this.#context.isReached(peer)) return;
    const error = this.#unreachable(peer, 'none of its addresses answers: see whether it runs, and who can reach it', cause);
    for (const [, { settle, isHanded }] of this.#of(peer)) if (!isHanded) settle(error);
  }

  /** Its link is gone. What was handed over on it may have been handled. */
  onEnded(peer: PeerIndex): void {
    const error = this.#unreachable(peer, 'its link ended first: ask again, if being asked twice does no harm');
    for (const [, { settle }] of this.#of(peer)) settle(error);
  }

  /** An answer settles the request of its id, if that was put to the one who answers; every other is too late, or a guess. */
  onAnswer(from: PeerIndex, answer: DirectAnswer | DirectRefused): void {
    const errand = this.#errands.get(answer.id);
    const isAsked = errand !== undefined && errand.isHanded && errand.order.to === from;
    if (!isAsked) return this.#context.counters.add('direct.stray-answer');
    errand.settle(answer.kind === 'answer' ? bytesOf(answer.payload) : this.#refused(from, answer));
  }

  close(): void {
    this.#isClosed = true;
    for (const { settle } of this.#errands.values().toArray()) settle(new NodeError('closed', 'the node was closed', {}));
  }

  #refusalOf({ to, signal }: Order): NodeError | undefined {
    if (this.#isClosed) return new NodeError('closed', 'the node is closed', {});
    if (signal?.aborted === true) return aborted(signal);
    if (this.#errands.size < errandsMax) return undefined;
    const message = `${errandsMax} direct messages of this node are unsettled: await some of them first`;
    return new NodeError('busy', message, { peer: this.#context.idOf(to) }, { isRetryable: true });
  }

  #begin(order: Order, settled: (outcome: Uint8Array | NodeError) => void): void {
    const { loop, isReached, reach } = this.#context;
    const { to, deadlineMs, signal } = order;
    const id = this.#nextId();
    const settle = (outcome: Uint8Array | NodeError): void => {
      if (!this.#errands.delete(id)) return;
      callOff();
      signal?.removeEventListener('abort', onAbort);
      settled(outcome);
    };
    const onAbort = (): void => settle(aborted(signal));
    const callOff = loop.after(deadlineMs, () => settle(this.#late(order)));
    signal?.addEventListener('abort', onAbort);
    const errand: Errand = { order, dueMs: loop.now() + deadlineMs, settle, isHanded: false };
    this.#errands.set(id, errand);
    if (isReached(to)) this.#hand(id, errand);
    else reach(to);
  }

  #hand(id: number, errand: Errand): void {
    const { to, kind, payload } = errand.order;
    const deadlineMs = this.#leftMs(errand);
    errand.isHanded = true;
    const isTaken = this.#context.hand(to, { type: 'direct', ...(kind === 'note' ? { kind, payload } : { kind, id, deadlineMs, payload }) });
    if (isTaken && kind === 'note') errand.settle(nothing);
    if (isTaken) return;
    const message = `the link to ${this.#context.idOf(to)} is full: send less at a time, or again a little later`;
    errand.settle(new NodeError('link-full', message, { peer: this.#context.idOf(to) }, { isRetryable: true }));
  }

  #leftMs({ dueMs }: Errand): Millis {
    return millis(Math.max(0, Math.ceil(dueMs - this.#context.loop.now())));
  }

  /** The next that nobody waits for. */
  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#errands.has(this.#lastId));
    return this.#lastId;
  }

  #of(peer: PeerIndex): [number, Errand][] {
    return [...this.#errands].filter(([, { order }]) => order.to === peer);
  }

  #late({ to, deadlineMs }: Order): NodeError {
    const peer = this.#context.idOf(to);
    const message = `${peer} did not answer within ${deadlineMs} ms: give it longer, or see what it does`;
    return new NodeError('deadline-exceeded', message, { peer, deadlineMs }, { isRetryable: true });
  }

  #unreachable(to: PeerIndex, reason: string, cause?: unknown): NodeError {
    const peer = this.#context.idOf(to);
    return new NodeError('unreachable', `${peer} cannot be reached, ${reason}`, { peer }, { isRetryable: true, cause });
  }

  #refused(from: PeerIndex, { reason }: DirectRefused): NodeError {
    const peer = this.#context.idOf(from);
    return new NodeError(reason, refusals[reason](peer), { peer }, { isRetryable: reason === 'busy' });
  }
}

/** What a refusal means for who asked. */
const refusals: Readonly<Record<DirectRefused['reason'], (peer: PeerId) => string>> = {
  'no-handler': (peer) => `${peer} answers no requests: it has to call onRequest first`,
  'handler-failed': (peer) => `${peer} failed at the request: the reason is told there, as a warning`,
  busy: (peer) => `${peer} has as many requests at work as it takes: ask again a little later`,
};

function aborted(signal: AbortSignal | undefined): NodeError {
  return new NodeError('aborted', 'the signal ended it', {}, { cause: signal?.reason });
}
