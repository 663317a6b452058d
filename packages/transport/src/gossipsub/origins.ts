/**
 * Loop prevention. What the mesh publishes is signed by a bridge, and what gossipsub publishes has an id that travels
 * through the mesh with it. So a message that a bridge signed never enters the mesh, and one whose id the mesh carries
 * is neither published nor brought in again. Both hold for any number of bridges between one mesh and one topic. The
 * content is never compared: the same payload twice is two messages. Ids are kept in order of arrival, the oldest gives
 * way.
 */
import type { PeerId } from '@murmuration/protocol';

/** Which messages the mesh has already. */
export class Origins {
  readonly #isBridge: (author: PeerId) => boolean;
  readonly #idsMax: number;
  readonly #inMesh = new Set<string>();

  constructor(isBridge: (author: PeerId) => boolean, idsMax: number) {
    this.#isBridge = isBridge;
    this.#idsMax = idsMax;
  }

  /** Ids that are remembered. */
  get size(): number {
    return this.#inMesh.size;
  }

  /** True the first time that a message comes which did not come from the mesh. */
  entersMesh(author: PeerId, id: string): boolean {
    return !this.#isBridge(author) && this.note(id);
  }

  /** Remembers that the mesh has this message; false if that was known. */
  note(id: string): boolean {
    if (this.#inMesh.has(id)) return false;
    this.#inMesh.add(id);
    const [oldest] = this.#inMesh;
    if (this.#inMesh.size > this.#idsMax && oldest !== undefined) this.#inMesh.delete(oldest);
    return true;
  }
}
