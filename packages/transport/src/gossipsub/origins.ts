/**
 * Loop prevention, the half that works by ids: what gossipsub publishes has an id that travels through the mesh with it, and what has
 * such an id is neither published nor brought in again. (The other half: what a bridge signed never enters the mesh.) The content is not
 * compared: the same payload twice is two messages. Ids are kept in order of arrival, the oldest gives way.
 */

/** Which foreign messages the mesh has already. */
export class Origins {
  readonly #idsMax: number;
  readonly #inMesh = new Set<string>();

  constructor(idsMax: number) {
    this.#idsMax = idsMax;
  }

  /** Ids that are remembered. */
  get size(): number {
    return this.#inMesh.size;
  }

  /** Remembers that the mesh has this message; false if that was known. */
  note(id: Uint8Array): boolean {
    const name = Buffer.from(id).toString('latin1');
    if (this.#inMesh.has(name)) return false;
    this.#inMesh.add(name);
    const [oldest] = this.#inMesh;
    if (this.#inMesh.size > this.#idsMax && oldest !== undefined) this.#inMesh.delete(oldest);
    return true;
  }
}
