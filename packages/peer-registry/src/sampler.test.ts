import { Allocator, noPeer, silentObserver, type ModuleContext, type PeerIndex, type PeerOrigins } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { peerRegistryDefaults } from './options.ts';
import { node, peerOf } from './registry.test.support.ts';
import { Sampler } from './sampler.ts';

function samplerOf(seed: number, slots = 32, origins?: PeerOrigins): Sampler {
  const context: ModuleContext = {
    allocator: new Allocator(1),
    observer: silentObserver,
    changes: { offenceSeen: () => undefined },
    tags: { highOf: (peer) => peer * 7 + 1, lowOf: (peer) => peer * 13 + 5 },
    source: { batchAfter: () => undefined, batchOf: () => undefined },
    seed,
    ...(origins === undefined ? {} : { origins }),
  };
  return new Sampler({ ...peerRegistryDefaults, samplerSlots: slots }, context);
}

const sample = (sampler: Sampler): PeerIndex[] => Array.from({ length: sampler.slots }, (_, slot) => sampler.at(node, slot));
const offer = (sampler: Sampler, peers: readonly number[]): void => {
  for (const peer of peers) sampler.offer(node, peerOf(peer));
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
/** Peers above 1,000 come from one place, the others each from its own. */
const oneAttacker: PeerOrigins = { prefixOf: (peer) => (peer > 1_000 ? 1 : peer) };

describe('REG23: nobody can steer the sampler', () => {
  it('repetition and order buy nothing', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), fc.nat(), (offered, seed) => {
      const [once, often] = [samplerOf(seed), samplerOf(seed)];
      offer(once, [...new Set(offered)].toSorted((a, b) => b - a));
      offer(often, [...offered, ...offered]);
      expect(sample(often)).toEqual(sample(once));
    }));
  });

  it('every member is as likely as any other', () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 100; seed++) {
      const sampler = samplerOf(seed);
      offer(sampler, upTo(32));
      for (const peer of sample(sampler)) counts.set(peer, (counts.get(peer) ?? 0) + 1);
    }
    // 100 each on average, a deviation of 9.8: five deviations.
    for (const peer of upTo(32)) expect(Math.abs((counts.get(peer) ?? 0) - 100)).toBeLessThan(50);
  });

  it('a thousand identities of one origin hold no more than a quarter of the slots, and no more than their share of origins', () => {
    let held = 0;
    for (let seed = 0; seed < 50; seed++) {
      const sampler = samplerOf(seed, 32, oneAttacker);
      offer(sampler, [...upTo(1_000).map((i) => 1_000 + i), ...upTo(31)]);
      const theirs = sample(sampler).filter((peer) => peer > 1_000).length;
      expect(theirs).toBeLessThanOrEqual(8);
      held += theirs;
    }
    // One origin of 32: a slot each time on average.
    expect(held).toBeLessThan(100);
  });

  it('an attacker who is first holds a quarter at most, while nobody else is there', () => {
    const sampler = samplerOf(1, 32, oneAttacker);
    offer(sampler, upTo(500).map((i) => 1_000 + i));
    expect(sample(sampler).filter((peer) => peer !== noPeer).length).toBe(8);
  });
});

describe('a slot', () => {
  it('gets a new key in turn, and keeps only who is offered since', () => {
    const sampler = samplerOf(3, 4);
    offer(sampler, upTo(50));
    const before = sample(sampler);
    sampler.reseed(node);
    expect(sample(sampler)).toEqual([noPeer, ...before.slice(1)]);
    offer(sampler, upTo(50));
    expect(sample(sampler).slice(1)).toEqual(before.slice(1));
    expect(sample(sampler)[0]).not.toBe(before[0]);
    sampler.reseed(node);
    expect(sample(sampler)[1]).toBe(noPeer);
  });

  it('forgets who is gone', () => {
    const sampler = samplerOf(4);
    offer(sampler, upTo(5));
    sampler.forget(node, peerOf(2));
    expect(sample(sampler)).not.toContain(2);
    expect(sampler.leastHashes(node).length).toBe(sample(sampler).filter((peer) => peer !== noPeer).length);
  });
});
