import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestRegistry } from './registry.test.support.ts';

/** Whom the next probes go to; each is answered at once. */
function targets(registry: TestRegistry, count: number): number[] {
  return Array.from({ length: count }, () => {
    registry.effects.clear();
    registry.timer({ type: 'probe-next' });
    const [ping] = registry.sentOf('ping');
    registry.answer(ping!.to, ping!.message.token);
    return ping!.to;
  });
}

describe('REG18: targets come from a shuffled ring', () => {
  it('every neighbor once a round, in an order that changes', () => {
    const registry = TestRegistry.joined({ members: 12, linked: 12 });
    const rounds = Array.from({ length: 6 }, () => targets(registry, 12));
    for (const round of rounds) expect(round.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(new Set(rounds.map((round) => round.join())).size).toBe(6);
  });

  it('when one who had its turn leaves, nobody loses theirs', () => {
    for (let had = 1; had < 8; had++) {
      const registry = TestRegistry.joined({ members: 8, linked: 8 });
      targets(registry, 8);
      const first = targets(registry, had);
      registry.unlink(first[0]!, 'closed');
      const rest = targets(registry, 8 - had);
      expect(new Set([...first, ...rest]).size).toBe(8);
    }
  });

  it('whatever links come and go, nobody linked waits longer than two rounds, and nobody unlinked is asked', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constantFrom('up' as const, 'down' as const), peer: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ type: fc.constant('probe' as const), peer: fc.constant(0) }),
    );
    fc.assert(fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) => {
      const registry = TestRegistry.joined({ members: 8 });
      for (const { type, peer } of steps) {
        if (type === 'up') registry.link(peer);
        else if (type === 'down') registry.unlink(peer, 'closed');
        else if (registry.neighbors.length > 0) expect(registry.neighbors).toContain(targets(registry, 1)[0]);
      }
      const linked = registry.neighbors.length;
      fc.pre(linked > 0);
      expect(new Set<number>(targets(registry, 2 * linked - 1))).toEqual(new Set<number>(registry.neighbors));
    }));
  });
});

describe('REG31: helpers are chosen by how much we rely on them', () => {
  /** How often each neighbor is asked for help about peer 1, whose probe gets no answer. */
  function asked(reputations: readonly number[], probes: number): number[] {
    const standing = { isBanned: () => false, reputationOf: (_node: unknown, peer: number) => reputations[peer] ?? 1 };
    const registry = TestRegistry.joined({ members: 8, linked: 8, standing, helpersMin: 2, helpersMax: 2 });
    const counts = Array.from({ length: 9 }, () => 0);
    for (let i = 0; i < probes; i++) {
      registry.effects.clear();
      registry.timer({ type: 'probe-next' });
      const [ping] = registry.sentOf('ping');
      registry.timer({ type: 'probe-indirectly', peer: ping!.to, token: ping!.message.token });
      const helpers = registry.sentOf('ping-request').map(({ to }) => to);
      expect(new Set(helpers).size).toBe(2);
      expect(helpers).not.toContain(ping!.to);
      for (const helper of helpers) counts[helper]! += 1;
      registry.answer(ping!.to, ping!.message.token);
    }
    return counts.slice(1);
  }

  it('all alike where all stand equal, and never one below a half', () => {
    const equal = asked([], 4_000);
    for (const count of equal) expect(count / 1_000).toBeCloseTo(1, 0);
    const fallen = asked([1, 1, 0.49, 1, 0], 2_000);
    expect([fallen[1], fallen[3]]).toEqual([0, 0]);
    expect(Math.min(...fallen.filter((_, i) => i !== 1 && i !== 3))).toBeGreaterThan(400);
  });

  it('who stands lower is asked less often', () => {
    const counts = asked([1, 0.5], 4_000);
    const others = counts.slice(1).reduce((sum, count) => sum + count, 0) / 7;
    expect(counts[0]! / others).toBeGreaterThan(0.4);
    expect(counts[0]! / others).toBeLessThan(0.7);
  });

  it('but probed as often as the others', () => {
    const standing = { isBanned: () => false, reputationOf: (_node: unknown, peer: number) => (peer === 2 ? 0 : 1) };
    const registry = TestRegistry.joined({ members: 8, linked: 8, standing });
    expect(targets(registry, 8).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
