/**
 * A run in virtual time: one `Mesh` for all nodes, in cells that are meshes of their own. Time passes cell by cell, in windows, so that
 * somebody can look in between.
 */
import { Mesh, resolveMeshOptions, type MeshOptions, type MeshOptionsInput } from '@murmuration/mesh';
import { mix32, silentObserver, type MeshEvent, type Observer, type PeerIndex } from '@murmuration/protocol';
import { Batches } from './batches.ts';
import { Cell } from './cell.ts';
import { pathDefaults, PathModel, type PathOptions } from './path-model.ts';
import { Tally } from './tally.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Peers of the largest cell; all cells are equal but for one peer. */
  readonly cellMax: number;
  /** Fresh nodes of each cell, for restarts. */
  readonly restartsMax?: number;
  readonly options?: MeshOptionsInput;
  readonly paths?: Partial<PathOptions>;
  readonly clockSkew?: number;
  /** Links that a peer's transport takes, neighbors or not; whoever asks for more is refused. */
  readonly linksMax?: number;
  readonly observer?: Observer;
  readonly onEvent?: (cell: Cell, by: number, event: MeshEvent) => void;
}

/** A daemon's transport takes some hundred, so that contacts of a joining cell are not shut. */
const linksDefault = 256;

export class World {
  readonly mesh: Mesh;
  readonly options: MeshOptions;
  readonly batches: Batches = new Batches();
  readonly tally: Tally = new Tally();
  readonly paths: PathModel;
  readonly cells: readonly Cell[];

  constructor({
    seed, nodes, cellMax, restartsMax = 0, options = {}, paths = {}, clockSkew = 0, linksMax = linksDefault, observer = silentObserver,
    onEvent = () => undefined,
  }: WorldOptions) {
    this.options = resolveMeshOptions(options);
    this.paths = new PathModel({ ...pathDefaults, ...paths }, seed);
    const tags = { highOf: (peer: PeerIndex) => mix32(2 * peer + 1), lowOf: (peer: PeerIndex) => mix32(2 * peer + 2) };
    const count = Math.ceil(nodes / cellMax);
    this.mesh = new Mesh(nodes + count * restartsMax, { options: this.options, observer, tags, source: this.batches, seed });
    const context = {
      mesh: this.mesh, batches: this.batches, paths: this.paths, tally: this.tally, seed, clockSkew, linksMax, onEvent,
    };
    const cells: Cell[] = [];
    for (let index = 0, first = 0; index < count; index++) {
      const peers = Math.floor(nodes / count) + (index < nodes % count ? 1 : 0);
      cells.push(new Cell({ index, first, peers, restartsMax }, context));
      first += peers + restartsMax;
    }
    this.cells = cells;
  }

  /** Bytes of protocol state of one node. */
  get bytesPerNode(): number {
    return this.mesh.allocator.bytesPerNode;
  }

  /** Order-sensitive: of all that happened in each cell, and of what each node knows in the end. */
  get stateHash(): string {
    let [high, low] = [0, 0];
    for (const cell of this.cells) {
      high = mix32(high ^ cell.trace);
      for (const peer of cell.running) {
        const digest = this.mesh.digest(cell.nodeIndexOf(peer));
        low = mix32(mix32(low ^ digest.low) ^ digest.high ^ cell.trace);
      }
    }
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }
}
