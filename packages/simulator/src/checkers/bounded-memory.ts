/** Everything has a bound: views (REG8), member tables (REG6), logs, and what waits for a node: timers are armed once each. */
import type { Cell } from '../events/cell.ts';
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

/**
 * Events that wait per running node, on average: a timer for each of a dozen concerns, a probe's two, two for each running suspicion,
 * a nack for each relay, and messages in the air. Four times what a busy small mesh was measured to have; a timer that is armed twice
 * doubles with every period and is over it within seconds.
 */
const eventsPerNodeMax = 200;

export function boundedMemory(world: World): Verdict {
  const { neighborsMax, membersMax } = world.options.peerRegistry;
  const { logsMax } = world.options.gossip;
  let over = 0;
  for (const cell of world.cells) {
    if (cell.pending > eventsPerNodeMax * Math.max(1, cell.running.length)) over++;
    for (const peer of cell.running) {
      const node = cell.nodeIndexOf(peer);
      const isWithin = world.mesh.members(node).length <= membersMax && world.mesh.frontier(node).length <= logsMax &&
        neighborsOf(world, cell, peer) <= neighborsMax;
      if (!isWithin) over++;
    }
  }
  return { name: 'memory-bounded', holds: over === 0, detail: `${over} nodes or cells are beyond a bound` };
}

function neighborsOf({ mesh }: World, cell: Cell, peer: number): number {
  return cell.running.filter((other) => mesh.isNeighbor(cell.nodeIndexOf(peer), cell.peerIndexOf(other))).length;
}
