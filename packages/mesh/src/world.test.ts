import type { PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { MeshOptionsInput } from './options.ts';
import { TestWorld, type WorldOptions } from './world.test.support.ts';

const peerOf = (index: number): PeerIndex => index as PeerIndex;
const peersUpTo = (count: number): PeerIndex[] => Array.from({ length: count }, (_, peer) => peerOf(peer));
const viewsOf = (size: number): MeshOptionsInput => ({ peerRegistry: { neighborsMax: size, connectsPerLookMax: size } });
const smallViews = viewsOf(8);

/** A world whose peers all know each other. */
function started(options: WorldOptions): TestWorld {
  const world = new TestWorld(options);
  world.startAll();
  world.runUntil(() => world.allHold('alive', peersUpTo(options.peers)), 60_000);
  return world;
}

/** Every running peer writes `count` batches of one to three updates, over a second. */
function writeEverywhere(world: TestWorld, count: number): void {
  for (let i = 0; i < count; i++) {
    for (const peer of world.running) world.write(peer, 1 + ((peer + i) % 3));
    world.run(1_000 / count);
  }
}

describe('GOS10: every batch that is written anywhere reaches every node, and all tell one digest', () => {
  it.each<[string, WorldOptions, number]>([
    ['9 nodes', { seed: 1, peers: 9 }, 2_000],
    ['9 nodes, another seed', { seed: 2, peers: 9 }, 2_000],
    ['9 nodes that lose a quarter', { seed: 3, peers: 9, loss: 0.25 }, 10_000],
    ['50 nodes', { seed: 4, peers: 50 }, 3_000],
    ['50 nodes that lose a quarter', { seed: 5, peers: 50, loss: 0.25 }, 10_000],
    ['50 nodes with views of 8', { seed: 6, peers: 50, options: smallViews }, 3_000],
    ['50 nodes with views of 8 that lose a quarter', { seed: 7, peers: 50, loss: 0.25, options: smallViews }, 15_000],
    ['9 nodes with views of 2', { seed: 8, peers: 9, options: viewsOf(2) }, 5_000],
    ['9 nodes with an outbox of 1', { seed: 9, peers: 9, options: { gossip: { outboxMax: 1 } } }, 10_000],
    ['9 nodes that compare ranges', { seed: 12, peers: 9, options: { gossip: { frontierLogsMax: 0 } } }, 2_000],
    ['50 nodes that compare ranges and lose a quarter', { seed: 13, peers: 50, loss: 0.25, options: { gossip: { frontierLogsMax: 20 } } }, 10_000],
    ['9 nodes that compare ranges over slow paths',
      { seed: 14, peers: 9, latencyMinMs: 100, latencyMaxMs: 400, options: { gossip: { frontierLogsMax: 0 } } }, 10_000],
    ['9 nodes over slow paths', { seed: 10, peers: 9, latencyMinMs: 100, latencyMaxMs: 400 }, 10_000],
  ])('%s', (_what, options, maxMs) => {
    const world = started(options);
    writeEverywhere(world, 4);
    expect(world.runUntil(() => world.isEqual, maxMs)).toBeLessThan(maxMs);
    expect(world.batches.count).toBe(4 * options.peers);
    expect(world.counts.batchesAccepted).toBe(world.batches.count * (options.peers - 1));
    expect(world.toldOf('member-died')).toEqual([]);
  });

  it('without loss a batch is at all of 50 nodes within a second, and comes less than four times', () => {
    const world = started({ seed: 11, peers: 50 });
    for (let i = 0; i < 20; i++) {
      world.write(peerOf(i), 1);
      world.run(200);
    }
    world.runUntil(() => world.isEqual, 2_000);
    expect(world.spreadMs.length).toBe(20);
    expect(Math.max(...world.spreadMs)).toBeLessThan(1_000);
    expect(world.counts.batchesReceived / world.counts.batchesAccepted).toBeLessThan(4);
  });

  it('once all agree every node says so', () => {
    const world = started({ seed: 12, peers: 9 });
    world.run(3_000);
    const before = world.toldOf('converged').length;
    const writtenAtMs = world.now;
    world.write(peerOf(4));
    world.run(5_000);
    expect(world.isEqual).toBe(true);
    expect(world.running.every((peer) => world.mesh.isConverged(world.nodeOf(peer)))).toBe(true);
    const told = world.toldOf('converged').slice(before);
    expect(new Set(told.map(({ by }) => by)).size).toBe(9);
    for (const { atMs, event } of told) {
      expect(event.type === 'converged' && event.afterMs <= atMs - writtenAtMs).toBe(true);
    }
  });
});

describe('GOS11: what a partition, a crash or a start kept from a node, it gets afterwards', () => {
  it.each<[string, WorldOptions]>([
    ['9 nodes', { seed: 21, peers: 9 }],
    ['50 nodes', { seed: 22, peers: 50 }],
    ['50 nodes with views of 8', { seed: 23, peers: 50, options: smallViews }],
    ['9 nodes that lose a quarter', { seed: 24, peers: 9, loss: 0.25 }],
  ])('REG9: %s heal by themselves after half a minute in two halves', (_what, options) => {
    const world = started(options);
    const half = peersUpTo(Math.floor(options.peers / 2));
    world.cut(half);
    writeEverywhere(world, 2);
    world.run(29_000);
    expect(world.isEqual).toBe(false);
    expect(world.toldOf('member-died').length).toBeGreaterThan(0);
    world.mend();
    const healedMs = world.runUntil(() => world.isEqual && world.allHold('alive'), 60_000);
    expect(healedMs).toBeLessThan(60_000);
    expect(world.batches.count).toBe(2 * options.peers);
  });

  it('a stopped node is dead after deadAfterMs, not before; restarted it is alive everywhere and catches up', () => {
    const world = started({ seed: 25, peers: 9, restartsMax: 1 });
    writeEverywhere(world, 3);
    world.runUntil(() => world.isEqual, 2_000);
    const stoppedAtMs = world.now;
    world.stop(peerOf(4));
    writeEverywhere(world, 3);
    world.runUntil(() => world.allHold('dead', [peerOf(4)]), 15_000);
    const [first] = world.toldOf('member-died', peerOf(4));
    expect(first!.atMs - stoppedAtMs).toBeGreaterThanOrEqual(world.options.peerRegistry.deadAfterMs);
    world.start(peerOf(4));
    writeEverywhere(world, 1);
    expect(world.runUntil(() => world.isEqual && world.allHold('alive'), 10_000)).toBeLessThan(10_000);
    expect(world.epochOf(peerOf(4))).toBe(2);
    expect(world.mesh.frontier(world.nodeOf(peerOf(4))).length).toBe(10);
  });

  it('one that reads its own log back from disk is sent only the others', () => {
    const world = started({ seed: 26, peers: 9, restartsMax: 1 });
    writeEverywhere(world, 3);
    world.runUntil(() => world.isEqual, 2_000);
    world.stop(peerOf(4));
    world.run(1_000);
    const before = world.counts.batchesReceived;
    world.start(peerOf(4), { disk: true });
    world.runUntil(() => world.isEqual, 10_000);
    expect(world.counts.batchesReceived - before).toBe(3 * 8);
  });

  it('a restart that is back before anybody missed it was never dead', () => {
    const world = started({ seed: 27, peers: 9, restartsMax: 1 });
    world.stop(peerOf(4));
    world.run(1_000);
    world.start(peerOf(4));
    world.runUntil(() => world.allHold('alive'), 10_000);
    world.run(20_000);
    expect(world.toldOf('member-died')).toEqual([]);
    expect(world.allHold('alive')).toBe(true);
  });

  it('a newcomer to a mesh of full views is let in, and catches up', () => {
    const world = new TestWorld({ seed: 28, peers: 30, options: viewsOf(4) });
    for (const peer of peersUpTo(29)) world.start(peer);
    world.runUntil(() => world.allHold('alive'), 30_000);
    writeEverywhere(world, 1);
    world.start(peerOf(29));
    expect(world.runUntil(() => world.isEqual && world.allHold('alive'), 20_000)).toBeLessThan(20_000);
  });
});

describe('REG7: a leaver is left everywhere, and nobody calls it dead', () => {
  it.each<[string, WorldOptions]>([
    ['9 nodes', { seed: 31, peers: 9 }],
    ['50 nodes', { seed: 32, peers: 50 }],
    ['50 nodes with views of 8', { seed: 33, peers: 50, options: smallViews }],
    ['9 nodes that lose a quarter', { seed: 34, peers: 9, loss: 0.25 }],
  ])('%s', (_what, options) => {
    const world = started(options);
    world.leave(peerOf(4));
    world.runUntil(() => world.allHold('left', [peerOf(4)]), 15_000);
    world.run(30_000);
    expect(world.allHold('left', [peerOf(4)])).toBe(true);
    expect(world.toldOf('member-left', peerOf(4)).length).toBe(options.peers - 1);
    expect(world.toldOf('member-died')).toEqual([]);
    // Lost answers may have raised a doubt before; after its last word nobody doubts it.
    const doubts = world.toldOf('member-suspected', peerOf(4));
    for (const { by, atMs } of world.toldOf('member-left', peerOf(4))) {
      expect(doubts.some((doubt) => doubt.by === by && doubt.atMs > atMs)).toBe(false);
    }
    if (options.loss === undefined) expect(doubts).toEqual([]);
  });

  it('and comes back by a higher epoch', () => {
    const world = started({ seed: 35, peers: 9, restartsMax: 1 });
    world.leave(peerOf(4));
    world.run(5_000);
    world.start(peerOf(4));
    expect(world.runUntil(() => world.allHold('alive', peersUpTo(9)), 10_000)).toBeLessThan(10_000);
  });
});

describe('REG4: loss and slowness kill nobody', () => {
  it.each<[string, WorldOptions]>([
    ['a quarter of all messages lost', { seed: 41, peers: 20, loss: 0.25 }],
    ['half a second one way', { seed: 42, peers: 20, latencyMinMs: 200, latencyMaxMs: 500 }],
  ])('for a minute: %s', (_what, options) => {
    const world = started(options);
    world.run(60_000);
    expect(world.toldOf('member-died')).toEqual([]);
    world.runUntil(() => world.allHold('alive'), 10_000);
  });

  it('without loss nobody is even suspected', () => {
    const world = started({ seed: 44, peers: 20 });
    world.run(60_000);
    expect(world.toldOf('member-suspected')).toEqual([]);
  });

  it('a path that fails for a moment is suspicion, refuted before anybody is dead', () => {
    const world = started({ seed: 43, peers: 20 });
    world.cut([peerOf(3)]);
    world.run(3_000);
    expect(world.toldOf('member-suspected').length).toBeGreaterThan(0);
    world.mend();
    world.runUntil(() => world.allHold('alive'), 7_000);
    world.run(20_000);
    expect(world.toldOf('member-died')).toEqual([]);
    expect(world.allHold('alive')).toBe(true);
  });
});

describe('GOS12: the same seed gives the same trace', () => {
  const traceOf = (seed: number): number => {
    const world = started({ seed, peers: 9, loss: 0.1, restartsMax: 1 });
    writeEverywhere(world, 2);
    world.stop(peerOf(2));
    world.run(5_000);
    world.start(peerOf(2));
    world.run(5_000);
    return world.trace;
  };

  it('and another seed another one', () => {
    const traces = [51, 52, 53].map(traceOf);
    expect([51, 52, 53].map(traceOf)).toEqual(traces);
    expect(new Set(traces).size).toBe(3);
  });
});
