/**
 * What the newest batches of message logs cost this node. They are kept for ever, so they have a bound for all, and one for each
 * author, which keeps one author from taking everybody's memory.
 */
import type { PeerIndex } from '@murmuration/protocol';
import { batchOverheadBytes } from './history-account.ts';
import type { MessageLogOptions } from './message-log-options.ts';

interface Share {
  logs: number;
  bytes: number;
}

export class HeadAccount {
  readonly #options: MessageLogOptions;
  readonly #shares = new Map<PeerIndex, Share>();
  #logs = 0;
  #bytes = 0;

  constructor(options: MessageLogOptions) {
    this.#options = options;
  }

  /** What the newest batches of all logs cost. */
  get bytes(): number {
    return this.#bytes;
  }

  /** May a batch of so many bytes become the newest of a log? `before` is what the newest costs now, 0 where the log is new. */
  hasRoomFor(author: PeerIndex, before: number, batchBytes: number): boolean {
    const { logsMax, logsPerAuthorMax, headBytesMax, headBytesPerAuthorMax } = this.#options;
    const share = this.#shares.get(author) ?? { logs: 0, bytes: 0 };
    if (before === 0 && (this.#logs >= logsMax || share.logs >= logsPerAuthorMax)) return false;
    const more = batchBytes + batchOverheadBytes - before;
    return this.#bytes + more <= headBytesMax && share.bytes + more <= headBytesPerAuthorMax;
  }

  /** A batch has become the newest of a log. */
  replace(author: PeerIndex, before: number, after: number): void {
    const share = this.#shares.get(author) ?? { logs: 0, bytes: 0 };
    if (before === 0) {
      this.#logs++;
      share.logs++;
    }
    share.bytes += after - before;
    this.#bytes += after - before;
    this.#shares.set(author, share);
  }
}
