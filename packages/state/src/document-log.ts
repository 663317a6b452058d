/**
 * One log's part in one document: the updates it sent, how many of them are decided, and what the decided ones add up
 * to. An update that cannot be decided yet stops the cursor; what the log sent after it waits behind it. So nothing is
 * lost, nothing is kept twice (the bytes are those of the batches), and who refers to what never comes holds up only
 * itself (Y9).
 */
import type { AdmittedUpdate, ClientClock } from './admission.ts';
import { CausalPast } from './causal-past.ts';
import type { LogIdentity } from './log-identity.ts';

/** The books of one log in one document. */
export class DocumentLog {
  readonly identity: LogIdentity;
  /** Every update of the log for the document, in order. Views of batches. */
  readonly received: Uint8Array[];
  readonly past: CausalPast = new CausalPast();
  /** Updates before it are decided. */
  cursor = 0;
  /** What the update at the cursor still waits for. */
  missing: ClientClock[] = [];
  /** True while the log is on the list of those who wait for a struct. */
  isHeldUp = false;
  /** Own edits that are in the document already and whose batch has not come back yet. */
  readonly edits: Uint8Array[] = [];
  /** The clock that the next struct of the log must have. */
  nextClock = 0;
  structs = 0;
  updateBytes = 0;

  constructor(identity: LogIdentity, received: Uint8Array[] = []) {
    this.identity = identity;
    this.received = received;
  }

  get waiting(): number {
    return this.received.length - this.cursor;
  }

  /** Books an update that is being applied. */
  admit(update: Uint8Array, { nextClock, structs, learned }: AdmittedUpdate): void {
    this.past.learn(this.nextClock, learned);
    this.nextClock = nextClock;
    this.structs += structs;
    this.updateBytes += update.length;
  }
}
