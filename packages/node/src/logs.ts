/** The two kinds of logs behind one door: the state, kept whole by the replica, and the messages, kept for a while. */
import {
  isMessageLog,
  type BatchHandle,
  type BatchMessage,
  type BatchPlace,
  type Epoch,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
  type SignedBatch,
  type StateSource,
  type Verdict,
} from '@murmuration/protocol';
import type { LogHead, MessageLogs, Replica } from '@murmuration/state';

export class Logs implements StateSource {
  readonly #state: Replica;
  readonly #messages: MessageLogs;

  constructor(state: Replica, messages: MessageLogs) {
    this.#state = state;
    this.#messages = messages;
  }

  /** Whether a batch with a valid signature can be taken. */
  examine(author: PeerIndex, batch: SignedBatch, place: BatchPlace): Verdict {
    if (isMessageLog(batch.envelope.epoch)) return this.#messages.examine(author, batch, place);
    return this.#state.examine(author, batch);
  }

  /** Where an author's next batch continues its log. */
  headOf(author: PeerIndex, epoch: Epoch): LogHead {
    return this.#of(epoch).headOf(author, epoch);
  }

  batchAfter(node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.#of(epoch).batchAfter(node, author, epoch, sequence);
  }

  batchOf(node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.#state.batchOf(node, handle) ?? this.#messages.batchOf(node, handle);
  }

  #of(epoch: Epoch): Replica | MessageLogs {
    return isMessageLog(epoch) ? this.#messages : this.#state;
  }
}
