/**
 * Says a thing at once, and its repetitions as one count every ten seconds: a peer that knocks for ever costs one line per period.
 * Distinct reasons are bounded too, since a stranger chooses some of their words.
 */

/** Time without real time: the caller owns the clock. */
export interface RepeatLimitOptions {
  /** Says that something happened, for the first time in the period. */
  readonly first: (reason: string, detail: Readonly<Record<string, unknown>>) => void;
  /** Says how often it was repeated until the period ended. */
  readonly repeated: (reason: string, count: number) => void;
}

/** Length of a period. */
export const repeatPeriodMs = 10_000;
/** Reasons told apart in a period; further ones are counted under `otherReasons`. */
export const reasonsMax = 16;
/** Under which name the rest is counted. */
export const otherReasons = 'other reasons';

/** Counts repetitions within a period; the caller ends the periods. */
export class RepeatLimit {
  readonly #options: RepeatLimitOptions;
  readonly #repetitions: Map<string, number> = new Map();

  constructor(options: RepeatLimitOptions) {
    this.#options = options;
  }

  /** Something happened. */
  note(reason: string, detail: Readonly<Record<string, unknown>> = {}): void {
    const isKnown = this.#repetitions.has(reason);
    if (!isKnown && this.#repetitions.size < reasonsMax) {
      this.#repetitions.set(reason, 0);
      this.#options.first(reason, detail);
      return;
    }
    const name = isKnown ? reason : otherReasons;
    this.#repetitions.set(name, (this.#repetitions.get(name) ?? 0) + 1);
  }

  /** Ends the period: tells the counts. What went on is told as a count once more, not as something new. */
  endPeriod(): void {
    for (const [reason, count] of this.#repetitions) {
      if (count > 0) this.#options.repeated(reason, count);
      if (count > 0 && reason !== otherReasons) this.#repetitions.set(reason, 0);
      else this.#repetitions.delete(reason);
    }
  }
}
