/** What has no fixed size and waits in a cell: messages with lists, and actions of a scenario, by the index of a free place. */

export class SideTable {
  readonly #values: unknown[] = [];
  readonly #free: number[] = [];

  keep(value: unknown): number {
    const index = this.#free.pop() ?? this.#values.length;
    this.#values[index] = value;
    return index;
  }

  /** The value of a place, which is free from now on. */
  take(index: number): unknown {
    const value = this.#values[index];
    this.#values[index] = undefined;
    this.#free.push(index);
    return value;
  }
}
