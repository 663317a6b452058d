import { describe, expect, it } from 'vitest';
import { completeValues } from '../parameters.ts';
import type { ParameterValues, Progress, RunResult } from '../scenario.ts';
import { epidemic } from './epidemic.ts';

/** A run of the scenario as the command line makes it. */
function run(given: ParameterValues, more: { seed?: number; workers?: number; onProgress?: (progress: Progress) => void; signal?: AbortSignal } = {}): Promise<RunResult> {
  const context = { seed: 1, workers: 1, signal: new AbortController().signal, onProgress: () => undefined, ...more };
  return epidemic.run(completeValues(epidemic, given), context);
}

describe('the epidemic scenario', () => {
  it.each(['push', 'pull', 'push-pull'])('%s: all know, every verdict holds, and the result adds up', async (mode) => {
    const result = await run({ nodes: 10_000, mode });
    expect(result.verdicts.map(({ name, holds }) => [name, holds])).toEqual([['all-know', true], ['rounds-as-expected', true], ['curve-as-expected', true]]);
    expect(result.percentiles[100]).toBe(result.rounds);
    expect(result.curve.at(-1)).toMatchObject({ at: result.rounds, informed: 1 });
    expect(result.sampledLearning?.filter((at) => at === null)).toEqual([]);
    expect(result.copiesPerDelivery).toBeGreaterThanOrEqual(1);
    expect(result.complete).toBe(true);
    expect(result.replay).toBe(`mesh-sim run epidemic --nodes 10000 --mode ${mode} --fanout 1 --loss 0 --silent 0 --rounds-max 200 --seed 1 --workers 1`);
  });

  it('small meshes hold their verdicts for any seed', async () => {
    for (const nodes of [2, 10, 100]) {
      for (let seed = 1; seed <= 10; seed++) {
        const { verdicts } = await run({ nodes }, { seed });
        expect(verdicts.filter(({ holds }) => !holds), `${nodes} nodes, seed ${seed}`).toEqual([]);
      }
    }
  });

  it('a run whose rounds are used up is complete, and its verdicts fail', async () => {
    const { complete, verdicts, percentiles } = await run({ nodes: 1_000, roundsMax: 4 });
    expect([complete, percentiles['100'], verdicts.some(({ holds }) => !holds)]).toEqual([true, null, true]);
  });

  it('a run that is told to end is not complete, judges nothing, and shows what it has', async () => {
    const controller = new AbortController();
    const result = await run({ nodes: 10_000 }, { signal: controller.signal, onProgress: ({ rounds }) => { if (rounds === 3) controller.abort(); } });
    expect([result.complete, result.verdicts, result.percentiles[100]]).toEqual([false, [], null]);
    expect(result.curve.length).toBe((result.rounds ?? 0) + 1);
  });

  it('tells its progress, round by round, up to the end', async () => {
    const told: Progress[] = [];
    const { rounds } = await run({ nodes: 1_000 }, { onProgress: (progress) => told.push(progress) });
    expect(told.map((progress) => progress.rounds)).toEqual(Array.from({ length: (rounds ?? 0) + 1 }, (_, round) => round));
    expect(told.every(({ share }, index) => share >= (told[index - 1]?.share ?? 0) && share <= 1)).toBe(true);
    expect(told.at(-1)).toMatchObject({ share: 1, informedShare: 1 });
  });

  it('more workers than nodes are as many as nodes', async () => {
    expect((await run({ nodes: 2 }, { workers: 4 })).workers).toBe(2);
  });
});
