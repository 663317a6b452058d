/** A table of a thousand members: everybody is known to everybody though no message tells of more than sixteen. */
import type { PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { TestWorld } from './world.test.support.ts';

const peers = 520;
const peerRegistry = { membersMax: 1_024, neighborsMax: 8, connectsPerLookMax: 4 };
/** The machine may be busy. */
const patienceMs = 120_000;

describe('REG26: a member list of any size is told in small messages', () => {
  it('a newcomer knows 520 members, and they know it, within a second of its first link', () => {
    const world = new TestWorld({ seed: 71, peers, options: { peerRegistry } });
    const newcomer = (peers - 1) as PeerIndex;
    for (let peer = 0; peer < peers - 1; peer++) world.start(peer as PeerIndex);
    world.runUntil(() => world.allHold('alive'), 60_000);
    world.start(newcomer);
    world.runUntil(() => world.toldOf('member-joined').some(({ by }) => by === newcomer), 5_000);
    world.run(1_000);
    expect(world.toldOf('member-joined').filter(({ by }) => by === newcomer).length).toBe(peers - 1);
    expect(world.allHold('alive')).toBe(true);
    expect(world.toldOf('member-died')).toEqual([]);
  }, patienceMs);
});
