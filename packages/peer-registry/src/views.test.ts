import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claim, node, peerOf, TestRegistry } from './registry.test.support.ts';

const linked = (registry: TestRegistry, peer: number): void => registry.link(peer);

describe('REG8: a view never holds more than neighborsMax', () => {
  it('a newcomer to a full view takes the place of one neighbor, who is sent away', () => {
    const registry = TestRegistry.joined({ members: 4, linked: 4, neighborsMax: 4 });
    linked(registry, 9);
    const [leaver] = registry.effects.disconnects;
    expect(registry.effects.disconnects).toEqual([{ peer: leaver?.peer, reason: 'view-full' }]);
    expect([1, 2, 3, 4]).toContain(leaver?.peer);
    const remaining = [1, 2, 3, 4, 9].filter((peer) => peer !== leaver?.peer);
    expect(registry.neighbors.toSorted((a, b) => a - b)).toEqual(remaining);
    expect(registry.links).toEqual([{ peer: leaver?.peer, isUp: false }, { peer: 9, isUp: true }]);
  });

  it('the one who makes room is drawn: over many seeds everybody is', () => {
    const leavers = Array.from({ length: 400 }, (_, seed) => {
      const registry = TestRegistry.joined({ members: 4, linked: 4, neighborsMax: 4 }, seed);
      linked(registry, 9);
      return registry.effects.disconnects[0]?.peer;
    });
    // 100 each on average, a deviation of 8.7: five deviations.
    for (const peer of [1, 2, 3, 4]) {
      expect(Math.abs(leavers.filter((leaver) => leaver === peer).length - 100)).toBeLessThan(44);
    }
  });

  it('whatever links come and go, views stay within the bound and hold nobody twice', () => {
    const happening = fc.record({ peer: fc.integer({ min: 1, max: 9 }), isUp: fc.boolean() });
    const happenings = fc.array(happening, { maxLength: 60 });
    fc.assert(fc.property(happenings, fc.integer({ min: 1, max: 5 }), (all, neighborsMax) => {
      const registry = TestRegistry.joined({ neighborsMax, connectsPerLookMax: 1 });
      const links = new Set<number>();
      for (const { peer, isUp } of all) {
        if (isUp) linked(registry, peer);
        else registry.unlink(peer, 'closed');
        if (isUp) links.add(peer);
        else links.delete(peer);
        for (const { peer: leaver } of registry.effects.disconnects.splice(0)) links.delete(leaver);
        expect(registry.neighbors.length).toBeLessThanOrEqual(neighborsMax);
        expect(new Set<number>(registry.neighbors)).toEqual(links);
        expect(registry.neighbors.length).toBe(links.size);
      }
    }));
  });

  it('is told of each link once up and once down, whatever the shell repeats', () => {
    const registry = TestRegistry.joined({ members: 1 });
    linked(registry, 1);
    linked(registry, 1);
    registry.registry.onOffence(node, peerOf(1));
    registry.unlink(1, 'closed');
    registry.unlink(2, 'closed');
    expect(registry.links).toEqual([{ peer: 1, isUp: true }, { peer: 1, isUp: false }]);
  });

  it('is not filled beyond its free places by one look, nor by more than connectsPerLookMax', () => {
    const small = TestRegistry.joined({ members: 20, neighborsMax: 20, linked: 17 });
    small.look();
    expect(small.effects.connects.length).toBe(3);
    const alone = TestRegistry.joined({ members: 50 });
    alone.look();
    expect(alone.effects.connects.length).toBe(alone.options.connectsPerLookMax);
    expect(new Set(alone.effects.connects).size).toBe(alone.effects.connects.length);
  });
});

describe('a look at the view', () => {
  it('asks for members that are not linked: those with a larger tag at every look, the others at every fourth', () => {
    for (const hasLargestTag of [false, true]) {
      const registry = TestRegistry.joined({ members: 3, linked: 1 }, 1, hasLargestTag);
      registry.hear(claim(2, 'suspect'));
      for (let look = 1; look <= 8; look++) {
        registry.effects.clear();
        registry.look();
        const isDialing = !hasLargestTag || look % 4 === 0;
        expect(registry.effects.connects.toSorted((a, b) => a - b)).toEqual(isDialing ? [2, 3] : []);
      }
    }
  });

  it('comes again, whatever it finds', () => {
    const registry = TestRegistry.joined();
    registry.look();
    expect(registry.timersOf('maintain-views')).toEqual([
      { afterMs: registry.options.maintainIntervalMs, timer: { type: 'maintain-views' } },
    ]);
  });

  it('favors no row: over many looks every member is asked for', () => {
    const registry = TestRegistry.joined({ members: 40, connectsPerLookMax: 1 });
    const counts = new Map<number, number>();
    for (let look = 0; look < 4_000; look++) registry.look();
    for (const peer of registry.effects.connects) counts.set(peer, (counts.get(peer) ?? 0) + 1);
    // 100 each on average; our own row, before the first member, gives that one twice the chance.
    expect(counts.size).toBe(40);
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
    expect(Math.max(...counts.values())).toBeLessThan(260);
  });
});

describe('REG9: nobody is forgotten', () => {
  it('the dead are dialed again at every look, in turn', () => {
    const registry = TestRegistry.joined({ members: 3 });
    registry.hear(claim(1, 'dead'), claim(2, 'dead'), claim(3, 'dead'));
    const looks = 60;
    for (let look = 0; look < looks; look++) registry.look();
    expect(registry.effects.connects.length).toBe(looks);
    for (const peer of [1, 2, 3]) {
      expect(registry.effects.connects.filter((dialed) => dialed === peer).length).toBeGreaterThan(looks / 10);
    }
  });

  it('also by a node whose view is full', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 2, neighborsMax: 2, connectsPerLookMax: 2 });
    registry.hear(claim(3, 'dead'));
    registry.look();
    expect(registry.effects.connects).toEqual([3]);
  });

  it('one that is linked again hears what we believe of it, and can refute it', () => {
    const registry = TestRegistry.joined({ members: 2 });
    registry.hear(claim(1, 'dead'));
    registry.effects.clear();
    linked(registry, 1);
    expect(registry.effects.sent.map(({ to, message }) => [to, message.type])).toEqual([[1, 'neighbor'], [1, 'claims']]);
    expect(registry.effects.claims).toContainEqual(claim(1, 'dead'));
    expect(registry.effects.claims).toContainEqual(claim(0, 'alive'));
    registry.hear(claim(1, 'alive', 1));
    expect(registry.registry.stateOf(node, peerOf(1))).toBe('alive');
  });
});
