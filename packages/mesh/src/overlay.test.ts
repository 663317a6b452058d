import type { PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { MeshOptionsInput } from './options.ts';
import { TestWorld } from './world.test.support.ts';

const peerOf = (index: number): PeerIndex => index as PeerIndex;
const views8: MeshOptionsInput = { peerRegistry: { neighborsMax: 8, connectsPerLookMax: 4 } };

const holds = (world: TestWorld, peer: PeerIndex, other: PeerIndex): boolean =>
  world.mesh.isNeighbor(world.nodeOf(peer), other);

/** Pairs of which one holds the other for a neighbor and is not held. */
function oneSided(world: TestWorld): string[] {
  return world.running.flatMap((peer) => world.running
    .filter((other) => holds(world, peer, other) && !holds(world, other, peer))
    .map((other) => `${peer} ${other}`));
}

/** How many peers can be reached from a peer. */
function reachedFrom(world: TestWorld, start: PeerIndex): number {
  const found = new Set([start]);
  for (const peer of found) for (const other of world.running) if (holds(world, peer, other)) found.add(other);
  return found.size;
}

const degrees = (world: TestWorld): number[] =>
  world.running.map((peer) => world.running.filter((other) => holds(world, peer, other)).length);

function joined(seed: number, peers: number, options = views8): TestWorld {
  const world = new TestWorld({ seed, peers, options });
  world.startAll();
  world.runUntil(() => world.allHold('alive'), 60_000);
  return world;
}

describe('REG14: a join of many through one contact leaves no island', () => {
  it.each([71, 72, 73])('200 nodes with views of 8 are one overlay within ten seconds (seed %i)', (seed) => {
    const world = new TestWorld({ seed, peers: 200, options: views8 });
    world.startAll();
    world.run(10_000);
    expect(world.allHold('alive')).toBe(true);
    expect(reachedFrom(world, peerOf(0))).toBe(200);
    expect(oneSided(world)).toEqual([]);
    // HyParView's experiments have a view of 5; three links are the least that keep a random graph connected.
    expect(Math.min(...degrees(world))).toBeGreaterThanOrEqual(3);
    expect(Math.max(...degrees(world))).toBeLessThanOrEqual(8);
  }, 60_000);

  it('the overlay settles: a minute later no link has changed', () => {
    const world = joined(74, 200);
    world.run(30_000);
    const before = world.counts.linksUp;
    world.run(60_000);
    expect(world.counts.linksUp - before).toBeLessThanOrEqual(4);
  }, 60_000);

  it('a mesh that fits its views is fully linked', () => {
    const world = joined(75, 9);
    world.run(10_000);
    expect(degrees(world)).toEqual(Array.from({ length: 9 }, () => 8));
  });
});

describe('REG15: a lost neighbor is replaced', () => {
  it('when a third of 100 nodes is gone at once, the others are one overlay with views as full as before', () => {
    const world = joined(76, 100);
    world.run(10_000);
    for (let peer = 1; peer < 100; peer += 3) world.stop(peerOf(peer));
    world.run(15_000);
    expect(reachedFrom(world, peerOf(0))).toBe(world.running.length);
    expect(Math.min(...degrees(world))).toBeGreaterThanOrEqual(4);
    expect(oneSided(world)).toEqual([]);
  }, 60_000);
});
