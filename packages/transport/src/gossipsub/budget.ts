/**
 * What foreign messages may take of a second, together and by sender: gossipsub keeps payloads for five seconds without
 * a bound of its own, and one loud peer must leave room for the others. Windows are whole seconds, so a burst may take
 * twice the budget across their border.
 */
import type { PeerId } from '@murmuration/protocol';

/** Most per second. */
export interface Allowance {
  readonly messages: number;
  readonly bytes: number;
}

interface Spent {
  messages: number;
  bytes: number;
}

const windowMs = 1_000;

/** Counts one window. It remembers the senders of that window only. */
export class Budget {
  readonly #total: Allowance;
  readonly #half: Allowance;
  #windowEndsAtMs = -Infinity;
  #spent: Spent = { messages: 0, bytes: 0 };
  readonly #bySender = new Map<PeerId, Spent>();

  constructor(total: Allowance) {
    this.#total = total;
    this.#half = { messages: total.messages / 2, bytes: total.bytes / 2 };
  }

  /** Takes the message out of the budget, or answers false and takes nothing. */
  take(sender: PeerId, bytes: number, nowMs: number): boolean {
    if (nowMs >= this.#windowEndsAtMs) this.#begin(nowMs);
    const own = this.#bySender.get(sender) ?? { messages: 0, bytes: 0 };
    if (!fits(this.#spent, bytes, this.#total) || !fits(own, bytes, this.#half)) return false;
    this.#bySender.set(sender, add(own, bytes));
    add(this.#spent, bytes);
    return true;
  }

  #begin(nowMs: number): void {
    this.#windowEndsAtMs = nowMs + windowMs;
    this.#spent = { messages: 0, bytes: 0 };
    this.#bySender.clear();
  }
}

function fits(spent: Spent, bytes: number, most: Allowance): boolean {
  return spent.messages + 1 <= most.messages && spent.bytes + bytes <= most.bytes;
}

function add(spent: Spent, bytes: number): Spent {
  spent.messages += 1;
  spent.bytes += bytes;
  return spent;
}
