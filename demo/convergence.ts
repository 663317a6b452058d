/** When do all copies agree? Asks every daemon for its hash until all are the same, and remembers when each came to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemons.ts';

/** What was seen. */
export interface ConvergenceResult {
  readonly distinctHashes: number;
  /** Milliseconds from the start of the clock until each daemon first had the hash that all ended with; in order of size. */
  readonly afterMs: readonly number[];
}

const pollMs = 5;

/** Asks until all agree, or until the time is over. `startedAt` is when the clock of `afterMs` began; a daemon that is down agrees with nobody. */
export async function waitForEqualHashes(daemons: readonly Daemon[], startedAt: number, timeoutMs: number): Promise<ConvergenceResult> {
  const since = daemons.map(() => ({ hash: '', ms: 0 }));
  for (;;) {
    await Promise.all(
      daemons.map(async (daemon, i) => {
        const { stateHash } = await daemon.client.hash().catch(() => ({ stateHash: `${daemon.place.name} is down` }));
        if (since[i]?.hash !== stateHash) since[i] = { hash: stateHash, ms: Math.round(performance.now() - startedAt) };
      }),
    );
    const distinctHashes = new Set(since.map(({ hash }) => hash)).size;
    const isOver = performance.now() - startedAt > timeoutMs;
    if (distinctHashes === 1 || isOver) return { distinctHashes, afterMs: since.map(({ ms }) => ms).toSorted((a, b) => a - b) };
    await sleep(pollMs);
  }
}
