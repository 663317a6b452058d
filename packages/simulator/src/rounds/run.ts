/**
 * Runs a plan: with one worker in this thread, with more in a thread each. What a shard reads, and in which order, is the same, so the trace
 * is, too.
 */
import { Worker } from 'node:worker_threads';
import { breathe } from '../stopwatch.ts';
import type { EpidemicPlan } from './plan.ts';
import { roundsOf } from './rounds.ts';
import type { ShardData } from './shard-thread.ts';
import { shareBuffers, SharedState, type SharedBuffers } from './shared-state.ts';

/** Told after every round. */
export type OnRound = (state: SharedState) => void;

/** Runs until all honest nodes know, the rounds are used up, or the signal asks for the end. */
export async function runRounds(plan: EpidemicPlan, signal: AbortSignal, onRound: OnRound): Promise<SharedState> {
  const buffers = shareBuffers(plan);
  const state = new SharedState(buffers, plan);
  const stop = (): void => state.stop();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    await (plan.workers === 1 ? runHere(plan, buffers, state, onRound) : runThreads(plan, buffers, state, onRound));
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return state;
}

/** Runs all workers of a plan in this thread, in turns, without a break. */
export function stepTogether(plan: EpidemicPlan): SharedState {
  const buffers = shareBuffers(plan);
  const courses = Array.from({ length: plan.workers }, (_, worker) => roundsOf(worker, plan, buffers));
  while (courses.every((course) => course.next().done !== true));
  return new SharedState(buffers, plan);
}

async function runHere(plan: EpidemicPlan, buffers: SharedBuffers, state: SharedState, onRound: OnRound): Promise<void> {
  for (const step of roundsOf(0, plan, buffers)) {
    if (step !== 'closed') continue;
    onRound(state);
    // Signals and timers of the program get their turn.
    await breathe();
  }
}

async function runThreads(plan: EpidemicPlan, buffers: SharedBuffers, state: SharedState, onRound: OnRound): Promise<void> {
  const threads = Array.from({ length: plan.workers }, (_, worker) => startThread({ plan, buffers, worker }));
  threads[0]?.on('message', () => onRound(state));
  try {
    await Promise.all(threads.map(ended));
  } finally {
    // Where one failed the others wait for it.
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** From the sources in tests, from the build elsewhere: the thread loads what we are loaded from. */
function startThread(workerData: ShardData): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(isSource ? './shard-thread.ts' : './shard-thread.js', import.meta.url);
  return new Worker(file, { workerData, execArgv: isSource ? ['--conditions=source'] : [] });
}

function ended(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker of the run ended with code ${code}`))));
  });
}
