import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadCount } from './claims.ts';
import { checkPeerRegistryOptions, peerRegistryDefaults, type PeerRegistryOptions } from './options.ts';
import { claim, self, TestRegistry } from './registry.test.support.ts';

/** Lets the spread go on until no timer is left; answers how often each peer's row was sent. */
function spreadOut(registry: TestRegistry): Map<number, number> {
  const counts = new Map<number, number>();
  while (registry.timersOf('spread-claims').length > 0) {
    registry.effects.clear();
    registry.timer({ type: 'spread-claims' });
    for (const { peer } of registry.effects.claims) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  }
  return counts;
}

describe('spreadCount', () => {
  it.each([[4, 1, 4], [4, 9, 4], [4, 10, 8], [4, 99, 8], [4, 100, 12], [4, 256, 12], [16, 512, 48]])(
    'λ = %i with %i members is %i sends', (factor, members, sends) => {
      expect(spreadCount(factor, members)).toBe(sends);
    });
});

describe('REG10: a change is told a bounded number of times', () => {
  it('at least λ · ⌈log10(n + 1)⌉ times, and less than one spread more', () => {
    const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
    fc.assert(fc.property(upTo(40), upTo(5), upTo(8),
      (members, spreadFanout, spreadFactor) => {
        const registry = TestRegistry.joined({ members, linked: members, spreadFanout, spreadFactor });
        registry.timer({ type: 'spread-claims' });
        spreadOut(registry);
        registry.hear(claim(1, 'suspect'));
        const sends = spreadOut(registry).get(1) ?? 0;
        const wanted = spreadCount(spreadFactor, members + 1);
        expect(sends).toBeGreaterThanOrEqual(wanted);
        expect(sends).toBeLessThan(wanted + spreadFanout);
      }), { numRuns: 40 });
  });

  it('to distinct neighbors at one spread, all of them over time', () => {
    const registry = TestRegistry.joined({ members: 8, linked: 8 });
    const heard = new Set<number>();
    for (let i = 1; i < 60; i++) {
      registry.hear(claim(1, 'alive', i));
      registry.effects.clear();
      registry.timer({ type: 'spread-claims' });
      const to = registry.effects.sent.map((sent) => sent.to);
      expect(to.length).toBe(3);
      expect(new Set(to).size).toBe(3);
      for (const peer of to) heard.add(peer);
    }
    expect(heard.size).toBe(8);
  });

  it('no spread holds more than claimsPerSpreadMax, and all are told in the end', () => {
    const registry = TestRegistry.joined({ members: 40, linked: 2, claimsPerSpreadMax: 7 });
    const counts = new Map<number, number>();
    registry.timer({ type: 'spread-claims' });
    for (let i = 0; i < 200; i++) {
      for (const { message } of registry.effects.sent) {
        expect(message.type === 'claims' && message.claims.length <= 7).toBe(true);
      }
      for (const { peer } of registry.effects.claims) counts.set(peer, (counts.get(peer) ?? 0) + 1);
      registry.effects.clear();
      registry.timer({ type: 'spread-claims' });
    }
    expect(counts.size).toBe(40);
  });

  it('one timer runs, however much there is to tell, and none when all is told', () => {
    const registry = TestRegistry.joined({ linked: 1 });
    registry.hear(claim(1, 'alive'), claim(2, 'alive'), claim(3, 'alive'));
    expect(registry.timersOf('spread-claims').length).toBe(1);
    spreadOut(registry);
    registry.effects.clear();
    registry.timer({ type: 'spread-claims' });
    expect(registry.effects.sent).toEqual([]);
    expect(registry.effects.timers).toEqual([]);
  });

  it('news without neighbors waits for the next announcement', () => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.timer({ type: 'spread-claims' });
    expect(registry.effects.sent).toEqual([]);
    expect(registry.effects.timers).toEqual([]);
    registry.hear(claim(2, 'alive'));
    expect(registry.timersOf('spread-claims').length).toBe(1);
  });
});

describe('the whole list', () => {
  it('is sent at a new link, ourselves first', () => {
    const registry = TestRegistry.joined({ members: 3 });
    registry.hear(claim(2, 'left'));
    registry.effects.clear();
    registry.link(3);
    const [sent, ...more] = registry.sentOf('claims');
    expect([sent?.to, more]).toEqual([3, []]);
    expect(registry.effects.claims.toSorted((a, b) => a.peer - b.peer)).toEqual(registry.rows);
    expect(registry.effects.claims[0]).toEqual(claim(self, 'alive'));
  });

  it('REG26: is told in messages of at most sixteen claims, everybody once, however many there are', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (members, seed) => {
      const registry = TestRegistry.joined({ members, membersMax: 4_096 }, seed);
      registry.link(1);
      const sizes = registry.sentOf('claims').map(({ message }) => message.claims.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
      expect(sizes.slice(0, -1).every((size) => size === 16)).toBe(true);
      expect(registry.effects.claims[0]?.peer).toBe(self);
      expect(registry.effects.claims.map(({ peer }) => peer).toSorted((a, b) => a - b)).toEqual(registry.rows.map(({ peer }) => peer));
    }), { numRuns: 40 });
  });

  it('REG26: begins elsewhere each time, so that a link which takes only the beginning hears of everybody in the end', () => {
    const registry = TestRegistry.joined({ members: 100, linked: 1 });
    const begun = new Set<number>();
    for (let look = 1; look <= 400; look++) {
      registry.effects.clear();
      registry.look();
      for (const { peer } of registry.effects.claims.slice(0, 16)) begun.add(peer);
    }
    expect(begun.size).toBe(101);
  });

  it('REG26: goes in parts of 256 at an exchange where it is longer, and everybody is told in the end', () => {
    const registry = TestRegistry.joined({ members: 700, linked: 1, membersMax: 4_096 });
    const told = new Set<number>();
    for (let look = 1; look <= 200; look++) {
      registry.effects.clear();
      registry.look();
      const peers = registry.effects.claims.map(({ peer }) => peer);
      expect(peers).toHaveLength(look % 10 === 0 ? 256 : 0);
      expect(new Set(peers).size).toBe(peers.length);
      for (const peer of peers) told.add(peer);
    }
    expect(told.size).toBe(701);
  });

  it('is told to one neighbor at every tenth look, so that what a spread missed is repaired', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    for (let look = 1; look <= 30; look++) {
      registry.effects.clear();
      registry.look();
      expect(registry.effects.sent.length).toBe(look % 10 === 0 ? 1 : 0);
    }
  });
});

describe('the options', () => {
  it('of the defaults keep their own rules', () => {
    expect(checkPeerRegistryOptions(peerRegistryDefaults).violations).toEqual([]);
  });

  it.each([
    ['membersMax', { membersMax: 4_097 }],
    ['claimsPerSpreadMax', { claimsPerSpreadMax: 17 }],
    ['neighborsMax', { neighborsMax: 257 }],
    ['neighborsMax', { neighborsMax: 0, connectsPerLookMax: 1 }],
    ['connectsPerLookMax', { neighborsMax: 4 }],
    ['deadAfterMs', { deadAfterMs: 200, spreadDelayMs: 100 }],
    ['spreadFanout', { spreadFanout: 1.5 }],
    ['maintainIntervalMs', { maintainIntervalMs: Number.NaN }],
  ])('are refused where %s breaks its rule: %o', (name, input) => {
    const given = input as Partial<PeerRegistryOptions>;
    const { violations } = checkPeerRegistryOptions({ ...peerRegistryDefaults, ...given });
    expect(violations.some((violation) => violation.startsWith(`peerRegistry.${name}`))).toBe(true);
  });
});
