/**
 * What one log knew of the other clients of a document at each point of its own clock. The update itself says only
 * which structs it touches; what their authors had seen before them follows, and so on. Kept as steps: per foreign
 * client, the own clocks at which more of it became known. A log that never touches what others wrote costs nothing.
 */

interface Steps {
  /** Own clocks, ascending. */
  readonly at: number[];
  /** What was known from that own clock on: an exclusive clock of the foreign client. */
  readonly known: number[];
}

/** The causal past of one log in one document. */
export class CausalPast {
  readonly #clients = new Map<number, Steps>();

  /** The foreign clock, exclusive, that the log knows now. */
  clockOf(client: number): number {
    return this.#clients.get(client)?.known.at(-1) ?? 0;
  }

  /** Notes what an update that starts at own clock `at` knew for the first time. */
  learn(at: number, learned: ReadonlyMap<number, number>): void {
    for (const [client, known] of learned) {
      const steps = this.#clients.get(client);
      if (steps === undefined) {
        this.#clients.set(client, { at: [at], known: [known] });
      } else {
        steps.at.push(at);
        steps.known.push(known);
      }
    }
  }

  /** Hands over what the log knew when it wrote the struct at `clock`. */
  tell(clock: number, hear: (client: number, known: number) => void): void {
    for (const [client, steps] of this.#clients) {
      const step = lastAtOrBefore(steps.at, clock);
      if (step >= 0) hear(client, steps.known[step] as number);
    }
  }
}

/** Index of the last value that is not above `limit`, or -1. */
function lastAtOrBefore(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
