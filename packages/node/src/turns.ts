/**
 * Several bridges, one crossing. Who is not the first in order holds a message back, and lets go of it when it sees that another brought
 * it across; what nobody did in time it does itself. So no message is lost with the bridge that should have carried it. Of equal keys each
 * is counted: two that wait need two crossings.
 */

/** Time, from outside. */
export interface TurnsClock {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
}

interface Waiting {
  readonly key: string;
  readonly bytes: number;
  readonly act: () => void;
  readonly callOff: () => void;
}

/** Foreign messages are admitted at 4 MiB a second: four seconds of them. Beyond it the oldest cross at once, perhaps twice. */
const heldBytesMax = 16 * 1024 * 1024;
/** 2,000 foreign messages a second, for eight. */
const heldMax = 16_384;
/** What was seen to cross before it was heard here: as long as anything is held. */
const seenForMs = 6_000;
const seenMax = 16_384;

export class Turns {
  readonly #clock: TurnsClock;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiting>();
  readonly #byKey = new Map<string, Waiting[]>();
  /** Crossings that nobody has waited for yet, in order of the last. */
  readonly #seen = new Map<string, { count: number; untilMs: number }>();
  #heldBytes = 0;

  constructor(clock: TurnsClock) {
    this.#clock = clock;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Acts after the delay, unless it is settled first; false if it was already. */
  hold(key: string, bytes: number, delayMs: number, act: () => void): boolean {
    if (this.#takeSeen(key)) return false;
    const callOff = this.#clock.after(delayMs, () => this.#release(waiting));
    const waiting: Waiting = { key, bytes, act, callOff };
    this.#waiting.add(waiting);
    const equals = this.#byKey.get(key);
    if (equals === undefined) this.#byKey.set(key, [waiting]);
    else equals.push(waiting);
    this.#heldBytes += bytes;
    const [oldest] = this.#waiting;
    if (oldest !== undefined && (this.#waiting.size > heldMax || this.#heldBytes > heldBytesMax)) this.#release(oldest);
    return true;
  }

  /** One of this key has crossed: one that waits does so no more. False if none waited. */
  settle(key: string): boolean {
    const [oldest] = this.#byKey.get(key) ?? [];
    if (oldest !== undefined) this.#forget(oldest);
    return oldest !== undefined;
  }

  /** One of this key has crossed that we have yet to hear of: the next one held is settled. */
  expect(key: string): void {
    const nowMs = this.#clock.now();
    const count = this.#takeAllSeen(key, nowMs) + 1;
    this.#seen.set(key, { count, untilMs: nowMs + seenForMs });
    for (const [oldest, { untilMs }] of this.#seen) {
      if (untilMs > nowMs && this.#seen.size <= seenMax) break;
      this.#seen.delete(oldest);
    }
  }

  /** Nothing that waits is done any more. */
  close(): void {
    for (const waiting of this.#waiting) this.#forget(waiting);
  }

  #release(waiting: Waiting): void {
    this.#forget(waiting);
    waiting.act();
  }

  #forget(waiting: Waiting): void {
    waiting.callOff();
    this.#waiting.delete(waiting);
    this.#heldBytes -= waiting.bytes;
    const equals = this.#byKey.get(waiting.key) ?? [];
    equals.splice(equals.indexOf(waiting), 1);
    if (equals.length === 0) this.#byKey.delete(waiting.key);
  }

  #takeSeen(key: string): boolean {
    const count = this.#takeAllSeen(key, this.#clock.now());
    if (count > 1) this.#seen.set(key, { count: count - 1, untilMs: this.#clock.now() + seenForMs });
    return count > 0;
  }

  #takeAllSeen(key: string, nowMs: number): number {
    const seen = this.#seen.get(key);
    this.#seen.delete(key);
    return seen !== undefined && seen.untilMs > nowMs ? seen.count : 0;
  }
}
