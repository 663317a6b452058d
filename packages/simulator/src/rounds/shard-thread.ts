/** The thread of one worker: its rounds, a meeting wherever they yield, a word to the main thread after each. */
import { parentPort, workerData } from 'node:worker_threads';
import { Barrier } from './barrier.ts';
import type { EpidemicPlan } from './plan.ts';
import { roundsOf } from './rounds.ts';
import type { SharedBuffers } from './shared-state.ts';

/** What a thread is started with. */
export interface ShardData {
  readonly plan: EpidemicPlan;
  readonly buffers: SharedBuffers;
  readonly worker: number;
}

const { plan, buffers, worker } = workerData as ShardData;
const barrier = new Barrier(buffers.barrier, plan.workers);
for (const step of roundsOf(worker, plan, buffers)) {
  barrier.meet();
  if (step === 'closed' && worker === 0) parentPort?.postMessage('closed');
}
