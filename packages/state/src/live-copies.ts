/**
 * The live documents of one document, one per log. Between the application, which changes them, and the content, which
 * they show: a change goes into the content first, or ends its live document; what others wrote follows as soon as the
 * replica is at rest.
 */
import type { Epoch, PeerIndex } from '@murmuration/protocol';
import * as Y from 'yjs';
import type { SharedDocument } from './document.ts';
import { refusalOf, type RefusalReason } from './errors.ts';
import { LiveDocument, type LiveDocumentOwner } from './live-document.ts';
import type { LogIdentity } from './log-identity.ts';
import type { SharedDoc } from './shared-doc.ts';

/** A change that was made in a live document. */
export interface LocalEdit {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly document: string;
  readonly update: Uint8Array;
}

/** Who hears of the live documents of a replica. */
export interface DocumentListener {
  /**
   * The application has changed a live document. The update is to be sealed as the next `document-update` of its log,
   * in the order of the calls, after those that `editDocument` has returned before.
   */
  documentEdited(edit: LocalEdit): void;
  /**
   * A live document was destroyed because of an error, and its last change is not part of the document. Opened again,
   * it has the admitted content.
   */
  documentRefused(document: string, error: Error): void;
  /** A listener that the application has attached to a live document threw. */
  listenerFailed(error: unknown): void;
}

/** What `editDocument` is doing in a live document, and the updates that came of it. */
interface RunningEdit {
  readonly live: LiveDocument;
  readonly updates: Uint8Array[];
}

/** The live documents of one document. */
export class LiveCopies implements LiveDocumentOwner {
  readonly #document: SharedDocument;
  readonly #listener: DocumentListener;
  readonly #lives = new Map<LogIdentity, LiveDocument>();
  /** Those that the content has left behind, and why; they end as soon as the replica is at rest. */
  readonly #outdated: { readonly live: LiveDocument; readonly error: Error }[] = [];
  #running: RunningEdit | undefined;

  constructor(document: SharedDocument, listener: DocumentListener) {
    this.#document = document;
    this.#listener = listener;
  }

  get size(): number {
    return this.#lives.size;
  }

  has(identity: LogIdentity): boolean {
    return this.#lives.has(identity);
  }

  /** The live document of a log: the same until it ends. Throws `inadmissible-edit` if the log has no client id. */
  open(identity: LogIdentity): SharedDoc {
    if (identity.isShadowed) throw this.#refusal('log-blocked');
    const live = this.#liveOf(identity);
    live.isHandedOut = true;
    return live.doc;
  }

  /** Runs a local edit; its update in V1, or undefined where nothing changed. Throws `inadmissible-edit`. */
  edit(identity: LogIdentity, change: (doc: SharedDoc) => void): Uint8Array | undefined {
    if (this.#document.isBlocked(identity)) throw this.#refusal('log-blocked');
    const live = this.#liveOf(identity);
    const update = this.#run(live, change);
    const reason = update === undefined ? undefined : this.#take(live, update);
    if (reason !== undefined) throw this.#end(live, this.#refusal(reason));
    return update;
  }

  /** Hands an admitted update of a log on to the live documents of others. */
  follow(identity: LogIdentity, update: Uint8Array): void {
    for (const live of this.#lives.values()) if (live.identity !== identity) live.follow(update);
  }

  /** The log has an update that was not made in its live document: that one cannot go on. */
  overtake(identity: LogIdentity): void {
    const own = this.#lives.get(identity);
    if (own === undefined) return;
    this.#lives.delete(identity);
    this.#outdated.push({ live: own, error: this.#refusal('rebuilt') });
  }

  /** The content was built again. */
  leaveBehind(error: Error): void {
    for (const live of this.#lives.values()) this.#outdated.push({ live, error });
    this.#lives.clear();
  }

  /** Brings all up to date, which calls the listeners of the application. The replica is at rest. */
  settle(): void {
    for (const { live, error } of this.#outdated.splice(0)) this.#end(live, error);
    for (const live of this.#lives.values()) {
      if (!live.catchUp()) this.#end(live, this.#refusal('in-transaction'));
    }
  }

  /** Ends all in order. */
  close(): void {
    const lives = [...this.#lives.values()];
    this.#lives.clear();
    for (const live of lives) live.end();
  }

  changed(live: LiveDocument, update: Uint8Array): void {
    if (this.#running?.live === live) {
      this.#running.updates.push(update);
      return;
    }
    const { author, epoch } = live.identity;
    if (this.#lives.get(live.identity) !== live) return;
    const reason = this.#take(live, update);
    if (reason === undefined) this.#listener.documentEdited({ author, epoch, document: this.#document.name, update });
    else this.#end(live, this.#refusal(reason));
  }

  invaded(live: LiveDocument): void {
    this.#end(live, this.#refusal('foreign-struct'));
  }

  destroyed(live: LiveDocument, isChangeLost: boolean): void {
    this.#forget(live);
    if (isChangeLost) this.#tell(live, this.#refusal('in-transaction'));
  }

  failed(error: unknown): void {
    this.#listener.listenerFailed(error);
  }

  #liveOf(identity: LogIdentity): LiveDocument {
    const known = this.#lives.get(identity);
    if (known !== undefined) return known;
    const live = new LiveDocument(this.#document.name, identity, this.#document.doc, this);
    this.#lives.set(identity, live);
    return live;
  }

  /** Runs a change in one transaction; all of what it and the listeners changed. Whatever is thrown undoes it. */
  #run(live: LiveDocument, change: (doc: SharedDoc) => void): Uint8Array | undefined {
    if (live.isBusy) throw this.#refusal('in-transaction');
    const updates: Uint8Array[] = [];
    this.#running = { live, updates };
    try {
      live.doc.transact(() => change(live.doc));
    } catch (error) {
      this.#end(live, this.#refusal('abandoned-edit'));
      throw error;
    } finally {
      this.#running = undefined;
    }
    // Destroyed in the middle of the change, it never said what it was.
    if (live.isEnded && updates.length === 0) throw this.#refusal('in-transaction');
    return updates.length > 1 ? Y.mergeUpdates(updates) : updates[0];
  }

  /** Takes a change into the content; a reason where other nodes would leave it out. */
  #take(live: LiveDocument, update: Uint8Array): RefusalReason | undefined {
    const { doc, identity } = live;
    // Somebody has changed it, or Yjs has: structs of our own client came from elsewhere.
    if (doc.clientID !== identity.client) return 'foreign-struct';
    const reason = this.#document.takeEdit(identity, update);
    if (reason !== undefined) return reason;
    live.adopt(update);
    return undefined;
  }

  /** Ends a live document that the application cannot use any more; the error says why. */
  #end(live: LiveDocument, error: Error): Error {
    if (live.isEnded) return error;
    this.#forget(live);
    live.end();
    this.#tell(live, error);
    return error;
  }

  #forget(live: LiveDocument): void {
    if (this.#lives.get(live.identity) === live) this.#lives.delete(live.identity);
  }

  /** Whoever never got the document to keep has nothing to lose: an edit throws. */
  #tell(live: LiveDocument, error: Error): void {
    if (live.isHandedOut) this.#listener.documentRefused(this.#document.name, error);
  }

  #refusal(reason: RefusalReason): Error {
    return refusalOf(this.#document.name, reason);
  }
}
