/**
 * A document as the application holds it: a `Y.Doc` that it changes whenever it likes. A copy of the admitted document,
 * under the log's own client id (A13: set after the history is loaded). Each transaction of the application comes out
 * as an update in V1, checked like anybody's before it counts; what others wrote comes in as one transaction per batch.
 * Nothing can be taken out of a Yjs document again, so where a change is refused, the live document ends.
 */
import * as Y from 'yjs';
import { noClient } from './client-id.ts';
import type { LogIdentity } from './log-identity.ts';
import { openDoc, type SharedDoc } from './shared-doc.ts';

/** Who answers for a live document. */
export interface LiveDocumentOwner {
  /** The application has changed it: all of that since the call before. */
  changed(live: LiveDocument, update: Uint8Array): void;
  /** It has been given parts of another document, which wait in Yjs for the rest. */
  invaded(live: LiveDocument): void;
  /** The application has destroyed it; `isChangeLost` where it did so in the middle of a change. */
  destroyed(live: LiveDocument, isChangeLost: boolean): void;
  /** A listener that the application has attached threw while the document caught up or ended. */
  failed(error: unknown): void;
}

/** `transaction.origin` of what others wrote. Editor bindings and `Y.UndoManager` take it for remote. */
const remoteOrigin = 'murmuration';
/** A V1 update of no structs and no deletes. */
const emptyUpdateBytes = 2;

/** The live document of one log. */
export class LiveDocument {
  readonly identity: LogIdentity;
  readonly doc: SharedDoc;
  /** True once the application got it to keep: its end is told. */
  isHandedOut = false;
  readonly #owner: LiveDocumentOwner;
  readonly #arrived: Uint8Array[] = [];
  /** The transaction that brings in what others wrote. An origin could be imitated. */
  #ours: Y.Transaction | undefined;
  /** Own structs before this clock have been handed to the owner. */
  #toldClock: number;
  #isBusy = false;
  #isUntold = false;
  #isEnded = false;

  /** Starts as a copy of `source`. */
  constructor(name: string, identity: LogIdentity, source: SharedDoc, owner: LiveDocumentOwner) {
    this.identity = identity;
    this.#owner = owner;
    this.doc = openDoc(name, noClient);
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(source));
    this.doc.clientID = identity.client;
    this.#toldClock = this.#ownClock();
    this.#listen();
  }

  /** True while a transaction is open or its listeners are called; for ever, if one of `update` threw. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Notes an update of another log that the document has admitted. */
  follow(update: Uint8Array): void {
    this.#arrived.push(update);
  }

  /**
   * Applies what others wrote. False if that is not possible: Yjs is in the middle of a transaction, or a listener made
   * ours its own.
   */
  catchUp(): boolean {
    if (this.isBusy) return false;
    const updates = this.#arrived.splice(0);
    if (updates.length === 0) return true;
    let isUntouched = true;
    try {
      Y.transact(this.doc, (transaction) => {
        this.#ours = transaction;
        // A listener of `beforeTransaction` writes into the transaction that begins.
        isUntouched = transaction.changed.size === 0;
        for (const update of updates) Y.applyUpdate(this.doc, update);
      }, remoteOrigin, false);
    } catch (error) {
      this.#owner.failed(error);
    }
    return isUntouched && !this.isBusy;
  }

  /**
   * Takes over what others decode of an admitted change: a Set, half a surrogate pair, or an object that its caller
   * changes later reads the same here as everywhere.
   */
  adopt(update: Uint8Array): void {
    for (const struct of Y.decodeUpdate(update).structs) {
      if (struct instanceof Y.Item) adoptContent(this.doc, struct);
    }
  }

  /** Ends it, and tells the listeners of its `destroy` event. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      this.doc.destroy();
    } catch (error) {
      this.#owner.failed(error);
    }
  }

  /** First of all listeners: an exception in those of the application cannot come before us. */
  #listen(): void {
    const { doc } = this;
    doc.on('beforeAllTransactions', () => {
      this.#isBusy = true;
    });
    doc.on('beforeTransaction', ({ local }) => {
      this.#isUntold ||= local;
    });
    doc.on('update', (update: Uint8Array, _origin, _doc, transaction: Y.Transaction) => {
      if (transaction !== this.#ours) this.#tell(update, transaction);
    });
    doc.on('afterAllTransactions', () => {
      this.#isBusy = false;
      this.#isUntold = false;
      if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) this.#owner.invaded(this);
    });
    doc.on('destroy', () => {
      if (this.#isEnded) return;
      this.#isEnded = true;
      this.#owner.destroyed(this, this.#isUntold);
    });
  }

  /** An update of Yjs holds every struct so far: a listener that writes has put its own into the update before. */
  #tell(update: Uint8Array, { beforeState }: Y.Transaction): void {
    if (this.#isEnded) return;
    const { client } = this.identity;
    const isRepeated = (beforeState.get(client) ?? 0) < this.#toldClock;
    const news = isRepeated ? Y.diffUpdate(update, Y.encodeStateVector(new Map([[client, this.#toldClock]]))) : update;
    this.#toldClock = this.#ownClock();
    this.#isUntold = false;
    if (news.length > emptyUpdateBytes) this.#owner.changed(this, news);
  }

  #ownClock(): number {
    return Y.getState(this.doc.store, this.identity.client);
  }
}

/** Puts decoded content in the place of what the application handed in; the lengths are the same. */
function adoptContent({ store }: SharedDoc, { id, content, length }: Y.Item): void {
  let done = 0;
  while (done < length) {
    const held = Y.getItem(store, Y.createID(id.client, id.clock + done));
    const at = id.clock + done - held.id.clock;
    const count = Math.min(held.length - at, length - done);
    if (content instanceof Y.ContentAny && held.content instanceof Y.ContentAny) {
      held.content.arr.splice(at, count, ...content.arr.slice(done, done + count));
    } else if (content instanceof Y.ContentBinary && held.content instanceof Y.ContentBinary) {
      held.content.content = content.content;
    } else if (content instanceof Y.ContentString && held.content instanceof Y.ContentString) {
      adoptText(held.content, at, content.str.slice(done, done + count));
    }
    done += count;
  }
}

/** Half a surrogate pair is decoded as U+FFFD; nothing else of a text changes on the way. */
function adoptText(held: Y.ContentString, at: number, text: string): void {
  if (!text.includes('\ufffd')) return;
  held.str = held.str.slice(0, at) + text + held.str.slice(at + text.length);
}
