/** What modules reported during one input, in order, for the composer to forward when the module has returned. */
import { assert, type Changes, type NodeIndex, type Offence, type PeerIndex } from '@murmuration/protocol';

/** One report. */
export interface Change {
  readonly type: 'offence-seen';
  readonly node: NodeIndex;
  readonly peer: PeerIndex;
  readonly offence: Offence;
}

/** One input is one frame's message of one neighbor; that it reports more than this is a bug of ours. */
const changesMax = 64;

export class ChangeQueue implements Changes {
  readonly #queue: Change[] = [];

  offenceSeen(node: NodeIndex, peer: PeerIndex, offence: Offence): void {
    assert(this.#queue.length < changesMax, 'one input changes a bounded number of things');
    this.#queue.push({ type: 'offence-seen', node, peer, offence });
  }

  /** The oldest report, or undefined. */
  take(): Change | undefined {
    return this.#queue.length === 0 ? undefined : this.#queue.shift();
  }
}
