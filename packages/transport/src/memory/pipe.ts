/** One direction of a memory link: what enters leaves later, in order, or not at all. */

/** Runs `run` after a delay. The order of equal delays is the order of calls. */
export type Schedule = (afterMs: number, run: () => void) => void;

/** Where pipes end. While it is closed, pipes with something to deliver wait here; who opens it drains them. */
export interface Gate {
  readonly isOpen: boolean;
  readonly waiting: Set<Pipe>;
}

interface Parcel {
  readonly deliver: () => void;
  readonly bytes: number;
  hasTravelled: boolean;
}

/** A one-way, ordered, lossless pipe; who wants losses does not put things in. */
export class Pipe {
  readonly #schedule: Schedule;
  readonly #gate: Gate;
  #parcels: Parcel[] = [];
  #head = 0;
  #bytes = 0;

  constructor(schedule: Schedule, gate: Gate) {
    this.#schedule = schedule;
    this.#gate = gate;
  }

  /** Entered and not delivered. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#parcels.length;
  }

  put(bytes: number, afterMs: number, deliver: () => void): void {
    const parcel: Parcel = { deliver, bytes, hasTravelled: false };
    this.#parcels.push(parcel);
    this.#bytes += bytes;
    this.#schedule(afterMs, () => {
      parcel.hasTravelled = true;
      this.drain();
    });
  }

  /** Delivers all that has travelled and waits behind nothing. */
  drain(): void {
    for (let parcel = this.#parcels[this.#head]; parcel?.hasTravelled === true; parcel = this.#parcels[this.#head]) {
      if (!this.#gate.isOpen) {
        this.#gate.waiting.add(this);
        return;
      }
      this.#head += 1;
      this.#bytes -= parcel.bytes;
      if (this.#head === this.#parcels.length) {
        this.#parcels = [];
        this.#head = 0;
      }
      parcel.deliver();
    }
  }
}
