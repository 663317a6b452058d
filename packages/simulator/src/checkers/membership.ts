/** Once nothing goes wrong any more all agree who is there: who runs is alive to all who run, and nobody else is (REG9, REG11). */
import type { Cell } from '../events/cell.ts';
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

/** What somebody believes wrongly, in words; empty where all is right. */
export function misbeliefsOf({ mesh }: World, cell: Cell): string[] {
  return cell.running.flatMap((by) => {
    const members = mesh.members(cell.nodeIndexOf(by));
    return Array.from({ length: cell.place.peers }, (_, peer) => peer).flatMap((peer) => {
      const row = members.find((member) => member.peer === cell.peerIndexOf(peer));
      if (!cell.isRunning(peer)) return row === undefined || row.state === 'dead' || row.state === 'left' ? [] : [`${by} holds ${peer}, who is gone, ${row.state}`];
      const isRight = row?.state === 'alive' && row.epoch >= cell.epochOf(peer);
      return isRight ? [] : [`${by} holds ${peer}, who runs, ${row?.state ?? 'for nobody'}`];
    });
  });
}

export function membership(world: World): Verdict {
  const wrong = world.cells.flatMap((cell) => misbeliefsOf(world, cell));
  return { name: 'membership-agreed', holds: wrong.length === 0, detail: wrong.length === 0 ? 'all agree who is there' : wrong.slice(0, 3).join('; ') };
}
