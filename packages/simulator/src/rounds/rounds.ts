/** The course of a run for one worker. It yields wherever all workers must have come before any goes on. */
import type { Shard } from './shard.ts';
import type { SharedState } from './shared-state.ts';

/** Rounds until the run is over. The first worker closes each round for all. */
export function* roundsOf(shard: Shard, worker: number, state: SharedState): Generator<'meet' | 'closed', void> {
  for (let round = 0; ; round++) {
    if (round > 0) {
      shard.call(round);
      yield 'meet';
      shard.answer(round);
      yield 'meet';
      shard.take(round);
    }
    yield 'meet';
    if (worker === 0) state.closeRound(round);
    yield 'closed';
    if (state.isOver) return;
  }
}
