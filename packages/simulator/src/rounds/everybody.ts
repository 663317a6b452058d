/** Uniform mixing, as the theory has it: everybody else is a neighbor. The daemon's partner selection draws from this view. */
import type { Neighborhood, NodeIndex, PeerIndex } from '@murmuration/protocol';

/** All nodes but oneself; in a run, node and peer numbers are the same. */
export class Everybody implements Neighborhood {
  readonly #nodes: number;

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  neighborCount(_node: NodeIndex): number {
    return this.#nodes - 1;
  }

  neighborAt(node: NodeIndex, position: number): PeerIndex {
    return (position < node ? position : position + 1) as PeerIndex;
  }

  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean {
    return peer >= 0 && peer < this.#nodes && (peer as number) !== node;
  }
}
