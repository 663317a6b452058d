/**
 * A copy of a document for local edits. The edit runs here under the log's own client id (A13: set after the history is
 * loaded); only the bytes that come out, checked like anybody's, go into the document. So the document holds exactly
 * what other nodes decode: an object that its caller changes later, a half surrogate or a Date cannot make it differ.
 */
import * as Y from 'yjs';
import type { LogIdentity } from './log-identity.ts';
import { noClient } from './client-id.ts';
import { openDoc, type SharedDoc } from './shared-doc.ts';

/** The draft of one document for one log. Whatever goes wrong in it, it is thrown away and made again. */
export class Draft {
  readonly identity: LogIdentity;
  readonly #doc: SharedDoc;
  #produced: Uint8Array[] = [];
  #isRunning = false;

  /** Starts as a copy of `source`. */
  constructor(name: string, identity: LogIdentity, source: SharedDoc) {
    this.identity = identity;
    this.#doc = openDoc(name, noClient);
    Y.applyUpdate(this.#doc, Y.encodeStateAsUpdate(source));
    this.#doc.clientID = identity.client;
    this.#doc.on('update', (update: Uint8Array) => {
      if (this.#isRunning) this.#produced.push(update);
    });
  }

  /** False once a caller has destroyed the document, or Yjs has changed its client id. */
  get isUsable(): boolean {
    return !this.#doc.isDestroyed && this.#doc.clientID === this.identity.client;
  }

  /** Takes in an update of another log that the document has admitted. */
  follow(update: Uint8Array): void {
    Y.applyUpdate(this.#doc, update);
  }

  /** Runs a change in one transaction; the update that says it, or undefined where nothing changed. */
  run(change: (doc: SharedDoc) => void): Uint8Array | undefined {
    this.#produced = [];
    this.#isRunning = true;
    try {
      this.#doc.transact(() => change(this.#doc));
    } finally {
      this.#isRunning = false;
    }
    // Observers that the caller has attached may add transactions of their own.
    return this.#produced.length > 1 ? Y.mergeUpdates(this.#produced) : this.#produced[0];
  }
}
