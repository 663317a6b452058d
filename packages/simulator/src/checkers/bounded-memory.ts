/** Everything has a bound: views (REG8), member tables (REG6), logs, and what waits for a node: timers are armed once each. */
import type { Cell } from '../events/cell.ts';
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

/** `waitingMax` are the events that may wait per running node, on average. */
export function boundedMemory(world: World, waitingMax: number): Verdict {
  const { neighborsMax, membersMax } = world.options.peerRegistry;
  const { logsMax } = world.options.gossip;
  let over = 0;
  for (const cell of world.cells) {
    if (waitingIn(cell) > waitingMax) over++;
    for (const peer of cell.running) {
      const node = cell.nodeIndexOf(peer);
      const isWithin = world.mesh.members(node).length <= membersMax && world.mesh.frontier(node).length <= logsMax &&
        neighborsOf(world, cell, peer) <= neighborsMax;
      if (!isWithin) over++;
    }
  }
  const waiting = Math.max(...world.cells.map(waitingIn));
  return { name: 'memory-bounded', holds: over === 0, detail: `${over} nodes or cells are beyond a bound; ${waiting.toFixed(1)} events wait for a node, at most ${waitingMax} may` };
}

function waitingIn(cell: Cell): number {
  return cell.pending / Math.max(1, cell.running.length);
}

function neighborsOf({ mesh }: World, cell: Cell, peer: number): number {
  return cell.running.filter((other) => mesh.isNeighbor(cell.nodeIndexOf(peer), cell.peerIndexOf(other))).length;
}
