import { describe, expect, it } from 'vitest';
import { closedForm, meanField, roundsUntil } from './oracles.ts';

/** Mean rounds of the model that GOSSIP.md, 3.1, prints: fanout, loss, silent, then 10, 1,000, 10,000, 1,000,000 nodes. */
const published = [
  ['push', 1, 0, 0, [6.8, 18.2, 24.0, 35.3]],
  ['pull', 1, 0, 0, [5.8, 13.8, 17.5, 23.7]],
  ['push-pull', 1, 0, 0, [3.8, 9.1, 11.4, 16.3]],
  ['push-pull', 1, 0.1, 0, [4.3, 10.9, 14.3, 21.0]],
  ['push-pull', 1, 0.25, 0, [5.3, 13.9, 18.2, 26.7]],
  ['push-pull', 1, 0.1, 0.3, [5.1, 14.2, 18.6, 27.3]],
  ['push', 3, 0, 0, [3.2, 8.2, 10.5, 15.0]],
  ['push', 3, 0.25, 0, [3.8, 9.9, 12.9, 19.3]],
  ['push-pull', 3, 0, 0, [2.2, 5.0, 6.8, 9.0]],
  ['push-pull', 3, 0.25, 0, [2.7, 6.8, 8.6, 12.7]],
  ['push-pull', 3, 0.1, 0.3, [2.5, 6.8, 8.8, 12.7]],
] as const;

describe('the recurrence', () => {
  it.each(published)('%s, fanout %i, loss %d, silent %d: lies within 0.8 rounds of what was simulated for the design', (mode, fanout, loss, silent, rounds) => {
    for (const [column, nodes] of [10, 1_000, 10_000, 1_000_000].entries()) {
      const model = meanField({ nodes, mode, fanout, loss, silent });
      // At ten nodes and at a million the published means are of few runs, or of few nodes.
      const slack = nodes === 10 || nodes === 1_000_000 ? 1.2 : 0.8;
      expect(Math.abs(model.rounds - (rounds[column] ?? 0)), `${nodes} nodes: ${model.rounds}`).toBeLessThanOrEqual(slack);
    }
  });

  it('begins with one node that knows, only ever climbs, and ends with all', () => {
    const { informed } = meanField({ nodes: 500, mode: 'pull', fanout: 2, loss: 0.3, silent: 0.2 });
    expect(informed[0]).toBeCloseTo(1 / 400, 12);
    expect(informed.every((share, round) => round === 0 || share > (informed[round - 1] ?? 1))).toBe(true);
    expect(informed.at(-1)).toBeGreaterThan(1 - 1e-9);
  });

  it('agrees with the closed forms of push-pull to four tenths of a round', () => {
    for (const nodes of [1_000, 10_000, 100_000, 1_000_000]) {
      const { rounds } = meanField({ nodes, mode: 'push-pull', fanout: 1, loss: 0, silent: 0 });
      expect(Math.abs(rounds - closedForm('push-pull', nodes))).toBeLessThan(0.4);
    }
  });
});

it('a curve reaches a share between two rounds by a straight line, and never what it does not reach', () => {
  expect(roundsUntil([0.1, 0.3, 0.7, 1], 0.5)).toBeCloseTo(1.5, 12);
  expect(roundsUntil([0.5, 1], 0.2)).toBe(0);
  expect(roundsUntil([0.1, 0.2], 0.5)).toBe(Infinity);
});
