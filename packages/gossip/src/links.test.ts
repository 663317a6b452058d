import fc from 'fast-check';
import { millis, type LinkQuality, type PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { contextFor, ListedNeighbors, node, peerOf } from './gossip.test.support.ts';
import { Links, noLink, type Link } from './links.ts';
import { gossipDefaults } from './options.ts';

interface Set {
  readonly links: Links;
  readonly neighbors: ListedNeighbors;
  readonly facts: string[];
}

function linksOf(count: number, { linksMax = 20, eagerMax = 5, rtts = [] as readonly number[] } = {}): Set {
  const facts: string[] = [];
  const context = contextFor([]);
  const observer = {
    ...context.observer,
    linkPromoted: (_node: unknown, peer: PeerIndex, reason: string) => facts.push(`+${peer} ${reason}`),
    linkDemoted: (_node: unknown, peer: PeerIndex, reason: string) => facts.push(`-${peer} ${reason}`),
  };
  const neighbors = new ListedNeighbors(count);
  const quality: LinkQuality = { rttMsOf: (_node, peer) => rtts[peer] ?? 0, stretchOf: () => 1 };
  const links = new Links({ ...gossipDefaults, linksMax, eagerMax }, { ...context, observer }, neighbors, quality);
  return { links, neighbors, facts };
}

function eagerOf({ links }: Set): number[] {
  const all = Array.from({ length: links.count(node) }, (_, link) => link as Link);
  return all.filter((link) => links.is(node, link, 'eager')).map((link) => links.peerAt(node, link) as number);
}

describe('GOS14: links follow the neighborhood, and while there are neighbors one is eager', () => {
  it('new links start eager until eagerMax are', () => {
    const set = linksOf(8);
    set.links.follow(node);
    expect(eagerOf(set)).toEqual([1, 2, 3, 4, 5]);
    expect(set.facts).toEqual([1, 2, 3, 4, 5].map((peer) => `+${peer} new-link`));
  });

  it('of known distance half are near, 30 % at middle distance and 20 % far', () => {
    const rtts = [0, 1, 2, 3, 4, 5, 20, 30, 40, 50, 200, 300, 400];
    const set = linksOf(12, { eagerMax: 10, rtts });
    set.links.follow(node);
    expect(eagerOf(set)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 11]);
  });

  it('when the last eager link ends or is pruned, the nearest that was not pruned takes its part', () => {
    const set = linksOf(4, { eagerMax: 1, rtts: [0, 9, 30, 20, 40] });
    set.links.follow(node);
    set.links.demote(node, peerOf(1), 'duplicates', millis(0));
    expect(eagerOf(set)).toEqual([3]);
    set.neighbors.peers = [1, 2, 4];
    set.links.remove(node, peerOf(3));
    expect(eagerOf(set)).toEqual([2]);
    expect(set.facts).toEqual(['+1 new-link', '-1 duplicates', '+3 last-eager', '+2 last-eager']);
  });

  it('an only link stays eager, whoever prunes it', () => {
    const set = linksOf(1);
    set.links.demote(node, set.neighbors.neighborAt(node, 0), 'pruned-by-peer', millis(0));
    expect(eagerOf(set)).toEqual([1]);
  });

  it('a pruned link rests: for a second where we told its peer, for a quarter where it told us', () => {
    const set = linksOf(3);
    const link = set.links.linkOf(node, peerOf(2));
    for (const nowMs of [0, 999, 1_000, 16_300, 255_000, 256_500]) {
      set.links.demote(node, peerOf(2), 'duplicates', millis(nowMs));
      expect(set.links.isResting(node, link, millis(nowMs))).toBe(true);
      expect(set.links.isResting(node, link, millis(nowMs + 1_000))).toBe(true);
      expect(set.links.isResting(node, link, millis(nowMs + 1_100))).toBe(false);
      set.links.demote(node, peerOf(2), 'pruned-by-peer', millis(nowMs));
      expect(set.links.isResting(node, link, millis(nowMs + 190))).toBe(true);
      expect(set.links.isResting(node, link, millis(nowMs + 260))).toBe(false);
    }
  });

  it('a first copy over a link that was pruned a moment ago was on its way before, and makes nothing eager', () => {
    const set = linksOf(3, { eagerMax: 3 });
    set.links.follow(node);
    set.links.demote(node, peerOf(2), 'pruned-by-peer', millis(1_000));
    set.links.promoteGiver(node, peerOf(2), millis(1_100));
    expect(eagerOf(set)).toEqual([1, 3]);
    set.links.promoteGiver(node, peerOf(2), millis(1_260));
    expect(eagerOf(set)).toEqual([1, 2, 3]);
  });

  const steps = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('neighbors' as const), peers: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }) }),
      fc.record({
        type: fc.constantFrom('promote' as const, 'demote' as const, 'remove' as const, 'look' as const),
        peer: fc.integer({ min: 1, max: 9 }),
      }),
    ),
    { maxLength: 40 },
  );

  it('for any coming and going', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), steps, (linksMax, all) => {
      const set = linksOf(3, { linksMax });
      const { links, neighbors } = set;
      all.forEach((step, at) => {
        if (step.type === 'neighbors') neighbors.peers = step.peers;
        else if (step.type === 'promote') links.promote(node, peerOf(step.peer), 'first-copy');
        else if (step.type === 'demote') links.demote(node, peerOf(step.peer), 'duplicates', millis(at * 700));
        else if (step.type === 'remove') links.remove(node, peerOf(step.peer));
        else links.linkOf(node, peerOf(step.peer));
        links.follow(node);
        const rows = Array.from({ length: links.count(node) }, (_, link) => links.peerAt(node, link as Link) as number);
        expect(new Set(rows).size).toBe(rows.length);
        expect(rows.every((peer) => neighbors.peers.includes(peer))).toBe(true);
        expect(rows.length).toBe(Math.min(linksMax, neighbors.peers.length));
        expect(eagerOf(set).length > 0).toBe(rows.length > 0);
      });
    }));
  });

  it('for more neighbors than rows, those without one are no link', () => {
    const { links } = linksOf(4, { linksMax: 2 });
    links.follow(node);
    expect(links.linkOf(node, peerOf(4))).toBe(noLink);
    expect(links.linkOf(node, peerOf(99))).toBe(noLink);
  });
});
