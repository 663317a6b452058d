/**
 * Who holds whom for a neighbor is held by it (REG8). While somebody knocks at a full view the two differ for a moment, so a pair counts
 * that differs each time that it is looked at.
 */
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

export class ViewSymmetry {
  #oneSided: Set<string> | undefined;

  /** Looks at the views as they are. */
  look({ cells, mesh }: World): void {
    const now = new Set<string>();
    for (const cell of cells) {
      const holds = (peer: number, other: number): boolean => mesh.isNeighbor(cell.nodeIndexOf(peer), cell.peerIndexOf(other));
      for (const peer of cell.running) {
        for (const other of cell.running) if (holds(peer, other) && !holds(other, peer)) now.add(`${cell.place.index}: ${peer} of ${other}`);
      }
    }
    this.#oneSided = this.#oneSided === undefined ? now : this.#oneSided.intersection(now);
  }

  get verdict(): Verdict {
    const pairs = [...(this.#oneSided ?? [])];
    return {
      name: 'views-symmetric', holds: pairs.length === 0,
      detail: pairs.length === 0 ? 'who holds a neighbor is held by it' : `neighbors who do not hold who holds them: ${pairs.slice(0, 3).join(', ')}`,
    };
  }
}
