import fc from 'fast-check';
import { millis, type MemberState } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { accusation, claim, node, peerOf, self, TestRegistry } from './registry.test.support.ts';

const isConfirmed = (registry: TestRegistry, peer = 1): boolean => registry.registry.isConfirmed(node, peerOf(peer));
const judge = { type: 'judge-suspicion' as const, ...claim(1, 'suspect') };
/** Suspicions of six seconds at most, one at least: n is at most ten. */
const options = { members: 9, suspicionAlpha: 2 };

describe('REG16: a suspicion is confirmed by three observers, when its time is over', () => {
  it('time alone confirms nothing: it is told again, and judged again', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2));
    expect(registry.timersOf('judge-suspicion').map(({ afterMs }) => afterMs)).toEqual([6_017]);
    registry.timer({ type: 'spread-claims' });
    registry.effects.clear();
    registry.pass(6_017);
    registry.timer(judge);
    expect(isConfirmed(registry)).toBe(false);
    expect(registry.timersOf('spread-claims').length).toBe(1);
    expect(registry.timersOf('judge-suspicion').map(({ afterMs }) => afterMs)).toEqual([6_017]);
  });

  it('confirmations by others shorten it; the same accuser again, a stranger and the accused do not', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 2), accusation(1, 77), accusation(1, 1), claim(1, 'suspect'));
    expect(registry.timersOf('judge-suspicion').length).toBe(1);
    registry.hear(accusation(1, 3), accusation(1, 4));
    const [first, second, third] = registry.timersOf('judge-suspicion').map(({ afterMs }) => afterMs);
    expect([first, Math.round(second!), third]).toEqual([6_017, 2_862, 1_017]);
  });

  it('three observers and the least time confirm', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4));
    registry.pass(900);
    registry.timer(judge);
    expect(isConfirmed(registry)).toBe(false);
    registry.pass(117);
    registry.timer(judge);
    expect(isConfirmed(registry)).toBe(true);
    expect(registry.held(1)).toEqual(claim(1, 'suspect'));
    expect(registry.effects.events.map(({ type }) => type)).toEqual(['member-suspected']);
  });

  it('a timer that comes too early is set again for the rest', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2));
    registry.effects.clear();
    registry.pass(4_000);
    registry.timer(judge);
    expect(registry.timersOf('judge-suspicion').map(({ afterMs }) => afterMs)).toEqual([2_017]);
  });

  it.each([
    ['refuted', claim(1, 'alive', 1)],
    ['suspected at a later incarnation', accusation(1, 3, 1)],
    ['dead', claim(1, 'dead')],
    ['left', claim(1, 'left')],
  ])('the judgement is stale once the member is %s', (_what, since) => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4), since);
    registry.effects.clear();
    registry.pass(60_000);
    registry.timer(judge);
    expect(registry.effects.events).toEqual([]);
    expect(registry.effects.timers).toEqual([]);
    expect(isConfirmed(registry)).toBe(false);
  });

  it('what was confirmed is told no more, and a refutation takes it back', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4));
    registry.pass(1_100, 'judge-suspicion');
    expect(isConfirmed(registry)).toBe(true);
    registry.hear(claim(1, 'alive', 1));
    expect(isConfirmed(registry)).toBe(false);
    expect(registry.held(1)).toEqual(claim(1, 'alive', 1));
  });

  it('the accusers travel in turn with the claim', () => {
    const registry = TestRegistry.joined({ ...options, linked: 3 });
    registry.hear(accusation(9, 2), accusation(9, 3), accusation(9, 4));
    const told = new Set<number>();
    for (let spread = 0; spread < 8; spread++) {
      registry.timer({ type: 'spread-claims' });
      for (const { peer, accuser } of registry.effects.claims) if (peer === 9) told.add(accuser);
    }
    expect(told).toEqual(new Set([2, 3, 4]));
  });

  it('one who lost the row of an accuser is no accuser', () => {
    const registry = TestRegistry.joined({ members: 6, membersMax: 7, suspicionAlpha: 2 });
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4), claim(2, 'dead'), claim(50, 'alive'));
    registry.pass(1_100, 'judge-suspicion');
    expect(isConfirmed(registry)).toBe(false);
    registry.hear(accusation(1, 50));
    registry.pass(1_100, 'judge-suspicion');
    expect(isConfirmed(registry)).toBe(true);
  });
});

describe('REG4: dead after deadAfterMs, and only what is confirmed', () => {
  const dead = (registry: TestRegistry): boolean => registry.held(1)?.state === 'dead';

  it('what is confirmed is dead when the time comes', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4));
    registry.pass(1_100, 'judge-suspicion');
    registry.pass(8_900, 'declare-dead');
    expect(dead(registry)).toBe(true);
  });

  it('what is not confirmed is accused by us then, and dead as soon as three say so', () => {
    const registry = TestRegistry.joined({ ...options, linked: 1 });
    registry.hear(accusation(1, 2));
    registry.pass(10_000, 'declare-dead');
    expect(dead(registry)).toBe(false);
    registry.hear(accusation(1, 3));
    expect(dead(registry)).toBe(true);
  });

  it('whom we are not linked with we have not asked: it is dialed and has its time once more before we accuse it', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3));
    registry.effects.clear();
    registry.declareDead(claim(1, 'suspect'));
    expect(registry.effects.connects).toEqual([1]);
    expect(registry.timersOf('declare-dead').map(({ afterMs }) => afterMs)).toEqual([10_000]);
    expect(dead(registry)).toBe(false);
    registry.pass(10_000, 'declare-dead');
    expect(registry.effects.connects).toEqual([1]);
    expect(dead(registry)).toBe(true);
  });

  it('in a small mesh fewer are enough once fewer can be reached', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 1 });
    registry.hear(accusation(1, 2));
    registry.pass(10_000, 'declare-dead');
    registry.hear(claim(3, 'left'));
    expect(dead(registry)).toBe(false);
    registry.pass(20_000, 'judge-suspicion');
    expect(dead(registry)).toBe(true);
  });

  it('the verdict waits while we doubt ourselves', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4));
    registry.pass(10_000);
    registry.registry.onStalled(node, millis(3_000), registry.now);
    registry.effects.clear();
    registry.declareDead(claim(1, 'suspect'));
    expect(dead(registry)).toBe(false);
    expect(registry.timersOf('declare-dead').map(({ afterMs }) => afterMs)).toEqual([3_000]);
  });

  it('a stall is taken off the time of every suspicion, and never more than that time', () => {
    const registry = TestRegistry.joined(options);
    registry.hear(accusation(1, 2), accusation(1, 3), accusation(1, 4));
    registry.pass(900);
    registry.hear(accusation(2, 3), accusation(2, 4), accusation(2, 5));
    registry.pass(200);
    registry.registry.onStalled(node, millis(800), registry.now);
    registry.effects.clear();
    registry.timer(judge);
    registry.timer({ ...judge, peer: peerOf(2) });
    expect([isConfirmed(registry), isConfirmed(registry, 2)]).toEqual([false, false]);
    const [one, other] = registry.timersOf('judge-suspicion').map(({ afterMs }) => afterMs);
    // One suspicion ran for 1,100 ms, the other for 200: 300 and 0 remain. Times are counted in 16 ms.
    expect(Math.abs(one! - 717)).toBeLessThanOrEqual(32);
    expect(Math.abs(other! - 1_017)).toBeLessThanOrEqual(32);
  });

  it('a refuted suspicion kills nobody, whatever else is said and whenever timers come', () => {
    const said = fc.record({
      state: fc.constantFrom<MemberState>('suspect', 'alive'), incarnation: fc.nat(2), accuser: fc.integer({ min: 0, max: 5 }),
      passMs: fc.constantFrom(0, 500, 1_500, 9_000, 12_000),
    });
    fc.assert(fc.property(fc.array(said, { maxLength: 20 }), (all) => {
      const registry = TestRegistry.joined(options);
      for (const { state, incarnation, accuser, passMs } of all) {
        registry.hear(state === 'alive' ? claim(1, 'alive', incarnation) : accusation(1, accuser, incarnation));
        registry.pass(passMs);
      }
      fc.pre(registry.held(1)?.state !== 'dead');
      registry.hear(claim(1, 'alive', 3));
      registry.pass(60_000);
      for (const { timer } of registry.effects.timers.slice()) if (timer.type !== 'maintain-views') registry.timer(timer);
      expect(registry.held(1)).toEqual(claim(1, 'alive', 3));
    }));
  });
});

describe('REG17: who is behind is told the newer word of the accused', () => {
  it('at most once a second each', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 2 });
    registry.hear(claim(5, 'alive', 3));
    registry.effects.clear();
    const stale = { type: 'claims' as const, claims: [accusation(5, 4, 2)] };
    for (let i = 0; i < 5; i++) registry.hearFrom(1, stale);
    registry.hearFrom(2, stale);
    expect(registry.sentOf('claims').map(({ to, message }) => [to, message.claims])).toEqual([
      [1, [claim(5, 'alive', 3)]], [2, [claim(5, 'alive', 3)]],
    ]);
    registry.pass(2_000);
    registry.hearFrom(1, stale);
    expect(registry.sentOf('claims').length).toBe(3);
  });

  it('not a stranger, and not who only repeats old news of one alive', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 2 });
    registry.hear(claim(5, 'alive', 3));
    registry.effects.clear();
    registry.hearFrom(4, { type: 'claims', claims: [accusation(5, 4, 2)] });
    registry.hearFrom(1, { type: 'claims', claims: [claim(5, 'alive', 2)] });
    expect(registry.effects.sent).toEqual([]);
    expect(registry.held(self)).toEqual(claim(self, 'alive'));
  });
});
