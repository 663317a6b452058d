/** Port: what gossip reads of the replicated state. Implemented by `state`'s replica, and by tables in the simulator. */
import type { BatchHandle, Epoch, NodeIndex, PeerIndex, Sequence } from './ids.ts';
import type { BatchMessage } from './messages.ts';

/** The batches that a node holds. */
export interface StateSource {
  /**
   * The batch of a log that holds the sequence after `sequence`, or where that is kept no more the first kept above it; its `place`
   * says which. Undefined where the log is known no further.
   */
  batchAfter(node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined;
  /** The batch of a handle, or undefined where it is no longer held. */
  batchOf(node: NodeIndex, handle: BatchHandle): BatchMessage | undefined;
}
