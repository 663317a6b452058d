import type { MemberClaim, PeerIndex } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accusation, claim, node, self, TestRegistry } from './registry.test.support.ts';

const passive = (registry: TestRegistry): PeerIndex[] => registry.registry.passiveView(node);
/** A mesh too large for its views: 5 links, 20 members. */
const large = (linked = 4): TestRegistry => TestRegistry.joined({ members: 20, linked, neighborsMax: 5, connectsPerLookMax: 2 });
const joinOf = (peer: number, ttl: number): { type: 'forward-join'; claim: MemberClaim; ttl: number } =>
  ({ type: 'forward-join', claim: claim(peer, 'alive'), ttl });

describe('REG24: a newcomer is led to links', () => {
  it('one without other neighbors is sent on a walk over every other link', () => {
    const registry = large();
    registry.link(19);
    registry.effects.clear();
    registry.hearFrom(19, { type: 'neighbor', isUrgent: true });
    expect(registry.sentOf('forward-join').map(({ to, message }) => [to, message])).toEqual(
      [1, 2, 3, 4].map((to) => [to, joinOf(19, 6)]),
    );
  });

  it('one with neighbors is not, nor anybody in a mesh that fits the views', () => {
    const registry = large();
    registry.link(19);
    registry.hearFrom(19, { type: 'neighbor', isUrgent: false });
    const small = TestRegistry.joined({ members: 4, linked: 4 });
    small.hearFrom(4, { type: 'neighbor', isUrgent: true });
    expect([...registry.sentOf('forward-join'), ...small.sentOf('forward-join')]).toEqual([]);
  });

  it('a walk goes on to another than its sender and the newcomer, and loses one step', () => {
    const registry = large();
    for (let i = 0; i < 20; i++) registry.hearFrom(1, joinOf(2, 6));
    expect(new Set(registry.sentOf('forward-join').map(({ to }) => to as number))).toEqual(new Set([3, 4]));
    expect(new Set(registry.sentOf('forward-join').map(({ message }) => message.ttl))).toEqual(new Set([5]));
  });

  it('at its end it is linked; half way it becomes a spare; in a full view only a spare', () => {
    const registry = large();
    registry.hearFrom(1, joinOf(30, 0));
    expect(registry.effects.connects).toEqual([30]);
    registry.hearFrom(1, joinOf(31, 3));
    expect(passive(registry)).toContain(31);
    registry.link(6);
    registry.hearFrom(1, joinOf(32, 0));
    expect(registry.effects.connects).toEqual([30]);
    expect(passive(registry)).toContain(32);
  });

  it('no walk is longer than our own, and none is about the dead or ourselves', () => {
    const registry = large();
    registry.hear(claim(9, 'dead', 4));
    registry.effects.clear();
    registry.hearFrom(1, joinOf(30, 16));
    registry.hearFrom(1, joinOf(9, 6));
    registry.hearFrom(1, joinOf(self, 6));
    expect(registry.sentOf('forward-join').map(({ message }) => [message.claim.peer, message.ttl])).toEqual([[30, 5]]);
  });
});

describe('REG25: shuffles keep spares fresh', () => {
  it('a shuffle carries at most three neighbors and four spares, and comes again', () => {
    const registry = large();
    for (let i = 0; i < 10; i++) registry.look();
    registry.effects.clear();
    registry.timer({ type: 'shuffle-views' });
    const [{ to, message }] = registry.sentOf('shuffle') as [ReturnType<typeof registry.sentOf<'shuffle'>>[0]];
    expect(message.origin).toEqual(claim(self, 'alive'));
    expect(message.ttl).toBe(6);
    expect(message.claims.length).toBeGreaterThan(4);
    expect(message.claims.length).toBeLessThanOrEqual(7);
    expect(message.claims.map(({ peer }) => peer)).not.toContain(to);
    expect(registry.timersOf('shuffle-views').length).toBe(1);
  });

  it('who gets it first answers and hands it on; who gets it last keeps it', () => {
    const registry = large();
    const shuffle = { type: 'shuffle' as const, origin: claim(1, 'alive'), ttl: 6, claims: [claim(40, 'alive')] };
    registry.hearFrom(1, shuffle);
    expect(registry.sentOf('shuffle-reply').map(({ to }) => to)).toEqual([1]);
    expect(registry.sentOf('shuffle').map(({ message }) => message.ttl)).toEqual([5]);
    expect(registry.held(40)).toBeUndefined();
    registry.effects.clear();
    registry.hearFrom(2, { ...shuffle, ttl: 1 });
    expect(registry.sentOf('shuffle-reply')).toEqual([]);
    expect(registry.sentOf('shuffle')).toEqual([]);
    expect(registry.held(40)).toEqual(claim(40, 'alive'));
  });

  it('a sample is heard as far as a shuffle may be long', () => {
    const registry = large();
    registry.hearFrom(1, { type: 'shuffle-reply', claims: Array.from({ length: 60 }, (_, i) => claim(40 + i, 'alive')) });
    expect(registry.rows.filter(({ peer }) => peer >= 40).length).toBe(8);
  });

  it('the dead and the left are no spares', () => {
    const registry = large();
    registry.pass(0);
    for (let i = 0; i < 30; i++) registry.look();
    const [first, second] = passive(registry);
    registry.hear(claim(first!, 'dead'), claim(second!, 'left'));
    for (let i = 0; i < 30; i++) registry.look();
    expect(passive(registry).length).toBeGreaterThan(0);
    expect(passive(registry)).not.toContain(first);
    expect(passive(registry)).not.toContain(second);
  });

  it('whatever is heard, spares stay within the bound, are nobody twice, and neither ourselves nor neighbors', () => {
    const message = fc.oneof(
      fc.record({ peer: fc.nat(30), ttl: fc.nat(6) }).map(({ peer, ttl }) => joinOf(peer, ttl)),
      fc.array(fc.nat(30), { maxLength: 8 }).map((all) => ({
        type: 'shuffle-reply' as const, claims: all.map((peer) => claim(peer, 'alive')),
      })),
      fc.nat(30).map((peer) => ({ type: 'claims' as const, claims: [accusation(peer, 1), claim(peer, 'dead', 1)] })),
    );
    fc.assert(fc.property(fc.array(message, { maxLength: 40 }), (all) => {
      const registry = TestRegistry.joined({ members: 8, linked: 3, neighborsMax: 4, connectsPerLookMax: 2, passiveMax: 5 });
      for (const told of all) {
        registry.hearFrom(1, told);
        registry.look();
      }
      const spares = passive(registry);
      expect(spares.length).toBeLessThanOrEqual(5);
      expect(new Set(spares).size).toBe(spares.length);
      for (const peer of spares) expect([self, ...registry.neighbors]).not.toContain(peer);
    }));
  });
});

describe('REG8: a full view in a large mesh is stable', () => {
  const full = (): TestRegistry => large(5);

  it('a newcomer it knows alive waits for its word: an urgent one is taken in, another sent away', () => {
    for (const isUrgent of [true, false]) {
      const registry = full();
      registry.link(12);
      expect(registry.neighbors).not.toContain(12);
      expect(registry.effects.disconnects).toEqual([]);
      registry.hearFrom(12, { type: 'neighbor', isUrgent });
      expect(registry.neighbors.includes(12 as PeerIndex)).toBe(isUrgent);
      expect(registry.effects.disconnects.map(({ peer }) => peer === 12)).toEqual([!isUrgent]);
      expect(registry.neighbors.length).toBe(5);
    }
  });

  it('the lost is taken in at once, in place of one who becomes a spare', () => {
    const registry = full();
    registry.hear(claim(12, 'dead'));
    registry.link(12);
    expect(registry.neighbors).toContain(12);
    expect(passive(registry)).toEqual(registry.effects.disconnects.map(({ peer }) => peer));
  });

  it('a stranger is taken in at once while the table has room for him, and waits for his word where it is full', () => {
    for (const [membersMax, isTaken] of [[64, true], [21, false]] as const) {
      const registry = TestRegistry.joined({ members: 20, linked: 5, neighborsMax: 5, membersMax });
      registry.link(50);
      expect(registry.neighbors.includes(50 as PeerIndex)).toBe(isTaken);
      expect(registry.effects.disconnects.length).toBe(isTaken ? 1 : 0);
      registry.hearFrom(50, { type: 'neighbor', isUrgent: !isTaken });
      expect(registry.neighbors).toContain(50);
    }
  });

  it('one whose word was lost is judged by its first ping', () => {
    const registry = full();
    registry.link(12);
    registry.hearFrom(12, { type: 'ping', token: 8 });
    expect(registry.effects.disconnects).toEqual([{ peer: 12, reason: 'view-full' }]);
    const roomy = large();
    roomy.hearFrom(12, { type: 'ping', token: 8 });
    expect(roomy.neighbors).toContain(12);
  });

  it('says on a new link whether it is urgent', () => {
    const registry = large(0);
    registry.link(1);
    registry.link(2);
    expect(registry.sentOf('neighbor').map(({ message }) => message.isUrgent)).toEqual([true, false]);
  });

  it('seeks links up to three quarters of its places, spares first', () => {
    const registry = TestRegistry.joined({ members: 40, linked: 5, neighborsMax: 12 });
    for (let i = 0; i < 9; i++) registry.look();
    registry.registry.onTimer(node, { type: 'maintain-views' }, registry.now, registry.effects);
    const spares = passive(registry);
    registry.effects.clear();
    registry.look();
    expect(registry.effects.connects.length).toBe(4);
    for (const peer of registry.effects.connects) expect(spares).toContain(peer);
    for (const peer of registry.effects.connects) registry.link(peer);
    registry.effects.clear();
    registry.look();
    expect(registry.effects.connects).toEqual([]);
  });
});
