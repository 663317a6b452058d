import { describe, expect, it } from 'vitest';
import { seedPlanOf } from './seed-plan.ts';
import { runSeed, runSeedPlan } from './seed-run.ts';
import { runSeeds } from './seeds.ts';

const going = new AbortController().signal;

describe('a seed', () => {
  it('stands for one plan and one run', () => {
    expect(seedPlanOf(7)).toEqual(seedPlanOf(7));
    expect(seedPlanOf(7)).not.toEqual(seedPlanOf(8));
    expect(runSeed(7)).toEqual(runSeed(7));
    expect(runSeed(7).stateHash).not.toBe(runSeed(8).stateHash);
  });

  it('asks for all kinds of faults, within a hundred seeds', () => {
    const kinds = new Set(Array.from({ length: 100 }, (_, seed) => seedPlanOf(seed).actions).flat().map(({ type }) => type));
    expect([...kinds].toSorted()).toEqual(['crash', 'cut', 'leave', 'lose', 'stall', 'write']);
  });

  it('shows what goes wrong: who stands still for longer than it takes to be declared dead is missed', () => {
    const plan = seedPlanOf(7);
    const outcome = runSeedPlan({ ...plan, actions: [{ atMs: 100, type: 'stall', forMs: 30_000 }], safetyMs: 31_000 });
    expect(outcome.verdicts.filter(({ holds }) => !holds).map(({ name }) => name)).toContain('no-false-removal');
  });
});

describe('many seeds', () => {
  it('tell what failed with the command that makes it again, and end when they are told to', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const onSeed = (done: number): void => {
      seen.push(done);
      if (done === 3) controller.abort();
    };
    const result = await runSeeds({ from: 5, count: 10, signal: controller.signal, onSeed });
    expect([result.from, result.count, result.complete, seen]).toEqual([5, 3, false, [1, 2, 3]]);
    expect(result.failures).toEqual([]);
  });

  it('add up what they reached', async () => {
    const both = await runSeeds({ from: 1, count: 2, signal: going, onSeed: () => undefined });
    expect(both.events).toBe(runSeed(1).events + runSeed(2).events);
    expect(both.sometimes['suspected']).toBe((runSeed(1).sometimes['suspected'] ?? 0) + (runSeed(2).sometimes['suspected'] ?? 0));
  });
});
