/** Test tool: what is to happen in a virtual world, by time and then by order of asking. A binary heap. */

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

const isBefore = (first: Entry, second: Entry): boolean =>
  first.atMs === second.atMs ? first.order < second.order : first.atMs < second.atMs;

export class EventQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Time of the next event, or infinity. */
  get nextAtMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  push(atMs: number, happen: () => void): void {
    const entry = { atMs, order: this.#order++, happen };
    let cell = this.#heap.length;
    while (cell > 0) {
      const parent = (cell - 1) >> 1;
      if (!isBefore(entry, this.#heap[parent] as Entry)) break;
      this.#heap[cell] = this.#heap[parent] as Entry;
      cell = parent;
    }
    this.#heap[cell] = entry;
  }

  /** Removes the next event and lets it happen. */
  step(): void {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return;
    if (this.#heap.length > 0) this.#sink(last);
    first.happen();
  }

  #sink(entry: Entry): void {
    const size = this.#heap.length;
    let cell = 0;
    for (let child = 1; child < size; child = 2 * cell + 1) {
      const right = child + 1;
      const least = right < size && isBefore(this.#heap[right] as Entry, this.#heap[child] as Entry) ? right : child;
      if (!isBefore(this.#heap[least] as Entry, entry)) break;
      this.#heap[cell] = this.#heap[least] as Entry;
      cell = least;
    }
    this.#heap[cell] = entry;
  }
}
