import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawPartners } from './partners.ts';

it('partners are distinct others, as many as asked for or as there are', () => {
  const draws = fc.record({ nodes: fc.integer({ min: 2, max: 40 }), fanout: fc.integer({ min: 1, max: 16 }), seed: fc.nat(), round: fc.nat(), at: fc.nat() });
  fc.assert(fc.property(draws, ({ nodes, fanout, seed, round, at }) => {
    const node = at % nodes;
    const into = new Int32Array(fanout).fill(node);
    const count = drawPartners(nodes, { seed, node, round }, into);
    const partners = [...into.subarray(0, count)];
    expect(count).toBe(Math.min(fanout, nodes - 1));
    expect(new Set(partners).size).toBe(count);
    expect(partners.every((peer) => peer !== node && peer >= 0 && peer < nodes)).toBe(true);
  }));
});

it.each([1, 3])('of fanout %i everybody else is drawn equally often', (fanout) => {
  const counts = Array.from({ length: 10 }, () => 0);
  const draws = 20_000;
  const into = new Int32Array(fanout);
  for (let round = 0; round < draws; round++) {
    const count = drawPartners(10, { seed: 3, node: 4, round }, into);
    for (const peer of into.subarray(0, count)) counts[peer]! += 1;
  }
  const share = fanout / 9;
  // Six deviations of a binomial count.
  const slack = 6 * Math.sqrt(draws * share * (1 - share));
  for (const [peer, drawn] of counts.entries()) expect(Math.abs(drawn - (peer === 4 ? 0 : draws * share)), `peer ${peer}`).toBeLessThan(slack);
});
