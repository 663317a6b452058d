import { describe, expect, it } from 'vitest';
import { completeValues } from '../parameters.ts';
import type { ParameterValues, Progress, RunContext, RunResult, Scenario } from '../scenario.ts';
import { cells } from './cells.ts';
import { churn } from './churn.ts';
import { loss } from './loss.ts';
import { stall } from './stall.ts';

/** A run of a scenario as the command line makes it. */
function run(scenario: Scenario, given: ParameterValues, more: Partial<RunContext> = {}): Promise<RunResult> {
  const context = { seed: 1, workers: 1, signal: new AbortController().signal, onProgress: () => undefined, ...more };
  return scenario.run(completeValues(scenario, given), context);
}

const failed = ({ verdicts }: RunResult): unknown[] => verdicts.filter(({ holds }) => !holds);

describe('the cells scenario', () => {
  it('brings a write to all of a thousand nodes within a second, at a loss of a hundredth', async () => {
    const result = await run(cells, { nodes: 1_000, loss: 0.01, settle: 4_000 });
    expect(failed(result)).toEqual([]);
    expect(result.verdicts.map(({ name }) => name)).toEqual(['all-know', 'in-time', 'no-false-removal']);
    expect(result.simulatedMs).toBeLessThanOrEqual(1_000);
    expect(result.percentiles['100']).toBe(result.simulatedMs);
    expect(result.curve.at(-1)).toEqual({ at: result.simulatedMs, informed: 1 });
    expect(result.bytesPerNode).toBeLessThanOrEqual(2_048);
    expect(result.copiesPerDelivery).toBeGreaterThanOrEqual(1);
    expect(result.standIns.length).toBeGreaterThan(0);
    expect(result.replay).toBe('mesh-sim run cells --nodes 1000 --loss 0.01 --paths stream --latency-min 10ms --latency-max 100ms ' +
      '--settle 4s --limit 2s --seed 1 --workers 1');
  });

  it('ends in the same state from the same seed, and in another from another', async () => {
    const hashOf = async (seed: number): Promise<string> => (await run(cells, { nodes: 300, loss: 0.05, settle: 0 }, { seed })).stateHash;
    expect(await hashOf(1)).toBe(await hashOf(1));
    expect(await hashOf(1)).not.toBe(await hashOf(2));
  });

  it('says so where a write is late', async () => {
    const result = await run(cells, { nodes: 100, latencyMin: 400, latencyMax: 500, limit: 1_000, settle: 0 });
    expect(failed(result)).not.toEqual([]);
    expect(result.percentiles['100']).toBeNull();
    expect(result.simulatedMs).toBeUndefined();
  });

  it('tells how far it is, and ends with what it has when it is told to', async () => {
    const controller = new AbortController();
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => {
      seen.push(progress);
      if ((progress.simulatedMs ?? 0) >= 1_500) controller.abort();
    };
    const result = await run(cells, { nodes: 600 }, { signal: controller.signal, onProgress });
    expect([result.complete, result.verdicts]).toEqual([false, []]);
    expect(seen.at(-1)?.informedShare).toBe(1);
    expect(seen.map(({ share }) => share)).toEqual(seen.map(({ share }) => share).toSorted((a, b) => a - b));
    expect(result.events).toBeGreaterThan(0);
  });

  it('asks for the memory that a run takes', () => {
    const bytesOf = (nodes: number): number => cells.memoryBytes?.(completeValues(cells, { nodes }), 1) ?? 0;
    expect((bytesOf(1_000_000) - bytesOf(500_000)) / 500_000).toBeGreaterThan(2_030);
  });
});

describe('the other scenarios in cells', () => {
  it('REG12: a tenth of the nodes stands still for five seconds, and nobody is removed', async () => {
    const result = await run(stall, { nodes: 300, within: 3_000 });
    expect(failed(result)).toEqual([]);
    expect(result.sometimes['suspected']).toBeGreaterThan(0);
    // Who stood still heard of the write when it went on.
    expect(result.simulatedMs).toBeGreaterThan(1_000);
  }, 60_000);

  it('who stands still for longer than it takes to be declared dead is removed, and the verdict says so', async () => {
    const result = await run(stall, { nodes: 100, within: 0, stall: 30_000 });
    expect(failed(result)).not.toEqual([]);
  }, 60_000);

  it('who crashes is removed, and stable members miss nothing', async () => {
    const result = await run(churn, { nodes: 150, rate: 1, duration: 30_000, downMax: 20_000 });
    expect(failed(result)).toEqual([]);
    expect(result.sometimes['declared dead']).toBeGreaterThan(0);
  }, 60_000);

  it('GOS20: a quarter of all datagrams is lost, everything arrives, and nobody is removed', async () => {
    const result = await run(loss, { nodes: 60, writes: 5 });
    expect(failed(result)).toEqual([]);
    expect(result.sometimes['probe failed']).toBeGreaterThan(0);
  }, 60_000);
});
