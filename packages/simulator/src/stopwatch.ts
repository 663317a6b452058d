/** The time of the machine: how long a run takes, and a turn for signals and timers of the program. Nothing simulated reads it. */
import { setImmediate } from 'node:timers/promises';

/** Starts now; each call answers the milliseconds since then. */
export function startStopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}

/** Lets the event loop turn once. */
export async function breathe(): Promise<void> {
  await setImmediate();
}

/** The largest memory that this process has had, in bytes. */
export function peakRssBytes(): number {
  // Linux and the others that Node runs on tell kibibytes.
  return process.resourceUsage().maxRSS * 1024;
}
