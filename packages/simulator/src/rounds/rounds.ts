/** The course of a run for one worker and its shards. It yields wherever all workers must have come before any goes on. */
import { shardsOf, type EpidemicPlan } from './plan.ts';
import { Shard } from './shard.ts';
import { SharedState, type SharedBuffers } from './shared-state.ts';

/** Rounds until the run is over. The first worker closes each round for all. */
export function* roundsOf(worker: number, plan: EpidemicPlan, buffers: SharedBuffers): Generator<'meet' | 'closed', void> {
  const state = new SharedState(buffers, plan);
  const { first, end } = shardsOf(plan, worker);
  const shards = Array.from({ length: end - first }, (_, index) => new Shard(first + index, plan, buffers));
  for (let round = 0; ; round++) {
    if (round > 0) {
      for (const shard of shards) shard.call(round);
      yield 'meet';
      for (const shard of shards) shard.answer(round);
      yield 'meet';
      for (const shard of shards) shard.take(round);
    }
    yield 'meet';
    if (worker === 0) state.closeRound(round);
    yield 'closed';
    if (state.isOver) return;
  }
}
