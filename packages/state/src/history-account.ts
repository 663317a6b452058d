/**
 * What the logs cost this node: how many an author has begun, and how many bytes of batches are kept. There is no compaction yet, so
 * history only grows; a bound for all, and one for each author, keep one writer from taking everybody's memory.
 */
import type { PeerIndex } from '@murmuration/protocol';
import type { StateOptions } from './options.ts';

/** Objects and indexes that a batch costs beside its bytes (measured: 1,833 bytes for a batch of one small register). */
export const batchOverheadBytes = 2_048;

export class HistoryAccount {
  readonly #options: StateOptions;
  readonly #logsOf = new Map<PeerIndex, number>();
  readonly #bytesOf = new Map<PeerIndex, number>();
  #bytes = 0;

  constructor(options: StateOptions) {
    this.#options = options;
  }

  /** May this author's batch be kept? `isNewLog` where it is the first of its epoch. */
  hasRoomFor(author: PeerIndex, bytes: number, isNewLog: boolean): boolean {
    const { logsPerAuthorMax, historyBytesMax, historyBytesPerAuthorMax } = this.#options;
    if (isNewLog && (this.#logsOf.get(author) ?? 0) >= logsPerAuthorMax) return false;
    const cost = bytes + batchOverheadBytes;
    return this.#bytes + cost <= historyBytesMax && (this.#bytesOf.get(author) ?? 0) + cost <= historyBytesPerAuthorMax;
  }

  /** A batch is kept. */
  add({ author, bytes }: { readonly author: PeerIndex; readonly bytes: number }, isNewLog: boolean): void {
    if (isNewLog) this.#logsOf.set(author, (this.#logsOf.get(author) ?? 0) + 1);
    const cost = bytes + batchOverheadBytes;
    this.#bytesOf.set(author, (this.#bytesOf.get(author) ?? 0) + cost);
    this.#bytes += cost;
  }
}
