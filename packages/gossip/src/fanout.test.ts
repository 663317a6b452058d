import fc from 'fast-check';
import { noPeer, type PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { pickPartners, roundDelayMs } from './fanout.ts';
import { ListedNeighbors, node, peerOf } from './gossip.test.support.ts';

const middle = 2 ** 31;
const pace = { roundIntervalMs: 100, quietIntervalMs: 1_000, equalRoundsToSlow: 3, roundJitter: 0.1 };

/** How often each of the neighbors is picked in many draws. */
function countsOf(neighbors: number, count: number, except: PeerIndex, draws: number): number[] {
  const neighborhood = new ListedNeighbors(neighbors);
  const counts = Array.from({ length: neighbors + 1 }, () => 0);
  for (let step = 0; step < draws; step++) {
    for (const peer of pickPartners(neighborhood, { seed: 3, node, step }, count, except)) counts[peer]! += 1;
  }
  return counts;
}

describe('GOS3: partners are distinct neighbors, never the one who gave, each with the same chance', () => {
  it('for any neighborhood, count and giver', () => {
    const givers = fc.integer({ min: -1, max: 45 });
    fc.assert(fc.property(fc.nat(40), fc.nat(16), givers, fc.nat(), (neighbors, count, except, step) => {
      const neighborhood = new ListedNeighbors(neighbors);
      const picked = pickPartners(neighborhood, { seed: 1, node, step }, count, peerOf(except));
      const others = neighborhood.peers.filter((peer) => peer !== except);
      expect(picked.length).toBe(Math.min(count, others.length));
      expect(new Set(picked).size).toBe(picked.length);
      expect(picked.every((peer) => others.includes(peer))).toBe(true);
    }));
  });

  it.each([
    ['nobody', noPeer],
    ['the first neighbor', peerOf(1)],
    ['one in the middle', peerOf(5)],
    ['the last neighbor', peerOf(10)],
    ['somebody else', peerOf(99)],
  ])('everybody else is picked equally often when the giver is %s', (_who, except) => {
    const draws = 20_000;
    const counts = countsOf(10, 3, except, draws);
    const others = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((peer) => peer !== except);
    const share = 3 / others.length;
    // Six deviations of a binomial count.
    const slack = 6 * Math.sqrt(draws * share * (1 - share));
    for (const peer of others) expect(Math.abs(counts[peer]! - draws * share), `peer ${peer}`).toBeLessThan(slack);
  });

  it('a given array is filled with the same partners, whatever stood in it', () => {
    const sizes = fc.record({ neighbors: fc.nat(12), count: fc.nat(6), step: fc.nat() });
    fc.assert(fc.property(sizes, fc.array(fc.nat(12), { maxLength: 9 }), ({ neighbors, count, step }, into) => {
      const neighborhood = new ListedNeighbors(neighbors);
      const draw = { seed: 1, node, step };
      const picked = pickPartners(neighborhood, draw, count, noPeer, into);
      expect(picked).toBe(into);
      expect(picked).toEqual(pickPartners(neighborhood, draw, count, noPeer));
    }));
  });

  it('the same draw gives the same partners, another step others', () => {
    const neighborhood = new ListedNeighbors(30);
    const at = (step: number): PeerIndex[] => pickPartners(neighborhood, { seed: 1, node, step }, 3, noPeer);
    expect(at(4)).toEqual(at(4));
    expect(new Set(Array.from({ length: 20 }, (_, step) => at(step).join())).size).toBeGreaterThan(15);
  });
});

describe('GOS4: rounds slow down while all agree', () => {
  it.each([[0, 100], [2, 100], [3, 200], [5, 200], [6, 400], [9, 800], [12, 1_000], [255, 1_000]])(
    'after %i equal rounds the next comes in %i ms', (equalRounds, delayMs) => {
      expect(roundDelayMs(equalRounds, pace, middle)).toBeCloseTo(delayMs, 6);
    });

  it('jitter keeps within its share', () => {
    fc.assert(fc.property(fc.nat(255), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (equalRounds, draw32) => {
      const intervalMs = roundDelayMs(equalRounds, pace, middle);
      const delayMs = roundDelayMs(equalRounds, pace, draw32);
      expect(delayMs).toBeGreaterThanOrEqual(intervalMs * 0.899_999);
      expect(delayMs).toBeLessThanOrEqual(intervalMs * 1.100_001);
    }));
  });
});
