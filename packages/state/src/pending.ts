/**
 * Who waits for which struct. A log waits for one (client, clock) at a time; the waits for a client are sorted by
 * clock, so that progress of the client touches exactly the logs that it satisfies, however many others wait (Y9).
 */

interface Wait<Waiter> {
  readonly clock: number;
  readonly waiter: Waiter;
}

/** Waits by client. */
export class WaitList<Waiter> {
  /** Descending by clock: the next one to be satisfied is at the end. */
  readonly #byClient = new Map<number, Wait<Waiter>[]>();

  /** The waiter wants the struct at `clock` of `client`. */
  add(client: number, clock: number, waiter: Waiter): void {
    const waits = this.#byClient.get(client);
    if (waits === undefined) {
      this.#byClient.set(client, [{ clock, waiter }]);
      return;
    }
    let low = 0;
    let high = waits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((waits[middle] as Wait<Waiter>).clock > clock) low = middle + 1;
      else high = middle;
    }
    waits.splice(low, 0, { clock, waiter });
  }

  /** Takes out those who wait for a struct of `client` below `nextClock`. */
  take(client: number, nextClock: number): Waiter[] {
    const waits = this.#byClient.get(client);
    if (waits === undefined) return [];
    const satisfied: Waiter[] = [];
    for (let last = waits.at(-1); last !== undefined && last.clock < nextClock; last = waits.at(-1)) {
      satisfied.push(last.waiter);
      waits.pop();
    }
    if (waits.length === 0) this.#byClient.delete(client);
    return satisfied;
  }
}
