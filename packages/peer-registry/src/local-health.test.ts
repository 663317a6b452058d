import { millis } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { areManyLost, failedProbeCost, stallCost } from './local-health.ts';
import { accusation, claim, node, peerOf, self, TestRegistry } from './registry.test.support.ts';

/** A probe that nobody answers; `nacks` helpers say that they are well. */
function failProbe(registry: TestRegistry, nacks = 0): void {
  registry.effects.clear();
  registry.timer({ type: 'probe-next' });
  const [ping] = registry.sentOf('ping');
  const { token } = ping!.message;
  const peer = ping!.to;
  registry.timer({ type: 'probe-indirectly', peer, token });
  for (const { to } of registry.sentOf('ping-request').slice(0, nacks)) {
    registry.hearFrom(to, { type: 'nack', token, target: peer });
  }
  registry.timer({ type: 'end-probe', peer, token });
}

const health = (registry: TestRegistry): number => registry.registry.healthOf(node);
const suspects = (registry: TestRegistry): number => registry.rows.filter(({ state }) => state === 'suspect').length;

describe('the rules', () => {
  it.each([[50, 0], [100, 0], [101, 1], [500, 1], [501, 2], [30_000, 2]])('a stall of %i ms costs %i', (lagMs, cost) => {
    expect(stallCost(lagMs)).toBe(cost);
  });

  it.each([[0, 0, 1], [3, 0, 0], [3, 2, 2], [8, 8, 8]])('of %i helpers %i did not even nack: %i', (asked, missing, cost) => {
    expect(failedProbeCost(asked, missing)).toBe(cost);
  });

  it.each([[2, 2, false], [3, 8, true], [3, 9, false], [34, 100, true], [33, 100, false]])(
    '%i lost of %i: %o', (losses, before, isMany) => {
      expect(areManyLost(losses, before)).toBe(isMany);
    });
});

describe('REG32: a loop that is late again and again waits longer, and accuses as before', () => {
  it('once more for each ten milliseconds, eight times at most; half of it is forgotten with every probe period, and all in the end', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const stretch = (): number => registry.registry.stretchOf(node);
    expect(stretch()).toBe(1);
    registry.registry.onLagging(node, millis(40));
    expect(stretch()).toBe(5);
    registry.registry.onLagging(node, millis(500));
    expect(stretch()).toBe(8);
    registry.registry.onLagging(node, millis(40));
    registry.timer({ type: 'probe-next' });
    expect(stretch()).toBe(3);
    expect(health(registry)).toBe(0);
    expect(registry.sentOf('ping').length).toBe(1);
    for (let i = 0; i < 5; i++) {
      const { to, message: { token } } = registry.sentOf('ping').at(-1)!;
      registry.answer(to, token);
      registry.timer({ type: 'probe-next' });
    }
    expect(stretch()).toBe(1);
  });

  it('a score that is worse counts instead', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    registry.registry.onLagging(node, millis(10));
    for (let i = 0; i < 3; i++) registry.registry.onStalled(node, millis(600), registry.now);
    expect(registry.registry.stretchOf(node)).toBe(7);
  });
});

describe('REG22: who is slow itself asks slower and accuses nobody', () => {
  it('the score stays within 0 and 7', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    for (let i = 0; i < 6; i++) registry.registry.onStalled(node, millis(600), registry.now);
    expect(registry.facts).toEqual(['health 2', 'health 4', 'health 6', 'health 7']);
    for (let i = 0; i < 9; i++) {
      registry.effects.clear();
      registry.timer({ type: 'probe-next' });
      const [ping] = registry.sentOf('ping');
      registry.answer(ping!.to, ping!.message.token);
    }
    expect(health(registry)).toBe(0);
  });

  it('a failed probe costs the missing nacks; a refutation of our own costs one', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    failProbe(registry, 3);
    expect(health(registry)).toBe(1);
    registry.hear(accusation(self, 2));
    expect(health(registry)).toBe(2);
  });

  it('periods and waits stretch by score + 1', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    registry.registry.onStalled(node, millis(600), registry.now);
    registry.timer({ type: 'probe-next' });
    const [next] = registry.timersOf('probe-next');
    expect(Math.abs(next!.afterMs - 1_500)).toBeLessThanOrEqual(150);
    expect(registry.timersOf('probe-indirectly')[0]!.afterMs).toBe(750);
    expect(registry.timersOf('end-probe')[0]!.afterMs).toBe(1_350);
  });

  it('from 4 on a failed probe confirms what others say, and accuses nobody first', () => {
    const registry = TestRegistry.joined({ members: 2, linked: 2 });
    for (let i = 0; i < 2; i++) registry.registry.onStalled(node, millis(600), registry.now);
    registry.pass(60_000);
    for (let i = 0; i < 4; i++) failProbe(registry, 1);
    expect(health(registry)).toBeGreaterThanOrEqual(4);
    expect(suspects(registry)).toBe(0);
    registry.hear(accusation(1, 2));
    failProbe(registry, 1);
    failProbe(registry, 1);
    registry.timer({ type: 'judge-suspicion', ...claim(1, 'suspect') });
    registry.pass(1_600, 'judge-suspicion');
    expect(registry.registry.isConfirmed(node, peerOf(1))).toBe(true);
  });

  it('a link that fails is doubt all the same, without an accuser', () => {
    const registry = TestRegistry.joined({ members: 8, linked: 8 });
    for (let i = 0; i < 2; i++) registry.registry.onStalled(node, millis(600), registry.now);
    registry.unlink(1, 'failed');
    registry.effects.clear();
    registry.timer({ type: 'spread-claims' });
    expect(registry.effects.claims).toContainEqual(claim(1, 'suspect'));
  });

  it('after a stall nobody is accused for as long as it lasted, and at most quietMs', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    registry.registry.onStalled(node, millis(400), registry.now);
    failProbe(registry, 5);
    expect(suspects(registry)).toBe(0);
    registry.pass(400);
    failProbe(registry, 5);
    expect(suspects(registry)).toBe(1);
    registry.registry.onStalled(node, millis(90_000), registry.now);
    registry.pass(5_000);
    failProbe(registry, 5);
    expect(suspects(registry)).toBe(2);
  });

  it('who loses more than a third of its neighbors within two seconds doubts itself', () => {
    const lose = (apartMs: number): (number | undefined)[] => {
      const registry = TestRegistry.joined({ members: 8, linked: 8 });
      for (const peer of [1, 2, 3, 4]) {
        registry.unlink(peer, 'failed');
        registry.pass(apartMs);
      }
      for (let i = 0; i < 3; i++) registry.timer({ type: 'spread-claims' });
      return [1, 2, 3, 4].map((peer) => registry.effects.claims.find((told) => told.peer === peer)?.accuser);
    };
    expect(lose(100)).toEqual([0, 0, -1, -1]);
    expect(lose(1_100)).toEqual([0, 0, 0, 0]);
  });
});
