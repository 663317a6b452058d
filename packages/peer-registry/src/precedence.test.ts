import fc from 'fast-check';
import {
  compareIncarnation,
  type Epoch,
  type Incarnation,
  type MemberClaim,
  type MemberState,
} from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { precedence, type Precedence } from './precedence.ts';
import { accusation, claim, node, peerOf, TestRegistry } from './registry.test.support.ts';

const states: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left'];

/** Held, claimed, then the outcome for a claim of an earlier, the same and a later incarnation. */
const table: Record<MemberState, Record<MemberState, readonly [Precedence, Precedence, Precedence]>> = {
  alive: {
    alive: ['keeps', 'keeps', 'takes'],
    suspect: ['keeps', 'takes', 'takes'],
    dead: ['keeps', 'takes', 'takes'],
    left: ['keeps', 'takes', 'takes'],
  },
  suspect: {
    alive: ['keeps', 'keeps', 'takes'],
    suspect: ['keeps', 'keeps', 'takes'],
    dead: ['keeps', 'takes', 'takes'],
    left: ['keeps', 'takes', 'takes'],
  },
  dead: {
    alive: ['keeps', 'keeps', 'takes'],
    suspect: ['keeps', 'keeps', 'takes'],
    dead: ['keeps', 'keeps', 'takes'],
    left: ['keeps', 'takes', 'takes'],
  },
  left: {
    alive: ['keeps', 'keeps', 'takes'],
    suspect: ['keeps', 'keeps', 'takes'],
    dead: ['keeps', 'keeps', 'takes'],
    left: ['keeps', 'keeps', 'takes'],
  },
};
const confirmed: Record<MemberState, readonly [Precedence, Precedence, Precedence]> = table.suspect;
const cases = states.flatMap((held) => states.flatMap((claimed) =>
  [-1, 0, 1].map((age) => ({ held, claimed, age, outcome: table[held][claimed][age + 1] as Precedence }))));

/** Few values, so that claims meet at one incarnation. */
const claims = fc.array(
  fc.record({
    peer: fc.integer({ min: 1, max: 4 }),
    state: fc.constantFrom(...states),
    epoch: fc.integer({ min: 1, max: 2 }),
    incarnation: fc.integer({ min: 0, max: 2 }),
  }).map(({ peer, state, epoch, incarnation }) => claim(peer, state, incarnation, epoch)),
  { maxLength: 12 },
);
const later = (first: MemberClaim, second: MemberClaim): MemberClaim =>
  precedence(first.state, second.state, compareIncarnation(second, first)) === 'takes' ? second : first;

function rowsAfter(heard: readonly MemberClaim[]): MemberClaim[] {
  const registry = TestRegistry.joined();
  registry.hear(...heard);
  return registry.rows.toSorted((first, second) => first.peer - second.peer);
}

describe('REG1: the later incarnation holds, and at one incarnation the worse state', () => {
  it.each(cases)('$held, claimed $claimed, age $age: $outcome', ({ held, claimed, age, outcome }) => {
    expect(precedence(held, claimed, age)).toBe(outcome);
    const registry = TestRegistry.joined();
    registry.hear(claim(1, held, 5), claim(1, claimed, 5 + age));
    expect(registry.held(1)).toEqual(outcome === 'takes' ? claim(1, claimed, 5 + age) : claim(1, held, 5));
  });

  it.each(states)('what is confirmed gives way to %s as a suspicion does', (claimed) => {
    expect([-1, 0, 1].map((age) => precedence('confirmed', claimed, age))).toEqual(confirmed[claimed]);
    for (const age of [-1, 0, 1]) {
      const registry = TestRegistry.joined({ members: 5 });
      registry.hear(...[2, 3, 4].map((accuser) => accusation(1, accuser, 5)));
      registry.pass(1_600, 'judge-suspicion');
      expect(registry.registry.isConfirmed(node, peerOf(1))).toBe(true);
      registry.hear(claim(1, claimed, 5 + age));
      const takes = confirmed[claimed][age + 1] === 'takes';
      expect(registry.held(1)).toEqual(takes ? claim(1, claimed, 5 + age) : claim(1, 'suspect', 5));
      expect(registry.registry.isConfirmed(node, peerOf(1))).toBe(!takes);
    }
  });

  it('is SWIM\'s order: alive wins by a later incarnation only, doubt by the same one', () => {
    fc.assert(fc.property(fc.nat(3), fc.nat(3), (i, j) => {
      expect(precedence('suspect', 'alive', i - j) === 'takes').toBe(i > j);
      expect(precedence('dead', 'alive', i - j) === 'takes').toBe(i > j);
      expect(precedence('alive', 'suspect', i - j) === 'takes').toBe(i >= j);
      expect(precedence('alive', 'dead', i - j) === 'takes').toBe(i >= j);
      expect(precedence('suspect', 'dead', i - j) === 'takes').toBe(i >= j);
    }));
  });

  it('a restart wins over everything that was said of the time before it', () => {
    for (const state of states) {
      const registry = TestRegistry.joined();
      registry.hear(claim(1, state, 0xffff, 7), claim(1, 'alive', 0, 8));
      expect(registry.held(1)).toEqual(claim(1, 'alive', 0, 8));
    }
  });
});

describe('REG2: claims merge to the same rows in any order and however often they are heard', () => {
  it('the order does not matter', () => {
    fc.assert(fc.property(claims, fc.infiniteStream(fc.nat()), (heard, draws) => {
      const order = heard.map((told) => ({ told, at: draws.next().value as number }));
      const shuffled = order.toSorted((first, second) => first.at - second.at).map(({ told }) => told);
      expect(rowsAfter(shuffled)).toEqual(rowsAfter(heard));
    }));
  });

  it('repetition does not matter', () => {
    fc.assert(fc.property(claims, (heard) => {
      expect(rowsAfter(heard.flatMap((told) => [told, told]))).toEqual(rowsAfter(heard));
      expect(rowsAfter([...heard, ...heard])).toEqual(rowsAfter(heard));
    }));
  });

  it('merging is commutative, associative and idempotent', () => {
    const point = fc.record({
      state: fc.constantFrom(...states),
      epoch: fc.integer({ min: 1, max: 2 }).map((value) => value as Epoch),
      incarnation: fc.integer({ min: 0, max: 2 }).map((value) => value as Incarnation),
    }).map((told) => ({ ...claim(1, 'alive'), ...told }));
    fc.assert(fc.property(point, point, point, (a, b, c) => {
      expect(later(a, b)).toEqual(later(b, a));
      expect(later(later(a, b), c)).toEqual(later(a, later(b, c)));
      expect(later(a, a)).toEqual(a);
    }));
  });

  it('a node that hears all that another believes believes the same', () => {
    fc.assert(fc.property(claims, claims, (first, second) => {
      const here = TestRegistry.joined();
      const there = TestRegistry.joined();
      here.hear(...first);
      there.hear(...second);
      const [mine, theirs] = [here.rows, there.rows];
      here.hear(...theirs);
      there.hear(...mine);
      const byPeer = (one: MemberClaim, other: MemberClaim): number => one.peer - other.peer;
      expect(here.rows.toSorted(byPeer)).toEqual(there.rows.toSorted(byPeer));
    }));
  });
});
