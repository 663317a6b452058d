import { describe, expect, it } from 'vitest';
import { closedFormBands, type EpidemicShape } from '../oracles.ts';
import { compareSeeds } from './seeds.test.support.ts';

// 100,000 nodes take half a minute: `npm run -s sim:oracles` runs them.
const sizes = process.env['SIM_ORACLES'] === 'full' ? [1_000, 10_000, 100_000] : [1_000, 10_000];
const plain = { fanout: 1, loss: 0, silent: 0 };

describe.each(sizes)('over 20 seeds of %i nodes', (nodes) => {
  it.each(['push', 'pull', 'push-pull'] as const)('%s ends within the band of its closed form, and its curve lies within one round of the model', (mode) => {
    const { overClosedForm, curve } = compareSeeds({ nodes, mode, ...plain });
    const [least, most] = closedFormBands[mode];
    expect(overClosedForm).toBeGreaterThanOrEqual(least);
    expect(overClosedForm).toBeLessThanOrEqual(most);
    for (const distance of curve) expect(Math.abs(distance)).toBeLessThanOrEqual(1);
  }, 300_000);

  it.each<Omit<EpidemicShape, 'nodes'>>([
    { mode: 'push', fanout: 3, loss: 0.25, silent: 0 },
    { mode: 'push-pull', fanout: 3, loss: 0, silent: 0 },
    { mode: 'push-pull', fanout: 3, loss: 0.1, silent: 0.3 },
    { mode: 'push-pull', fanout: 1, loss: 0.25, silent: 0 },
    { mode: 'pull', fanout: 2, loss: 0.1, silent: 0 },
  ])('$mode of fanout $fanout at loss $loss with $silent silent ends within 0.8 rounds of the recurrence', (shape) => {
    const { overModel, curve } = compareSeeds({ nodes, ...shape });
    expect(Math.abs(overModel)).toBeLessThanOrEqual(0.8);
    for (const distance of curve) expect(Math.abs(distance)).toBeLessThanOrEqual(1);
  }, 300_000);
});
