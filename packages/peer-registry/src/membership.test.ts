import fc from 'fast-check';
import { startEpochMax, type Epoch, type LinkDownCause, type MemberState, type Timer } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { claim, node, peerOf, self, TestRegistry } from './registry.test.support.ts';

const against: readonly MemberState[] = ['suspect', 'dead', 'left'];
const goneStates: readonly MemberState[] = ['dead', 'left'];

describe('REG3: a claim against ourselves is answered by a later one', () => {
  it.each(against)('%s at our incarnation', (state) => {
    const registry = TestRegistry.joined({ members: 2, linked: 2 });
    registry.hear(claim(self, state, 0));
    expect(registry.held(self)).toEqual(claim(self, 'alive', 1));
    registry.timer({ type: 'spread-claims' });
    expect(registry.effects.claims).toContainEqual(claim(self, 'alive', 1));
  });

  it('wins over the claim it answers, wherever both are heard', () => {
    fc.assert(fc.property(
      fc.constantFrom(...against), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 1, max: startEpochMax }),
      (state, incarnation, epoch) => {
        fc.pre(incarnation < 0xffff || epoch < startEpochMax);
        const told = claim(self, state, incarnation, epoch);
        const registry = TestRegistry.joined();
        registry.hear(told);
        const answer = { ...registry.held(self)!, peer: peerOf(9) };
        const other = TestRegistry.joined();
        other.hear(answer, { ...told, peer: peerOf(9) });
        expect(other.held(9)).toEqual(answer);
        other.hear(answer);
        expect(other.registry.stateOf(node, peerOf(9))).toBe('alive');
      },
    ));
  });

  it('past incarnation 65,535 in the next epoch', () => {
    const registry = TestRegistry.joined();
    registry.hear(claim(self, 'dead', 0xffff, 1));
    expect(registry.held(self)).toEqual(claim(self, 'alive', 0, 2));
  });

  it('nothing is above the last incarnation of the last epoch, and what would wrap to zero is not said', () => {
    const registry = TestRegistry.joined();
    registry.hear(claim(self, 'dead', 0xffff, startEpochMax));
    expect(registry.held(self)).toEqual(claim(self, 'alive', 0, 1));
  });

  it('a claim of an earlier incarnation, or one that is true, needs no answer', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.hear(claim(self, 'suspect', 3));
    registry.effects.clear();
    registry.hear(claim(self, 'dead', 3), claim(self, 'alive', 4));
    expect(registry.held(self)).toEqual(claim(self, 'alive', 4));
    expect(registry.effects.timers).toEqual([]);
  });

  it('who has left does not come back by contradiction', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.registry.leave(node, registry.effects);
    registry.hear(claim(self, 'suspect', 0), claim(self, 'dead', 7));
    expect(registry.held(self)).toEqual(claim(self, 'left', 0));
  });
});

describe('REG4: nobody is declared dead who was not suspected for deadAfterMs, or has refuted since', () => {
  it('a failed link makes its peer suspect at once, and dead only when the timer comes', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.unlink(1, 'failed');
    expect(registry.held(1)).toEqual(claim(1, 'suspect'));
    expect(registry.timersOf('declare-dead')).toEqual([
      { afterMs: registry.options.deadAfterMs, timer: { type: 'declare-dead', peer: 1, epoch: 1, incarnation: 0 } },
    ]);
    registry.declareDead(claim(1, 'suspect'));
    expect(registry.held(1)).toEqual(claim(1, 'dead'));
    expect(registry.effects.events.map(({ type }) => type)).toEqual(['member-suspected', 'member-died']);
  });

  it('a suspicion heard of starts its own timer, once per incarnation', () => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.hear(claim(1, 'suspect'), claim(1, 'suspect'), claim(1, 'suspect', 1));
    expect(registry.timersOf('declare-dead').map(({ timer }) => timer)).toEqual([
      { type: 'declare-dead', peer: 1, epoch: 1, incarnation: 0 },
      { type: 'declare-dead', peer: 1, epoch: 1, incarnation: 1 },
    ]);
  });

  it.each([
    ['refuted', claim(1, 'alive', 1)],
    ['suspected again at a later incarnation', claim(1, 'suspect', 1)],
    ['restarted', claim(1, 'alive', 0, 2)],
    ['left', claim(1, 'left')],
  ])('the timer of a suspicion is stale once the member has %s', (_what, since) => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.hear(claim(1, 'suspect'), since);
    registry.effects.clear();
    registry.declareDead(claim(1, 'suspect'));
    expect(registry.held(1)).toEqual(since);
    expect(registry.effects.events).toEqual([]);
  });

  it('a timer about one who lost the row and was met again says nothing of the new one', () => {
    const registry = TestRegistry.joined({ members: 2, membersMax: 3 });
    registry.hear(claim(1, 'suspect'), claim(1, 'dead'), claim(9, 'alive'), claim(2, 'dead'), claim(1, 'alive'));
    registry.declareDead(claim(1, 'suspect'));
    expect(registry.held(1)).toEqual(claim(1, 'alive'));
  });

  it('a timer about somebody who lost the row is stale', () => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.declareDead(claim(5, 'suspect'));
    expect(registry.rows).toEqual([claim(self, 'alive'), claim(1, 'alive')]);
  });
});

describe('REG5: of links, only one that failed is evidence', () => {
  it.each<LinkDownCause>(['closed', 'replaced'])('one that was %s says nothing about its peer', (cause) => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.unlink(1, cause);
    expect(registry.held(1)).toEqual(claim(1, 'alive'));
    expect(registry.neighbors).toEqual([]);
    expect(registry.effects.timers).toEqual([]);
  });

  it.each(goneStates)('a failed link to one who is %s already changes nothing', (state) => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.hear(claim(1, state));
    registry.effects.clear();
    registry.unlink(1, 'failed');
    expect(registry.held(1)).toEqual(claim(1, state));
    expect(registry.effects.timers).toEqual([]);
  });

  it('a link to somebody without a row may fail', () => {
    const registry = TestRegistry.joined();
    registry.link(7);
    registry.unlink(7, 'failed');
    expect(registry.rows).toEqual([claim(self, 'alive')]);
  });
});

describe('REG6: a full table gives the row of one who is gone to a member who is there', () => {
  it.each(goneStates)('the row of one who is %s', (state) => {
    const registry = TestRegistry.joined({ members: 3, membersMax: 4 });
    registry.hear(claim(2, state), claim(9, 'alive'));
    expect(registry.rows).toEqual([claim(self, 'alive'), claim(1, 'alive'), claim(9, 'alive'), claim(3, 'alive')]);
  });

  it('never that of one who is alive or suspected', () => {
    const registry = TestRegistry.joined({ members: 3, membersMax: 4 });
    registry.hear(claim(2, 'suspect'), claim(9, 'alive'));
    expect(registry.held(9)).toBeUndefined();
    expect(registry.held(2)).toEqual(claim(2, 'suspect'));
  });

  it('two full tables do not trade their dead for ever', () => {
    const registry = TestRegistry.joined({ members: 3, membersMax: 4 });
    registry.hear(claim(2, 'dead'));
    registry.effects.clear();
    registry.hear(claim(9, 'dead'), claim(8, 'left'));
    expect(registry.held(2)).toEqual(claim(2, 'dead'));
    expect(registry.effects.events).toEqual([]);
  });

  it('the newcomer inherits nothing of the one before', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 3, membersMax: 4 });
    registry.hear(claim(2, 'dead', 9, 4), claim(9, 'suspect', 1, 1));
    expect(registry.held(9)).toEqual(claim(9, 'suspect', 1, 1));
    registry.declareDead(claim(2, 'suspect', 9, 4));
    expect(registry.held(9)).toEqual(claim(9, 'suspect', 1, 1));
  });

  it('whatever is heard, rows stay within the bound, ours is the first, and no peer has two', () => {
    const states = fc.constantFrom<MemberState>('alive', 'suspect', 'dead', 'left');
    const claims = fc.array(fc.tuple(fc.nat(12), states, fc.nat(2)));
    fc.assert(fc.property(claims, (heard) => {
      const registry = TestRegistry.joined({ membersMax: 4 });
      registry.hear(...heard.map(([peer, state, incarnation]) => claim(peer, state, incarnation)));
      const peers = registry.rows.map(({ peer }) => peer);
      expect(peers.length).toBeLessThanOrEqual(4);
      expect(peers[0]).toBe(self);
      expect(new Set(peers).size).toBe(peers.length);
    }));
  });
});

describe('REG7: to leave is the last word', () => {
  it('every neighbor hears it at once', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    registry.registry.leave(node, registry.effects);
    expect(registry.effects.sent).toEqual([1, 2, 3, 4, 5].map((to) => {
      return { to, message: { type: 'claims', claims: [claim(self, 'left')] } };
    }));
  });

  it('whoever has left is not dialed, and dials nobody', () => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.hear(claim(1, 'left'));
    for (let look = 0; look < 20; look++) registry.look();
    expect(registry.effects.connects).toEqual([]);
    registry.hear(claim(2, 'alive'));
    registry.registry.leave(node, registry.effects);
    for (let look = 0; look < 20; look++) registry.look();
    expect(registry.effects.connects).toEqual([]);
  });

  it.each(['suspect', 'dead'] as const)('one who left is not %s by what was said before', (state) => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.hear(claim(1, 'left'), claim(1, state));
    expect(registry.held(1)).toEqual(claim(1, 'left'));
  });
});

describe('what is told', () => {
  it('says each change of state once, in the words of the application', () => {
    const registry = TestRegistry.joined();
    registry.hear(claim(1, 'alive'), claim(1, 'alive'), claim(1, 'suspect'), claim(1, 'alive', 1), claim(1, 'dead', 1));
    registry.hear(claim(1, 'alive', 0, 2), claim(1, 'left', 0, 2), claim(1, 'alive', 5, 2));
    expect(registry.effects.events.map(({ type }) => type)).toEqual([
      'member-joined', 'member-suspected', 'member-recovered', 'member-died', 'member-recovered', 'member-left',
      'member-recovered',
    ]);
  });

  it('a later incarnation in the same state is no event', () => {
    const registry = TestRegistry.joined({ members: 1 });
    registry.hear(claim(1, 'alive', 1), claim(1, 'alive', 2));
    expect(registry.held(1)).toEqual(claim(1, 'alive', 2));
    expect(registry.effects.events).toEqual([]);
  });

  it('counts alive and suspected members, ourselves among them', () => {
    const registry = TestRegistry.joined({ members: 5 });
    registry.hear(claim(1, 'suspect'), claim(2, 'dead'), claim(3, 'left'));
    expect(registry.registry.estimatedSize(node)).toBe(4);
    expect(registry.registry.stateOf(node, peerOf(1))).toBe('suspect');
    expect(registry.registry.stateOf(node, peerOf(77))).toBeUndefined();
  });

  it('the link of a member is part of its row', () => {
    const registry = TestRegistry.joined({ members: 2, linked: 1 });
    expect(registry.registry.members(node).map(({ isLinked }) => isLinked)).toEqual([false, true, false]);
  });
});

describe('before it joins', () => {
  it('a node hears no claims: row 0 is kept for itself', () => {
    const registry = new TestRegistry();
    registry.hear(claim(3, 'alive'), claim(self, 'dead'));
    registry.registry.join(node, self, 1 as Epoch, registry.effects);
    expect(registry.rows).toEqual([claim(self, 'alive')]);
  });

  it.each<Timer>([
    { type: 'spread-claims' },
    { type: 'maintain-views' },
    { type: 'declare-dead', ...claim(1, 'suspect') },
    { type: 'start-round' },
    { type: 'flush-outbox' },
  ])('a timer $type is harmless', (timer) => {
    const registry = new TestRegistry();
    registry.timer(timer);
    expect(registry.rows).toEqual([]);
    expect(registry.effects.sent).toEqual([]);
  });

  it('a node joins once', () => {
    const registry = TestRegistry.joined();
    expect(() => registry.registry.join(node, self, 2 as Epoch, registry.effects)).toThrow('joins once');
  });
});
