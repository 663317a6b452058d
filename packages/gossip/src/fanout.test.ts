import fc from 'fast-check';
import { Allocator, equalStanding, millis, noPeer, type PeerIndex, type Standing } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Partners, roundDelayMs } from './fanout.ts';
import { ListedNeighbors, node, peerOf } from './gossip.test.support.ts';

const middle = 2 ** 31;
const pace = { roundIntervalMs: 100, quietIntervalMs: 1_000, equalRoundsToSlow: 3, roundJitter: 0.1 };
const now = millis(1_000);

/** Picks of one node, whose draws go on from step to step. */
class Picks {
  readonly neighbors: ListedNeighbors;
  readonly #partners: Partners;
  readonly #seed: number;
  #step = 0;

  constructor(neighbors: number, { linksMax = 100, seed = 3, standing = equalStanding }: { linksMax?: number; seed?: number; standing?: Standing } = {}) {
    this.neighbors = new ListedNeighbors(neighbors);
    this.#partners = new Partners({ linksMax }, { allocator: new Allocator(1) }, { neighborhood: this.neighbors, standing });
    this.#seed = seed;
  }

  pick(count: number, except: PeerIndex = noPeer): PeerIndex[] {
    return this.#partners.pick({ seed: this.#seed, node, step: this.#step++ }, count, except, now);
  }

  /** How often each peer comes in many picks. */
  counts(picks: number, count: number, except: PeerIndex = noPeer): number[] {
    const counts = Array.from({ length: Math.max(...this.neighbors.peers) + 1 }, () => 0);
    for (let i = 0; i < picks; i++) for (const peer of this.pick(count, except)) counts[peer]! += 1;
    return counts;
  }
}

const standingOf = (reputations: readonly number[]): Standing =>
  ({ isBanned: () => false, reputationOf: (_node, peer) => reputations[peer - 1] ?? 1 });

describe('GOS3: partners are distinct neighbors, never the one who gave, each with the same chance', () => {
  it('for any neighborhood, count and giver, whatever was picked before', () => {
    const givers = fc.integer({ min: -1, max: 45 });
    fc.assert(fc.property(fc.nat(40), fc.array(fc.tuple(fc.nat(16), givers), { minLength: 1, maxLength: 12 }), fc.nat(), (neighbors, calls, seed) => {
      const picks = new Picks(neighbors, { seed });
      for (const [count, except] of calls) {
        const picked = picks.pick(count, peerOf(except));
        const others = picks.neighbors.peers.filter((peer) => peer !== except);
        expect(picked.length).toBe(Math.min(count, others.length));
        expect(new Set<number>(picked).size).toBe(picked.length);
        expect(picked.every((peer) => others.includes(peer))).toBe(true);
      }
    }));
  });

  it.each([
    ['nobody', noPeer],
    ['the first neighbor', peerOf(1)],
    ['one in the middle', peerOf(5)],
    ['the last neighbor', peerOf(10)],
    ['somebody else', peerOf(99)],
  ])('everybody else is picked equally often when the giver is %s', (_who, except) => {
    const picks = 20_000;
    const counts = new Picks(10).counts(picks, 3, except);
    const others = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((peer) => peer !== except);
    for (const peer of others) expect(counts[peer]! / ((3 * picks) / others.length), `peer ${peer}`).toBeCloseTo(1, 2);
    if (except === peerOf(5)) expect(counts[5]).toBe(0);
  });

  it('whatever links come and go between picks', () => {
    const step = fc.record({ type: fc.constantFrom('up' as const, 'down' as const, 'pick' as const), peer: fc.integer({ min: 1, max: 20 }) });
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (steps, linksMax) => {
      const picks = new Picks(5, { linksMax });
      const { neighbors } = picks;
      for (const { type, peer } of steps) {
        const at = neighbors.peers.indexOf(peer);
        if (type === 'up' && at < 0) neighbors.peers.push(peer);
        else if (type === 'down' && at >= 0) neighbors.peers = neighbors.peers.with(at, neighbors.peers.at(-1)!).slice(0, -1);
        else if (type === 'pick') {
          const picked = picks.pick(3);
          // A ring shorter than the neighborhood holds another part of it each time.
          expect(picked.length).toBeGreaterThanOrEqual(Math.min(3, linksMax, neighbors.peers.length));
          expect(picked.length).toBeLessThanOrEqual(3);
          expect(new Set<number>(picked).size).toBe(picked.length);
          expect(picked.every((each) => neighbors.peers.includes(each))).toBe(true);
        }
      }
    }));
  });

  it('the same draws give the same partners, others come in another order every round', () => {
    const rounds = (seed: number): string[] => {
      const picks = new Picks(30, { seed });
      return Array.from({ length: 20 }, () => Array.from({ length: 10 }, () => picks.pick(3)).join());
    };
    expect(rounds(1)).toEqual(rounds(1));
    expect(new Set([...rounds(1), ...rounds(2)]).size).toBe(40);
  });
});

describe('REG30: the ring of partners', () => {
  it('holds everybody once a round where all stand equal, however high', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0.5, 0.7, 1), fc.nat(), (neighbors, reputation, seed) => {
      const picks = new Picks(neighbors, { seed, standing: standingOf(Array.from({ length: neighbors }, () => reputation)) });
      for (let round = 0; round < 4; round++) {
        const picked = Array.from({ length: neighbors }, () => picks.pick(1)[0]!);
        expect(picked.toSorted((a, b) => a - b)).toEqual(picks.neighbors.peers);
      }
    }));
  });

  it('gives each place of a round to everybody equally often', () => {
    const [neighbors, rounds] = [5, 5_000];
    const picks = new Picks(neighbors);
    const placed = Array.from({ length: neighbors * neighbors }, () => 0);
    for (let round = 0; round < rounds; round++) {
      for (let place = 0; place < neighbors; place++) placed[place * neighbors + picks.pick(1)[0]! - 1]! += 1;
    }
    const expected = rounds / neighbors;
    const chiSquare = placed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 16 degrees of freedom: one run in a thousand is above 39.3.
    expect(chiSquare).toBeLessThan(39.3);
  });

  it.each([
    ['all sorts', [1, 0.9, 0.8, 0.7, 0.6, 0.5]],
    ['one who did nothing among offenders', [1, 0.5, 0.5, 0.5]],
    ['nobody of good standing', [0.8, 0.6, 0.5]],
  ])('picks as often as reputations say: %s', (_what, reputations) => {
    const rounds = 30_000;
    const counts = new Picks(reputations.length, { standing: standingOf(reputations) }).counts(rounds, 1);
    const sum = reputations.reduce((all, each) => all + each, 0);
    reputations.forEach((reputation, i) => {
      // Picks of a round are drawn together, so a count varies less than a binomial one: five deviations of that are generous.
      const share = reputation / sum;
      expect(Math.abs(counts[i + 1]! - rounds * share)).toBeLessThan(5 * Math.sqrt(rounds * share * (1 - share)));
    });
  });

  it('never picks who stands below a half, not even alone, nor one who has fallen since it was drawn', () => {
    const reputations = [1, 0.49, 1, 0];
    const picks = new Picks(4, { standing: standingOf(reputations) });
    expect(picks.counts(1_000, 3)).toEqual([0, 1_000, 0, 1_000, 0]);
    picks.pick(1);
    reputations.fill(0.2);
    expect(picks.pick(3)).toEqual([]);
    expect(new Picks(1, { standing: standingOf([0.4]) }).pick(1)).toEqual([]);
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
