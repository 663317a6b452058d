import fc from 'fast-check';
import { millis } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Fallback, spreadingAfter, type Spreading, type SpreadingEvent } from './fallback.ts';
import { contextFor, node } from './gossip.test.support.ts';
import { gossipDefaults } from './options.ts';

/** From any state by any event, written down a second time. */
const expected: Readonly<Record<Spreading, Readonly<Record<SpreadingEvent, Spreading>>>> = {
  tree: { equal: 'tree', late: 'doubted', pulled: 'tree', spent: 'tree' },
  doubted: { equal: 'tree', late: 'doubted', pulled: 'flooding', spent: 'doubted' },
  flooding: { equal: 'tree', late: 'flooding', pulled: 'flooding', spent: 'tree' },
};

function fallbackOf(facts: boolean[] = []): Fallback {
  const context = contextFor([]);
  const observer = { ...context.observer, floodingChanged: (_node: unknown, isFlooding: boolean) => facts.push(isFlooding) };
  return new Fallback({ ...gossipDefaults, treeLateMs: millis(300), floodAfterPulls: 2, floodRounds: 3 }, { ...context, observer });
}

describe('GOS18: a node floods when anti-entropy brings what its trees should have, and stops when digests agree', () => {
  it('by a total table', () => {
    expect(spreadingAfter).toEqual(expected);
  });

  it('late and pulled, it floods for its rounds, and then trusts its trees again', () => {
    const facts: boolean[] = [];
    const fallback = fallbackOf(facts);
    expect(fallback.onDifference(node, 1, millis(1_000))).toBe(false);
    expect(fallback.onDifference(node, 1, millis(1_299))).toBe(false);
    expect(fallback.onDifference(node, 1, millis(1_300))).toBe(true);
    expect(fallback.onDifference(node, 3, millis(2_199))).toBe(false);
    expect(fallback.onDifference(node, 3, millis(2_200))).toBe(true);
    expect(fallback.stateOf(node)).toBe('doubted');
    fallback.onPulled(node);
    fallback.onRound(node);
    fallback.onPulled(node);
    expect(fallback.stateOf(node)).toBe('doubted');
    fallback.onPulled(node);
    expect(fallback.stateOf(node)).toBe('flooding');
    for (const state of ['flooding', 'flooding', 'tree', 'tree'] as const) {
      fallback.onRound(node);
      expect(fallback.stateOf(node)).toBe(state);
    }
    expect(facts).toEqual([true, false]);
  });

  it('agreement ends it at once, and the clock', () => {
    const fallback = fallbackOf();
    fallback.onDifference(node, 1, millis(1_000));
    fallback.onAgreement(node);
    expect(fallback.onDifference(node, 1, millis(1_400))).toBe(false);
    expect(fallback.onDifference(node, 1, millis(1_700))).toBe(true);
    for (let i = 0; i < 2; i++) fallback.onPulled(node);
    expect(fallback.stateOf(node)).toBe('flooding');
    fallback.onAgreement(node);
    expect(fallback.stateOf(node)).toBe('tree');
  });

  it('where batches never cease and digests never agree, it ends with its rounds all the same', () => {
    const fallback = fallbackOf();
    for (const nowMs of [0, 400]) fallback.onDifference(node, 1, millis(nowMs));
    for (let i = 0; i < 2; i++) fallback.onPulled(node);
    for (let round = 0; round < 3; round++) {
      expect(fallback.stateOf(node)).toBe('flooding');
      fallback.onDifference(node, 1, millis(1_000 + 400 * round));
      fallback.onPulled(node);
      fallback.onRound(node);
    }
    expect(fallback.stateOf(node)).toBe('tree');
  });

  it('what a newcomer is brought speaks against no tree', () => {
    const fallback = fallbackOf();
    fallback.onDifference(node, 1, millis(0));
    for (let i = 0; i < 100; i++) fallback.onPulled(node);
    expect(fallback.stateOf(node)).toBe('tree');
  });

  it('whatever happens, flooding ends within its rounds unless something is late again', () => {
    const happenings = fc.constantFrom('equal' as const, 'unequal' as const, 'pulled' as const, 'round' as const);
    fc.assert(fc.property(fc.array(happenings, { maxLength: 50 }), (all) => {
      const fallback = fallbackOf();
      all.forEach((happening, at) => {
        if (happening === 'pulled') fallback.onPulled(node);
        else if (happening === 'round') fallback.onRound(node);
        else if (happening === 'equal') fallback.onAgreement(node);
        else fallback.onDifference(node, 1, millis(at * 100));
      });
      for (let round = 0; round < 3; round++) fallback.onRound(node);
      expect(fallback.stateOf(node)).not.toBe('flooding');
    }));
  });
});
