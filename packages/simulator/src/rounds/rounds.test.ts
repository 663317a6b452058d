import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSilent, nodesOf, originOf, shardsFor, shardsOf, type EpidemicMode, type EpidemicPlan } from './plan.ts';
import { runRounds, stepTogether } from './run.ts';
import { runOf } from './seeds.test.support.ts';
import { never, type SharedState } from './shared-state.ts';

const planOf = (over: Partial<EpidemicPlan> = {}): EpidemicPlan =>
  ({ nodes: 1_000, mode: 'push-pull', fanout: 1, loss: 0, silent: 0, seed: 1, workers: 1, shards: over.workers ?? 1, roundsMax: 200, ...over });

const modes: EpidemicMode[] = ['push', 'pull', 'push-pull'];
const anyPlan = fc.record({
  nodes: fc.integer({ min: 8, max: 400 }), mode: fc.constantFrom(...modes), fanout: fc.integer({ min: 1, max: 4 }),
  loss: fc.constantFrom(0, 0.1, 0.5), silent: fc.constantFrom(0, 0.3), seed: fc.nat(),
});

/** All that a run leaves behind, but for bytes of columns. */
const traceOf = (state: SharedState): unknown => ({
  hash: state.stateHash(), rounds: state.rounds, learnedAt: [...state.learnedAt], curve: [...state.curve],
  tallies: (['honest', 'calls', 'answers', 'copies', 'taught', 'letters', 'lost'] as const).map((tally) => state.total(tally)),
});

describe('a run is the same on any number of workers and shards', () => {
  it('for any shape, node by node', () => {
    fc.assert(fc.property(anyPlan, (shape) => {
      const alone = traceOf(stepTogether(planOf(shape)));
      for (const workers of [2, 3, 4]) expect(traceOf(stepTogether(planOf({ ...shape, workers })))).toEqual(alone);
      for (const shards of [2, 5, 8]) expect(traceOf(stepTogether(planOf({ ...shape, workers: 2, shards })))).toEqual(alone);
    }), { numRuns: 40 });
  });

  it('in real threads, too', async () => {
    const { signal } = new AbortController();
    const [alone, ...threaded] = await Promise.all([1, 2, 3].map((workers) =>
      runRounds(planOf({ nodes: 5_000, loss: 0.1, fanout: 2, workers }), signal, () => undefined)));
    for (const state of threaded) expect(traceOf(state)).toEqual(traceOf(alone as SharedState));
  });

  it('and another seed is another run', () => {
    expect(new Set([1, 2, 3, 4].map((seed) => stepTogether(planOf({ seed })).stateHash())).size).toBe(4);
  });
});

describe('rounds are in step', () => {
  it('what a node learns in a round it tells in the next: pushed to f partners, a rumour grows by a factor of 1 + f at most', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), (fanout, seed) => {
      const { curve, rounds } = stepTogether(planOf({ mode: 'push', fanout, seed }));
      for (let round = 1; round <= rounds; round++) expect(curve[round]!).toBeLessThanOrEqual(curve[round - 1]! * (1 + fanout));
    }), { numRuns: 30 });
  });

  it('the stamps say the same as the curve', () => {
    const state = runOf({ nodes: 2_000, mode: 'pull', fanout: 1, loss: 0.2, silent: 0 }, 3);
    for (let round = 0; round <= state.rounds; round++) {
      expect(state.learnedAt.filter((at) => at <= round).length).toBe(state.curve[round]);
    }
  });

  it('without loss a pull brings each of the others one copy for every partner that knew, and every delivery is counted', () => {
    const state = runOf({ nodes: 1_000, mode: 'pull', fanout: 1, loss: 0, silent: 0 }, 1);
    expect(state.total('taught')).toBe(999);
    expect(state.total('copies')).toBe(999);
    expect(state.total('calls')).toBe(1_000 * state.rounds);
    expect(state.total('answers')).toBe(state.total('calls'));
  });

  it('lost legs are their share of all legs', () => {
    const state = runOf({ nodes: 20_000, mode: 'push-pull', fanout: 1, loss: 0.25, silent: 0 }, 1);
    expect(state.total('lost') / (state.total('calls') + state.total('answers'))).toBeCloseTo(0.25, 2);
  });
});

describe('silent nodes', () => {
  it('take and never tell: only the origin can teach where everybody else is silent', () => {
    const plan = planOf({ nodes: 200, silent: 0.999_999, mode: 'push-pull', roundsMax: 30 });
    expect(Array.from({ length: 200 }, (_, node) => isSilent(plan, node)).filter(Boolean).length).toBe(199);
    const state = stepTogether(plan);
    // The only honest node knows from the start.
    expect([state.rounds, state.total('honest'), state.allKnow]).toEqual([0, 1, true]);
  });

  it('are about as many as asked for, and never the origin', () => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      const plan = planOf({ seed, silent: 0.3 });
      expect(isSilent(plan, originOf(plan))).toBe(false);
      const silent = Array.from({ length: plan.nodes }, (_, node) => isSilent(plan, node)).filter(Boolean).length;
      // Six deviations of a binomial count.
      expect(Math.abs(silent - 300)).toBeLessThan(6 * Math.sqrt(210));
    }));
  });
});

describe('a run ends', () => {
  it('when its rounds are used up, and tells who never learned', () => {
    const state = stepTogether(planOf({ roundsMax: 3 }));
    expect([state.rounds, state.allKnow]).toEqual([3, false]);
    expect(state.learnedAt.includes(never)).toBe(true);
  });

  it.each([1, 2])('with the round in which it is told to, on %i workers', async (workers) => {
    const controller = new AbortController();
    const state = await runRounds(planOf({ nodes: 50_000, workers }), controller.signal, ({ rounds }) => {
      if (rounds === 2) controller.abort();
    });
    expect(state.allKnow).toBe(false);
    expect(state.rounds).toBeGreaterThanOrEqual(2);
    expect(state.curve[state.rounds]).toBe(state.total('honestInformed'));
  });
});

it('shards are the nodes, and workers have the shards, in order, each once', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3_000_000 }), fc.integer({ min: 1, max: 9 }), (nodes, workers) => {
    const shards = shardsFor(nodes, workers);
    expect(shards % workers).toBe(0);
    const ranges = Array.from({ length: shards }, (_, shard) => nodesOf({ nodes, shards }, shard));
    expect([ranges[0]!.first, ranges.at(-1)!.end]).toEqual([0, nodes]);
    expect(shardsOf({ workers, shards }, workers - 1).end).toBe(shards);
    for (const [index, range] of ranges.entries()) if (index > 0) expect(range.first).toBe(ranges[index - 1]!.end);
  }));
});
