/** A meeting of all workers in shared memory: nobody goes on before all have come. Who waits sleeps. */

const arrived = 0;
const generation = 1;

export class Barrier {
  readonly #cells: Int32Array;
  readonly #parties: number;

  constructor(buffer: SharedArrayBuffer, parties: number) {
    this.#cells = new Int32Array(buffer);
    this.#parties = parties;
  }

  meet(): void {
    const present = Atomics.load(this.#cells, generation);
    if (Atomics.add(this.#cells, arrived, 1) + 1 < this.#parties) {
      while (Atomics.load(this.#cells, generation) === present) Atomics.wait(this.#cells, generation, present);
      return;
    }
    Atomics.store(this.#cells, arrived, 0);
    Atomics.add(this.#cells, generation, 1);
    Atomics.notify(this.#cells, generation);
  }
}
