/** No acknowledged write is lost (GOS11): whose disk is there, his writes are known to all who run in the end, whoever crashed meanwhile. */
import type { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';

export function acknowledgedWrites(world: World): Verdict {
  let lost = 0;
  let writes = 0;
  for (const cell of world.cells) {
    const ends = cell.running.map((peer) => {
      const logs = world.mesh.frontier(cell.nodeIndexOf(peer));
      return new Map(logs.map(({ author, epoch, sequence }) => [`${author} ${epoch}`, sequence]));
    });
    for (const { message: { header } } of world.batches.all) {
      if (!cell.holds(header.author) || !cell.isRunning(cell.peerOf(header.author))) continue;
      writes++;
      const last = header.firstSequence + header.count - 1;
      if (ends.some((log) => (log.get(`${header.author} ${header.epoch}`) ?? 0) < last)) lost++;
    }
  }
  return { name: 'no-acknowledged-write-lost', holds: lost === 0, detail: `${lost} of ${writes} acknowledged writes are unknown to some node` };
}
