/**
 * What others wrote reaches the disk within a second, though nobody waits for it; and a disk that fails is noticed by a node that only
 * listens. A failed sync is final: the node writes no more, and says so, once.
 */
import type { Assembly } from './assembly.ts';
import { NodeError } from './errors.ts';

/** Guess: what a crash may cost a listener is what its neighbors give back within a round. */
const syncIntervalMs = 1_000;

/** Begins to sync the log at an interval. */
export function keepDurable({ loop, storage, writer, hub }: Assembly): void {
  let hasFailed = false;
  loop.every(syncIntervalMs, () => {
    if (hasFailed) return;
    storage.log.sync().catch((error: unknown) => {
      if (hasFailed || !(error instanceof NodeError)) return;
      hasFailed = true;
      writer.refuse(error);
      hub.emit({ type: 'storage-failed', reason: error.message });
    });
  });
}
