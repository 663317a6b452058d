/**
 * Timers in a wheel: slots of a few milliseconds, each an array. Adding is a push, and what is due is found by walking the slots
 * that have passed. A timer beyond one turn stays in its slot until its turn comes. Pure: time is handed in.
 */
import type { Millis } from '@murmuration/protocol';

interface Entry<Value> {
  readonly dueMs: Millis;
  readonly value: Value;
}

/** 4 ms is below the shortest delay of the protocol (5 ms); 256 slots are one second, the longest common period. */
const slotMs = 4;
const slotCount = 256;

export class TimerWheel<Value> {
  readonly #slots: Entry<Value>[][] = Array.from({ length: slotCount }, () => []);
  /** Slots up to this one, counted from time zero, have been walked. */
  #walked: number;
  #size = 0;

  constructor(now: Millis) {
    this.#walked = Math.floor(now / slotMs);
  }

  get size(): number {
    return this.#size;
  }

  /** A due time in the past is due at once. */
  add(dueMs: Millis, value: Value): void {
    const slot = Math.max(Math.floor(dueMs / slotMs), this.#walked);
    (this.#slots[slot % slotCount] as Entry<Value>[]).push({ dueMs, value });
    this.#size++;
  }

  /** Removes and returns what is due, earliest first; equal times in the order they were added. */
  takeDue(now: Millis): Value[] {
    const until = Math.floor(now / slotMs);
    const due: Entry<Value>[] = [];
    for (let slot = Math.max(this.#walked, until - slotCount + 1); slot <= until; slot++) this.#collect(slot, now, due);
    this.#walked = until;
    this.#size -= due.length;
    return due.toSorted((a, b) => a.dueMs - b.dueMs).map((entry) => entry.value);
  }

  /** When the next timer is due, or undefined without timers. */
  nextDueMs(): Millis | undefined {
    if (this.#size === 0) return undefined;
    for (let i = 0; i < slotCount; i++) {
      const slot = this.#walked + i;
      const dueMs = earliest(this.#slots[slot % slotCount] as Entry<Value>[]);
      if (dueMs < (slot + 1) * slotMs) return dueMs as Millis;
    }
    return Math.min(...this.#slots.map(earliest)) as Millis;
  }

  #collect(slot: number, now: Millis, due: Entry<Value>[]): void {
    const entries = this.#slots[slot % slotCount] as Entry<Value>[];
    if (entries.length === 0) return;
    const later = entries.filter((entry) => entry.dueMs > now);
    if (later.length === entries.length) return;
    due.push(...entries.filter((entry) => entry.dueMs <= now));
    this.#slots[slot % slotCount] = later;
  }
}

/** Asked with every alarm of a node, of slots that mostly are empty. */
function earliest(entries: readonly Entry<unknown>[]): number {
  let dueMs = Infinity;
  for (const entry of entries) dueMs = Math.min(dueMs, entry.dueMs);
  return dueMs;
}
