/** Who holds whom for a neighbor is held by it (REG8), once nothing changes any more. */
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

export function viewSymmetry({ cells, mesh }: World): Verdict {
  let oneSided = 0;
  let held = 0;
  for (const cell of cells) {
    const holds = (peer: number, other: number): boolean => mesh.isNeighbor(cell.nodeIndexOf(peer), cell.peerIndexOf(other));
    for (const peer of cell.running) {
      for (const other of cell.running) {
        if (!holds(peer, other)) continue;
        held++;
        if (!holds(other, peer)) oneSided++;
      }
    }
  }
  return { name: 'views-symmetric', holds: oneSided === 0, detail: `${oneSided} of ${held} neighbors do not hold who holds them` };
}
