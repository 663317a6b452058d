/** How long writes took to be known: over all deliveries of a run, by whole milliseconds. */
import type { CurvePoint } from '../scenario.ts';
import type { Written } from './batches.ts';

/** Points of a curve: as many as a screen shows. */
const pointsMax = 200;

export class Spread {
  readonly #byMs: number[] = [];
  readonly #wanted: number;

  /** `isWanted` says which peers of its cell should have come to know a batch. */
  constructor(all: readonly Written[], isWanted: (written: Written, peer: number) => boolean = () => true) {
    let wanted = 0;
    for (const written of all) {
      for (let peer = 0; peer < written.knownAfterMs.length; peer++) {
        if (!isWanted(written, peer)) continue;
        wanted++;
        const afterMs = (written.knownAfterMs[peer] as number) - 1;
        if (afterMs >= 0) this.#byMs[afterMs] = (this.#byMs[afterMs] ?? 0) + 1;
      }
    }
    this.#wanted = wanted;
  }

  /** Of all deliveries that should be. */
  get wanted(): number {
    return this.#wanted;
  }

  get delivered(): number {
    return this.#byMs.reduce((sum, count) => sum + count, 0);
  }

  /** Within how many milliseconds a share of all deliveries came; null where it never did. */
  withinMs(share: number): number | null {
    const enough = Math.ceil(share * this.#wanted);
    let sum = 0;
    for (let ms = 0; ms < this.#byMs.length; ms++) {
      sum += this.#byMs[ms] ?? 0;
      if (sum >= enough) return ms;
    }
    return null;
  }

  get curve(): CurvePoint[] {
    const stepMs = Math.max(1, Math.ceil(this.#byMs.length / pointsMax));
    const points: CurvePoint[] = [];
    let sum = 0;
    for (let ms = 0; ms < this.#byMs.length; ms++) {
      sum += this.#byMs[ms] ?? 0;
      if ((ms + 1) % stepMs === 0 || ms === this.#byMs.length - 1) points.push({ at: ms, informed: sum / this.#wanted });
    }
    return points;
  }
}
