/**
 * Times in which this process did nothing because its memory was collected, told by the runtime: exact, without a poll, and also where
 * no timer was due meanwhile. They are told when the loop has gone on. The pause is that of the process: one observer serves all
 * nodes that live in it, and runs while one of them does.
 */
import { PerformanceObserver } from 'node:perf_hooks';

/** Hears from when to when the process stood still, in the time of `clock.ts`. */
export type PauseListener = (fromMs: number, untilMs: number) => void;

/** A pause this long means that we stood still, not that others did (D12). */
export const stallMs = 100;

const listeners = new Set<PauseListener>();
const collections = new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    if (duration > stallMs) for (const hear of listeners) hear(startTime, startTime + duration);
  }
});

/** Tells of every long pause from now on; the answer ends it. */
export function watchPauses(listener: PauseListener): () => void {
  if (listeners.size === 0) collections.observe({ entryTypes: ['gc'] });
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) collections.disconnect();
  };
}
