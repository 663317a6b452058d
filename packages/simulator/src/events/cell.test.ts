import type { MeshEvent } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.ts';
import { warmStart } from './warm-start.ts';
import { World, type WorldOptions } from './world.ts';

interface Told {
  readonly atMs: number;
  readonly by: number;
  readonly event: MeshEvent;
}

/** A world of one cell, and what its nodes told. */
function cellOf(options: Omit<WorldOptions, 'cellMax'>): { world: World; cell: Cell; told: Told[] } {
  const told: Told[] = [];
  const onEvent = (cell: Cell, by: number, event: MeshEvent): void => void told.push({ atMs: cell.nowMs, by, event });
  const world = new World({ ...options, cellMax: options.nodes, onEvent });
  return { world, cell: world.cells[0] as Cell, told };
}

function joined(options: Omit<WorldOptions, 'cellMax'>): ReturnType<typeof cellOf> {
  const made = cellOf(options);
  for (let peer = 0; peer < options.nodes; peer++) made.cell.start(peer);
  made.cell.run(15_000);
  return made;
}

const views8 = { peerRegistry: { neighborsMax: 8, connectsPerLookMax: 4 } };
const near = { latencyMinMs: 1, latencyMaxMs: 20 };

/** Every running peer holds every running peer alive. */
function allAlive({ world, cell }: ReturnType<typeof cellOf>): boolean {
  return cell.running.every((by) => {
    const alive = world.mesh.members(cell.nodeIndexOf(by)).filter(({ state }) => state === 'alive');
    return cell.running.every((peer) => alive.some((member) => member.peer === cell.peerIndexOf(peer)));
  });
}

describe('a cell', () => {
  it('joins through random contacts and becomes one mesh whose links are held by both ends', () => {
    const made = joined({ seed: 1, nodes: 100, options: views8, paths: near });
    expect(allAlive(made)).toBe(true);
    const { world, cell } = made;
    for (const peer of cell.running) {
      for (const other of cell.running) {
        const holds = (self: number, held: number): boolean =>
          world.mesh.isNeighbor(cell.nodeIndexOf(self), cell.peerIndexOf(held));
        expect(holds(peer, other)).toBe(holds(other, peer));
      }
    }
  });

  it('runs the same way again from the same seed, and another way from another', () => {
    const hashOf = (seed: number): string => {
      const { world, cell } = joined({ seed, nodes: 20, paths: { ...near, loss: 0.05 } });
      cell.write(3);
      cell.run(20_000);
      return world.stateHash;
    };
    expect(hashOf(5)).toBe(hashOf(5));
    expect(hashOf(5)).not.toBe(hashOf(6));
  });

  it.each(['stream', 'datagram'] as const)('brings a write to all over lossy paths, as %s', (kind) => {
    const { cell, world } = joined({ seed: 2, nodes: 50, options: views8, paths: { kind, loss: 0.1, duplicates: 0.05, ...near } });
    const written = cell.write(7, 3);
    cell.run(25_000);
    expect(written.known).toBe(50);
    expect(Math.max(...written.knownAfterMs)).toBeLessThan(3_000);
    expect(world.tally.copiesPerDelivery).toBeGreaterThanOrEqual(1);
  });

  it('brings back who crashed, with what it had written', () => {
    const made = joined({ seed: 3, nodes: 12, restartsMax: 1, paths: near });
    const { cell, world, told } = made;
    cell.write(4, 2);
    cell.run(16_000);
    cell.stop(4);
    cell.run(40_000);
    expect(told.filter(({ event }) => event.type === 'member-died').length).toBe(11);
    cell.start(4);
    cell.run(50_000);
    expect(allAlive(made)).toBe(true);
    expect(cell.epochOf(4)).toBe(2);
    expect(world.mesh.frontier(cell.nodeIndexOf(4)).length).toBe(1);
  });

  it('keeps what comes to one that stands still, and nobody is removed for it', () => {
    const { cell, told } = joined({ seed: 4, nodes: 12, paths: near });
    told.length = 0;
    cell.stall(5, 5_000);
    const written = cell.write(2);
    cell.run(19_900);
    expect(written.knownAfterMs[5]).toBe(0);
    cell.run(40_000);
    expect(written.knownAfterMs[5]).toBeGreaterThan(4_900);
    expect(told.some(({ event }) => event.type === 'member-suspected')).toBe(true);
    expect(told.some(({ event }) => event.type === 'member-died')).toBe(false);
  });

  it('is apart while it is cut, and one again when it is mended', () => {
    const made = joined({ seed: 5, nodes: 12, paths: near });
    made.cell.cut([0, 1, 2, 3, 4]);
    made.cell.run(40_000);
    const written = made.cell.write(0);
    made.cell.run(45_000);
    expect(written.known).toBe(5);
    made.cell.mend();
    made.cell.run(80_000);
    expect(written.known).toBe(12);
    expect(allAlive(made)).toBe(true);
  });

  it('does not mind clocks that start anywhere and run apart by a hundredth', () => {
    const made = joined({ seed: 6, nodes: 20, clockSkew: 0.01, paths: near });
    const written = made.cell.write(9);
    made.cell.run(60_000);
    expect(written.known).toBe(20);
    expect(made.told.filter(({ event }) => event.type === 'member-died')).toEqual([]);
  });
});

describe('a warm start', () => {
  const options = { peerRegistry: { membersMax: 48, neighborsMax: 16, connectsPerLookMax: 4 } };

  function afterwards(made: ReturnType<typeof cellOf>): { linksPerPeer: number; members: number; spreadMs: number } {
    const { cell, world } = made;
    // Where the member table is full a neighbor may have no row: the view itself is asked.
    const neighbors = cell.running.map((peer) =>
      cell.running.filter((other) => world.mesh.isNeighbor(cell.nodeIndexOf(peer), cell.peerIndexOf(other))).length);
    const members = cell.running.map((peer) => world.mesh.members(cell.nodeIndexOf(peer)).length);
    const written = cell.write(11);
    cell.run(cell.nowMs + 5_000);
    expect(written.known).toBe(cell.place.peers);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return { linksPerPeer: mean(neighbors), members: mean(members), spreadMs: Math.max(...written.knownAfterMs) };
  }

  it('leaves what a real join leaves: as many links and members, and writes that take as long', () => {
    const real = cellOf({ seed: 7, nodes: 120, options });
    for (let peer = 0; peer < 120; peer++) real.cell.start(peer);
    real.cell.run(60_000);
    const warm = cellOf({ seed: 7, nodes: 120, options });
    warmStart(warm.cell, { linksPerPeer: 14, membersPerPeer: 48, seed: 7 });
    warm.cell.run(5_000);
    const [joinedLately, placed] = [afterwards(real), afterwards(warm)];
    expect(Math.abs(placed.linksPerPeer - joinedLately.linksPerPeer)).toBeLessThan(2);
    expect(placed.members).toBe(joinedLately.members);
    expect(placed.spreadMs).toBeLessThan(2 * joinedLately.spreadMs);
    expect(joinedLately.spreadMs).toBeLessThan(2 * placed.spreadMs);
    expect(warm.told.filter(({ event }) => event.type.startsWith('member-'))).toEqual([]);
  });

  it('costs a node what its columns cost, and is counted by cell', () => {
    const world = new World({ seed: 8, nodes: 1_000, cellMax: 256 });
    expect(world.cells.map(({ place }) => place.peers)).toEqual([250, 250, 250, 250]);
    expect(world.cells[3]?.peerIndexOf(0)).toBe(750);
    expect(world.bytesPerNode).toBe(world.mesh.allocator.bytesPerNode);
  });
});
