/** What a run counts. One object for all cells, so that a count is one addition. */

export class Tally {
  /** Inputs that nodes have handled. */
  events = 0;
  messages = 0;
  batchesReceived = 0;
  batchesAccepted = 0;
  /** Batches that somebody sent who was never handed them. */
  unheldSent = 0;
  dials = 0;
  linksUp = 0;

  /** How often a batch comes to a node, for each time that it is new. */
  get copiesPerDelivery(): number {
    return this.batchesAccepted === 0 ? 0 : this.batchesReceived / this.batchesAccepted;
  }
}
