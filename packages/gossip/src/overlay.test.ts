import fc from 'fast-check';
import type { NodeIndex, PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { fullMesh, Overlay, quantile, randomOverlay, type Spread } from './overlay.test.support.ts';

/** Batches by authors in turn, one every `gapMs`. Answers those written. */
function writeInTurn(overlay: Overlay, count: number, gapMs: number): readonly Spread[] {
  const first = overlay.spreads.length;
  for (let i = 0; i < count; i++) {
    overlay.write((i * 13 + 5) % overlay.nodes.length);
    overlay.run(gapMs);
  }
  return overlay.spreads.slice(first);
}

/** What the trees of a warm overlay cost and how long they take. */
function measure(overlay: Overlay, { warm, gapMs }: { readonly warm: number; readonly gapMs: number }) {
  writeInTurn(overlay, warm, gapMs);
  const before = { copies: overlay.copies, deliveries: overlay.deliveries };
  const spreads = writeInTurn(overlay, 100, gapMs);
  overlay.run(1_000);
  const each = spreads.flatMap(({ afterMs }) => afterMs);
  return {
    delivered: each.length / (100 * (overlay.nodes.length - 1)),
    copies: (overlay.copies - before.copies) / (overlay.deliveries - before.deliveries),
    p50Ms: quantile(each, 0.5),
    p99Ms: quantile(each, 0.99),
    allMs: Math.max(...each),
    hops: Math.max(...spreads.map(({ hopsMax }) => hopsMax)),
  };
}

describe('GOS19: once trees have formed, a delivery costs less than 1.3 copies', () => {
  it.each<[string, readonly (readonly number[])[], { readonly warm: number; readonly gapMs: number }, number]>([
    ['9 nodes, all linked', fullMesh(9), { warm: 50, gapMs: 100 }, 1.3],
    ['9 nodes, all linked, 250 batches a second', fullMesh(9), { warm: 1_000, gapMs: 4 }, 1.3],
    ['100 nodes of 10 links', randomOverlay(100, 10, 1), { warm: 50, gapMs: 100 }, 1.3],
    ['100 nodes of 10 links, 50 batches a second', randomOverlay(100, 10, 2), { warm: 500, gapMs: 20 }, 1.3],
    // So many on their way at once that the tree is mended now and then where it is whole.
    ['100 nodes of 10 links, 250 batches a second', randomOverlay(100, 10, 5), { warm: 1_000, gapMs: 4 }, 1.5],
  ])('%s', (_what, links, pace, copiesMax) => {
    const seen = measure(new Overlay({ seed: 7, links }), pace);
    expect(seen.delivered).toBe(1);
    expect(seen.copies).toBeLessThan(copiesMax);
    expect(seen.p99Ms).toBeLessThan(300);
  });

  it('whoever writes: all authors share one tree', () => {
    const overlay = new Overlay({ seed: 4, links: randomOverlay(60, 8, 4) });
    writeInTurn(overlay, 120, 100);
    const before = overlay.copies;
    for (let author = 0; author < 60; author++) {
      overlay.write(author);
      overlay.run(300);
    }
    expect((overlay.copies - before) / (60 * 59)).toBeLessThan(1.02);
  });
});

describe('GOS20: every batch reaches every node of a connected overlay, whatever is lost', () => {
  it('for any overlay, authors and loss', () => {
    const shapes = fc.record({
      nodes: fc.integer({ min: 2, max: 24 }),
      degree: fc.integer({ min: 2, max: 8 }),
      seed: fc.nat(1_000),
      loss: fc.constantFrom(0, 0.1, 0.25, 0.5),
      authors: fc.array(fc.nat(23), { minLength: 1, maxLength: 12 }),
    });
    fc.assert(fc.property(shapes, ({ nodes, degree, seed, loss, authors }) => {
      const overlay = new Overlay({
        seed, loss, links: randomOverlay(nodes, degree, seed),
        options: { linksMax: 4, outboxMax: 3, missingMax: 2, eagerMax: 2, logsMax: 24 },
      });
      for (const author of authors) {
        overlay.write(author % nodes);
        overlay.run(30);
      }
      overlay.runUntil(() => overlay.isEqual, 60_000);
      expect(overlay.deliveries).toBe(authors.length * (nodes - 1));
    }), { numRuns: 40 });
  });

  it('seed 117: nodes that lack the same do not keep each other content', () => {
    const overlay = new Overlay({
      seed: 117, loss: 0.25, links: randomOverlay(6, 3, 117),
      options: { linksMax: 4, outboxMax: 3, missingMax: 2, eagerMax: 2, logsMax: 24 },
    });
    for (const author of [2, 0, 1]) {
      overlay.write(author);
      overlay.run(30);
    }
    overlay.runUntil(() => overlay.isEqual, 3_000);
    expect(overlay.deliveries).toBe(3 * 5);
  });

  it('200 nodes that lose a quarter of all messages', () => {
    const overlay = new Overlay({ seed: 5, loss: 0.25, links: randomOverlay(200, 10, 5) });
    writeInTurn(overlay, 30, 100);
    overlay.runUntil(() => overlay.isEqual, 10_000);
    expect(overlay.deliveries).toBe(30 * 199);
  });

  it('bounds hold meanwhile', () => {
    const facts = { overflows: 0 };
    const overlay = new Overlay({
      seed: 6, links: fullMesh(12), loss: 0.2, options: { outboxMax: 2, missingMax: 1, linksMax: 3 },
      observer: { outboxOverflowed: () => facts.overflows++ },
    });
    for (let i = 0; i < 40; i++) {
      for (const author of [1, 2, 3, 4]) overlay.write(author);
      overlay.run(5);
    }
    overlay.runUntil(() => overlay.isEqual, 20_000);
    expect(facts.overflows).toBeGreaterThan(0);
    expect(overlay.deliveries).toBe(160 * 11);
  });
});

describe('GOS16: a tree that is cut is mended', () => {
  /** Who a warm overlay's node sends to. */
  function eagerPairs(overlay: Overlay, author: number): [number, number][] {
    const pairs: [number, number][] = [];
    const send = overlay.send.bind(overlay);
    overlay.send = (node, to, message): void => {
      if (message.type === 'batch') pairs.push([node, to]);
      send(node, to, message);
    };
    overlay.write(author);
    overlay.run(500);
    overlay.send = send;
    return pairs;
  }

  it('by grafts within some 300 ms, though nobody is told of the cut', () => {
    const overlay = new Overlay({ seed: 8, links: randomOverlay(100, 10, 8) });
    writeInTurn(overlay, 60, 100);
    const grafts = (): number => overlay.sent.get('graft') ?? 0;
    const worst: number[] = [];
    let grafted = 0;
    for (let i = 0; i < 12; i++) {
      const pairs = eagerPairs(overlay, 0);
      const [a, b] = pairs[i * 8] as [number, number];
      const lost = overlay.send.bind(overlay);
      // The path swallows everything; both ends believe in the link.
      overlay.send = (node, to, message): void => {
        if (!((node as number) === a && (to as number) === b) && !((node as number) === b && (to as number) === a)) lost(node, to, message);
      };
      const before = grafts();
      const spread = overlay.write(0);
      overlay.run(1_000);
      expect(spread.afterMs.length).toBe(99);
      grafted += grafts() > before ? 1 : 0;
      worst.push(Math.max(...spread.afterMs));
      overlay.send = lost;
      overlay.run(500);
    }
    expect(grafted).toBeGreaterThan(8);
    expect(quantile(worst, 0.5)).toBeLessThan(320);
    expect(Math.max(...worst)).toBeLessThan(500);
  });

  it('where links are known to have ended, others take their part', () => {
    const overlay = new Overlay({ seed: 9, links: randomOverlay(60, 8, 9) });
    writeInTurn(overlay, 60, 100);
    for (const [a, b] of eagerPairs(overlay, 0).filter((_, i) => i % 6 === 0)) overlay.cut(a, b);
    const spreads = writeInTurn(overlay, 20, 100);
    overlay.run(2_000);
    expect(spreads.every(({ afterMs }) => afterMs.length === 59)).toBe(true);
    expect(Math.max(...spreads.slice(-5).flatMap(({ afterMs }) => afterMs))).toBeLessThan(400);
  });

  it('a newcomer with many batches to catch up floods nobody with them', () => {
    const overlay = new Overlay({ seed: 10, links: [...randomOverlay(30, 6, 10), []] });
    for (let i = 0; i < 60; i++) {
      overlay.write(i % 30);
      overlay.run(50);
    }
    overlay.run(1_000);
    const before = overlay.copies;
    for (const peer of [3, 9, 20]) {
      overlay.links[30]?.push(peer);
      overlay.links[peer]?.push(30);
      overlay.gossip.onLinkUp(30 as NodeIndex, peer as PeerIndex, overlay);
      overlay.gossip.onLinkUp(peer as NodeIndex, 30 as PeerIndex, overlay);
    }
    overlay.runUntil(() => overlay.isEqual, 1_000);
    expect(overlay.copies - before).toBeLessThan(1.2 * 60);
  });
});

it('GOS10: of 1,000 nodes of 10 links all know of one write within 700 ms, from cold', () => {
  const overlay = new Overlay({ seed: 11, links: randomOverlay(1_000, 10, 11) });
  overlay.run(50);
  const spread = overlay.write(500);
  overlay.run(1_000);
  expect(spread.afterMs.length).toBe(999);
  expect(Math.max(...spread.afterMs)).toBeLessThan(700);
});
