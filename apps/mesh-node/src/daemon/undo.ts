/** What was done, to be undone in reverse order, each step once, whatever the others do. */

/** A stack of steps. */
export class Undo {
  readonly #steps: (() => unknown)[] = [];

  /** Remembers how to undo what was just done. */
  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Undoes everything; throws the first failure after the last step. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
