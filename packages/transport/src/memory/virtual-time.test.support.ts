/** A schedule without time: events run in the order of their due times, as fast as possible. */
import type { Schedule } from './pipe.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes when told to. */
export class VirtualTime {
  nowMs = 0;
  #order = 0;
  #due: Due[] = [];

  readonly schedule: Schedule = (afterMs, run) => {
    this.#order += 1;
    this.#due.push({ atMs: this.nowMs + afterMs, order: this.#order, run });
  };

  /** Runs what is due in the next `ms`, with all promises that hang on it. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settled();
    for (let next = this.#takeNext(untilMs); next !== undefined; next = this.#takeNext(untilMs)) {
      this.nowMs = next.atMs;
      next.run();
      await settled();
    }
    this.nowMs = untilMs;
  }

  #takeNext(untilMs: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (first === undefined || due.atMs < first.atMs || (due.atMs === first.atMs && due.order < first.order)) {
        first = due;
      }
    }
    if (first === undefined || first.atMs > untilMs) return undefined;
    this.#due = this.#due.filter((due) => due !== first);
    return first;
  }
}

/** All microtasks have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
