import { describe, expect, it } from 'vitest';
import { node, TestGossip } from './gossip.test.support.ts';

const convergedAfter = (gossip: TestGossip): number[] =>
  gossip.effects.events.flatMap((event) => (event.type === 'converged' ? [event.afterMs] : []));

/** Three neighbors that agree since 1,000 ms. */
function agreeing(): TestGossip {
  const gossip = new TestGossip({ neighbors: 3 });
  gossip.take(1, 1, 1, { nowMs: 900 });
  for (const peer of [1, 2, 3]) gossip.compare(peer, true, 1_000);
  return gossip;
}

describe('GOS8: converged is said once, when every neighbor has told our digest since it last changed', () => {
  it('with the last of them, counted from the change', () => {
    const gossip = new TestGossip({ neighbors: 3 });
    gossip.take(1, 1, 1, { nowMs: 1_000 });
    gossip.compare(1, true, 1_100);
    gossip.compare(2, true, 1_200);
    gossip.compare(2, true, 1_250);
    expect(convergedAfter(gossip)).toEqual([]);
    gossip.compare(3, true, 1_300);
    gossip.compare(3, true, 1_400);
    expect(convergedAfter(gossip)).toEqual([300]);
    expect(gossip.gossip.isConverged(node)).toBe(true);
  });

  it('a change takes all agreement back, and the first of several starts the clock', () => {
    const gossip = agreeing();
    gossip.take(1, 1, 2, { nowMs: 2_000 });
    expect(gossip.gossip.isConverged(node)).toBe(false);
    gossip.compare(1, true, 2_100);
    gossip.take(1, 1, 3, { nowMs: 2_200 });
    for (const peer of [2, 3]) gossip.compare(peer, true, 2_300);
    expect(gossip.gossip.isConverged(node)).toBe(false);
    gossip.compare(1, true, 2_400);
    expect(convergedAfter(gossip)).toEqual([100, 400]);
  });

  it('a neighbor that differs takes its agreement back, and starts the clock if all had agreed', () => {
    const gossip = agreeing();
    gossip.compare(2, false, 60_000);
    expect(gossip.gossip.isConverged(node)).toBe(false);
    // What it knew more arrives.
    gossip.take(2, 2, 1, { nowMs: 60_010 });
    for (const peer of [1, 2, 3]) gossip.compare(peer, true, 60_100);
    expect(convergedAfter(gossip)).toEqual([100, 100]);
  });

  it('until it agrees again the others do not suffice', () => {
    const gossip = agreeing();
    gossip.compare(2, false, 2_000);
    gossip.compare(1, true, 2_100);
    gossip.compare(3, true, 2_100);
    expect(gossip.gossip.isConverged(node)).toBe(false);
    gossip.compare(2, true, 2_200);
    expect(convergedAfter(gossip)).toEqual([100, 200]);
  });

  it('a mesh that has written nothing agrees from the start', () => {
    const gossip = new TestGossip({ neighbors: 2 });
    gossip.compare(1, true, 5_000);
    gossip.compare(2, true, 5_000);
    expect(convergedAfter(gossip)).toEqual([0]);
  });

  it('what somebody without a link says does not count', () => {
    const gossip = new TestGossip({ neighbors: 1 });
    gossip.compare(9, true, 1_000);
    expect(convergedAfter(gossip)).toEqual([]);
    gossip.compare(1, true, 1_000);
    gossip.compare(9, false, 1_100);
    expect(gossip.gossip.isConverged(node)).toBe(true);
    gossip.neighbors.peers = [];
    gossip.take(1, 1, 1, { nowMs: 1_200 });
    gossip.compare(1, true, 1_300);
    expect(gossip.gossip.isConverged(node)).toBe(false);
  });

  it('neighbors that went make room for those who took their places', () => {
    const gossip = new TestGossip({ neighbors: 3, linksMax: 3 });
    gossip.compare(1, true, 1_000);
    gossip.compare(2, true, 1_000);
    gossip.neighbors.peers = [3, 4, 5];
    gossip.compare(3, true, 1_100);
    gossip.compare(4, true, 1_100);
    expect(gossip.gossip.isConverged(node)).toBe(false);
    gossip.compare(5, true, 1_100);
    expect(gossip.gossip.isConverged(node)).toBe(true);
  });

  it('with more neighbors than are kept, as many as are kept suffice', () => {
    const gossip = new TestGossip({ neighbors: 9, linksMax: 2 });
    gossip.compare(4, true, 1_000);
    expect(gossip.gossip.isConverged(node)).toBe(false);
    gossip.compare(7, true, 1_000);
    expect(gossip.gossip.isConverged(node)).toBe(true);
  });
});
