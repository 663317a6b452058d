/**
 * Every node that runs knows all that was ever written in its cell by those who run, and all tell one digest (GOS10, GOS11). What one
 * wrote who is gone for good may be gone with its disk; who knows of it tells all.
 */
import type { FrontierEntry } from '@murmuration/protocol';
import type { Cell } from '../events/cell.ts';
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

const nameOf = ({ author, epoch, sequence }: FrontierEntry): string => `${author} ${epoch} ${sequence}`;

export function convergence(world: World): Verdict {
  let lacking = 0;
  let apart = 0;
  for (const cell of world.cells) {
    lacking += lackingOf(world, cell).length;
    if (digestsOf(world, cell) > 1) apart++;
  }
  return {
    name: 'converged', holds: lacking + apart === 0,
    detail: `${lacking} nodes lack something that was written in their cell; in ${apart} cells digests differ`,
  };
}

/** The peers of a cell that run and lack something. */
export function lackingOf({ mesh, batches }: World, cell: Cell): number[] {
  const all = batches.frontierOf((author) => cell.holds(author) && cell.isRunning(cell.peerOf(author))).map(nameOf);
  return cell.running.filter((peer) => {
    const known = new Set(mesh.frontier(cell.nodeIndexOf(peer)).map(nameOf));
    return all.some((log) => !known.has(log));
  });
}

/** How many digests the nodes of a cell tell. */
export function digestsOf({ mesh }: World, cell: Cell): number {
  return new Set(cell.running.map((peer) => {
    const { high, low } = mesh.digest(cell.nodeIndexOf(peer));
    return `${high} ${low}`;
  })).size;
}
