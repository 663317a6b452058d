import type { PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { MeshOptionsInput } from './options.ts';
import { TestWorld, type WorldOptions } from './world.test.support.ts';

const peerOf = (index: number): PeerIndex => index as PeerIndex;
const views8: MeshOptionsInput = { peerRegistry: { neighborsMax: 8, connectsPerLookMax: 4 } };
/** Minutes of many nodes take seconds; the machine may be busy. */
const patienceMs = 120_000;

/** A world whose peers all know each other; loss begins only then, so that it is the detector that is tested. */
function started({ loss = 0, ...options }: WorldOptions): TestWorld {
  const world = new TestWorld(options);
  world.startAll();
  world.runUntil(() => world.allHold('alive') && world.running.length === options.peers, 60_000);
  world.run(5_000);
  world.told.length = 0;
  world.loss = loss;
  return world;
}

describe('REG4: a healthy member is not removed, whatever a quarter of loss does to its probes', () => {
  it.each<[string, WorldOptions, number]>([
    ['64 nodes, ten minutes', { seed: 61, peers: 64, loss: 0.25 }, 10],
    ['200 nodes with views of 8, two minutes', { seed: 62, peers: 200, loss: 0.25, options: views8 }, 2],
  ])('%s', (_what, options, minutes) => {
    const world = started(options);
    world.run(minutes * 60_000);
    expect(world.toldOf('member-suspected').length).toBeGreaterThan(0);
    expect(world.toldOf('member-died')).toEqual([]);
    world.loss = 0;
    world.runUntil(() => world.allHold('alive'), 20_000);
  }, patienceMs);
});

/** Lets some peers of a world go silent, one after the other, and answers how long after each death of each was told. */
function crashes(world: TestWorld, victims: readonly number[]): { suspectedMs: number[]; diedMs: number[] } {
  const first = (type: 'member-suspected' | 'member-died', victim: number, sinceMs: number): number =>
    Math.min(...world.toldOf(type, peerOf(victim)).map(({ atMs }) => atMs - sinceMs).filter((ms) => ms >= 0));
  return victims.map((victim) => {
    const sinceMs = world.now;
    // Its links stay up: only probes can tell.
    world.stall(peerOf(victim), 1_000_000_000);
    world.run(25_000);
    return [first('member-suspected', victim, sinceMs), first('member-died', victim, sinceMs)] as const;
  }).reduce<{ suspectedMs: number[]; diedMs: number[] }>((all, [suspected, died]) => ({
    suspectedMs: [...all.suspectedMs, suspected], diedMs: [...all.diedMs, died],
  }), { suspectedMs: [], diedMs: [] });
}

describe('REG11: a member that is silent is found by probes alone', () => {
  it.each<[string, WorldOptions]>([
    ['64 nodes', { seed: 63, peers: 64 }],
    ['64 nodes that lose a tenth', { seed: 64, peers: 64, loss: 0.1 }],
  ])('%s: suspected within a second and a half on average, dead between 10 and 20 seconds', (_what, options) => {
    const victims = [5, 17, 33, 40, 63, 9, 12, 21, 28, 50, 57, 61];
    const allSuspectedMs: number[] = [];
    for (let world = 0; world < 4; world++) allSuspectedMs.push(...crashesIn({ ...options, seed: options.seed + 100 * world }, victims));
    // SWIM: e / (e - 1) periods of 500 ms until somebody probes it, and 450 ms until that probe is over: 1,240. Loss stretches the
    // periods of observers. From one dozen of crashes to the next the mean varies by 250, so there are four.
    expect(allSuspectedMs.reduce((sum, ms) => sum + ms, 0) / allSuspectedMs.length).toBeLessThan(1_500);
  }, patienceMs);

  /** After how long each was suspected. */
  function crashesIn(options: WorldOptions, victims: readonly number[]): number[] {
    const world = started(options);
    const { suspectedMs, diedMs } = crashes(world, victims);
    expect(Math.min(...diedMs)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...diedMs)).toBeLessThan(20_000);
    // Everybody agrees, and nobody else is missed.
    expect(world.toldOf('member-died').length).toBe(victims.reduce((sum, _victim, i) => sum + 63 - i, 0));
    return suspectedMs;
  }
});

describe('REG12: who stood still is not removed, and removes nobody', () => {
  it.each<[string, WorldOptions]>([
    ['20 nodes', { seed: 65, peers: 20 }],
    ['64 nodes', { seed: 66, peers: 64 }],
    ['64 nodes that lose a tenth', { seed: 67, peers: 64, loss: 0.1 }],
  ])('%s, one of which stands still for five seconds, again and again', (_what, options) => {
    const world = started(options);
    for (let stall = 0; stall < 5; stall++) {
      world.stall(peerOf(7), 5_000);
      world.run(20_000);
    }
    expect(world.toldOf('member-suspected', peerOf(7)).length).toBeGreaterThan(0);
    expect(world.toldOf('member-died')).toEqual([]);
    world.loss = 0;
    world.runUntil(() => world.allHold('alive'), 20_000);
  }, patienceMs);

  it('though it missed everything, it accuses nobody when it goes on', () => {
    const world = started({ seed: 68, peers: 20 });
    world.stall(peerOf(7), 5_000);
    world.run(5_500);
    expect(world.told.filter(({ by, event }) => by === 7 && event.type !== 'converged')).toEqual([]);
  });
});

describe('REG13: one observer is an opinion', () => {
  it('a node that hears nobody any more removes nobody, however long', () => {
    const world = started({ seed: 69, peers: 20 });
    world.cut([peerOf(3)]);
    world.run(120_000);
    expect(world.told.filter(({ by, event }) => by === 3 && event.type === 'member-died')).toEqual([]);
    expect(world.toldOf('member-died', peerOf(3)).length).toBe(19);
    world.mend();
    world.runUntil(() => world.allHold('alive'), 30_000);
  });
});
