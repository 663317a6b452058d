/**
 * One shared document: what all logs say about it, as far as it is admitted and causally complete. Its content is a
 * function of the logs alone, whatever their order of arrival (I1). Local edits are made in a live document, take effect
 * at once and are recognized when their batch comes back.
 */
import { assert, type Epoch, type PeerIndex } from '@murmuration/protocol';
import * as Y from 'yjs';
import type { AdmittedUpdate, Admission, InadmissibleReason } from './admission.ts';
import { equalBytes } from './byte-order.ts';
import { noClient } from './client-id.ts';
import { DocumentLog } from './document-log.ts';
import { refusalOf, type RefusalReason } from './errors.ts';
import type { DocumentGrants } from './grants.ts';
import { LiveDocument, type LiveDocumentOwner } from './live-document.ts';
import type { LogIdentity } from './log-identity.ts';
import { WaitList } from './pending.ts';
import { openDoc, type SharedDoc } from './shared-doc.ts';
import { checkUpdate } from './update-check.ts';

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

/** A change that was made in a live document. */
export interface LocalEdit {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly document: string;
  readonly update: Uint8Array;
}

/** What `editDocument` is doing in a live document, and the updates that came of it. */
interface RunningEdit {
  readonly live: LiveDocument;
  readonly updates: Uint8Array[];
}

/** A document of one replica. */
export class SharedDocument implements LiveDocumentOwner {
  readonly name: string;
  readonly #grants: DocumentGrants;
  readonly #listener: DocumentListener;
  #doc: SharedDoc;
  #logs = new Map<LogIdentity, DocumentLog>();
  #writers = new Map<number, DocumentLog>();
  #waits = new WaitList<DocumentLog>();
  #inadmissible = new Map<InadmissibleReason, number>();
  readonly #lives = new Map<LogIdentity, LiveDocument>();
  /** Live documents that the content has left behind, and why; they end as soon as the replica is at rest. */
  readonly #outdated: { readonly live: LiveDocument; readonly error: Error }[] = [];
  #running: RunningEdit | undefined;
  #admitted = 0;
  #revision = 0;

  constructor(name: string, grants: DocumentGrants, listener: DocumentListener) {
    this.name = name;
    this.#grants = grants;
    this.#listener = listener;
    this.#doc = openDoc(name, noClient);
  }

  /** The content. Read only: a change here would be seen by nobody else. */
  get doc(): SharedDoc {
    return this.#doc;
  }

  /** True once an update was admitted. */
  get isWritten(): boolean {
    return this.#admitted > 0;
  }

  /** Rises whenever the content may have changed. */
  get revision(): number {
    return this.#revision;
  }

  /** Updates left out for ever, by reason. */
  get inadmissible(): ReadonlyMap<InadmissibleReason, number> {
    return this.#inadmissible;
  }

  /** Updates that wait for what they, or those before them, build on. */
  get pending(): number {
    let pending = 0;
    for (const log of this.#logs.values()) pending += log.waiting;
    return pending;
  }

  /**
   * Takes the next update of a log; true if the content may have changed since the log's update before. Keeps the
   * bytes.
   */
  receive(identity: LogIdentity, update: Uint8Array): boolean {
    const log = this.#logFor(identity);
    log.received.push(update);
    const [edit] = log.edits;
    if (edit === undefined) return this.#advance(log);
    if (equalBytes(edit, update)) {
      log.edits.shift();
      log.cursor++;
      return true;
    }
    // The log went on without our edit: it was never sealed, or another process writes the log. The log is what counts.
    this.rebuild();
    return true;
  }

  /** True if the log has a live document here. */
  isLiveFor(identity: LogIdentity): boolean {
    return this.#lives.has(identity);
  }

  /** The live document of a log: the same until it ends. Throws `inadmissible-edit` if the log has no client id. */
  open(identity: LogIdentity): SharedDoc {
    if (identity.isShadowed) throw refusalOf(this.name, 'log-blocked');
    const live = this.#liveOf(identity);
    live.isHandedOut = true;
    return live.doc;
  }

  /** Runs a local edit; its update in V1, or undefined where nothing changed. Throws `inadmissible-edit`. */
  edit(identity: LogIdentity, change: (doc: SharedDoc) => void): Uint8Array | undefined {
    const log = this.#logFor(identity);
    if (identity.isShadowed || log.waiting > 0) throw refusalOf(this.name, 'log-blocked');
    const live = this.#liveOf(identity);
    const update = this.#run(live, change);
    const reason = update === undefined ? undefined : this.#take(live, log, update);
    if (reason !== undefined) throw this.#end(live, refusalOf(this.name, reason));
    return update;
  }

  /** Takes back an edit that will not be sealed, and all after it; false if its batch has come back already. */
  withdraw(identity: LogIdentity, update: Uint8Array, error: Error): boolean {
    if (this.#logs.get(identity)?.edits.includes(update) !== true) return false;
    this.rebuild(error);
    return true;
  }

  /**
   * Builds the content again from what the logs have sent: after an edit got lost, or a log lost its client id. Live
   * documents are left behind by that.
   */
  rebuild(error: Error = refusalOf(this.name, 'rebuilt')): void {
    const logs = [...this.#logs.values()];
    this.#doc = openDoc(this.name, noClient);
    this.#logs = new Map();
    this.#writers = new Map();
    this.#waits = new WaitList();
    this.#inadmissible = new Map();
    for (const live of this.#lives.values()) this.#outdated.push({ live, error });
    this.#lives.clear();
    this.#admitted = 0;
    this.#revision++;
    for (const { identity, received } of logs) this.#open(new DocumentLog(identity, received));
    for (const log of this.#logs.values()) this.#advance(log);
  }

  /** Brings live documents up to date, which calls the listeners of the application. The replica is at rest. */
  settle(): void {
    for (const { live, error } of this.#outdated.splice(0)) this.#end(live, error);
    for (const live of this.#lives.values()) {
      if (!live.catchUp()) this.#end(live, refusalOf(this.name, 'in-transaction'));
    }
  }

  /** Ends all live documents in order. */
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
    const reason = this.#take(live, this.#logFor(live.identity), update);
    if (reason === undefined) this.#listener.documentEdited({ author, epoch, document: this.name, update });
    else this.#end(live, refusalOf(this.name, reason));
  }

  destroyed(live: LiveDocument, isChangeLost: boolean): void {
    if (this.#lives.get(live.identity) === live) this.#lives.delete(live.identity);
    if (isChangeLost && live.isHandedOut) {
      this.#listener.documentRefused(this.name, refusalOf(this.name, 'in-transaction'));
    }
  }

  failed(error: unknown): void {
    this.#listener.listenerFailed(error);
  }

  #logFor(identity: LogIdentity): DocumentLog {
    const known = this.#logs.get(identity);
    return known ?? this.#open(new DocumentLog(identity));
  }

  #open(log: DocumentLog): DocumentLog {
    this.#logs.set(log.identity, log);
    if (!log.identity.isShadowed) this.#writers.set(log.identity.client, log);
    return log;
  }

  /** Decides what can be decided in a log, and in those that waited for it. */
  #advance(first: DocumentLog): boolean {
    const before = this.#revision;
    const ready = [first];
    for (let log = ready.pop(); log !== undefined; log = ready.pop()) {
      const clock = log.nextClock;
      while (this.#decideNext(log));
      if (log.nextClock > clock) ready.push(...this.#released(log));
    }
    return this.#revision > before;
  }

  /** The logs that waited for what a log has written by now. */
  #released({ identity, nextClock }: DocumentLog): DocumentLog[] {
    const released = this.#waits.take(identity.client, nextClock);
    for (const log of released) log.isHeldUp = false;
    return released;
  }

  /** Decides the update at the cursor; false where there is none, or where it has to wait. */
  #decideNext(log: DocumentLog): boolean {
    const update = log.received[log.cursor];
    if (update === undefined || log.isHeldUp || this.#lacks(log)) return false;
    const admission = this.#check(update, log);
    if (admission.type === 'waiting') {
      log.missing = [...admission.missing];
      return !this.#lacks(log);
    }
    log.cursor++;
    if (admission.type === 'admissible') {
      this.#apply(log, update, admission);
      this.#follow(log, update);
    } else {
      this.#inadmissible.set(admission.reason, (this.#inadmissible.get(admission.reason) ?? 0) + 1);
    }
    return true;
  }

  /** True if the log still misses something; it then waits for one of the structs it misses. */
  #lacks(log: DocumentLog): boolean {
    for (let missing = log.missing.at(-1); missing !== undefined; missing = log.missing.at(-1)) {
      if (missing.clock >= Y.getState(this.#doc.store, missing.client)) {
        this.#waits.add(missing.client, missing.clock, log);
        log.isHeldUp = true;
        return true;
      }
      log.missing.pop();
    }
    return false;
  }

  #check(update: Uint8Array, log: DocumentLog): Admission {
    if (log.identity.isShadowed) return { type: 'inadmissible', reason: 'log-blocked' };
    const document = { doc: this.#doc, logOf: (client: number) => this.#writers.get(client) };
    return checkUpdate(update, log, document, this.#grants.roleOf(log.identity.author, this.name));
  }

  #apply(log: DocumentLog, update: Uint8Array, admission: AdmittedUpdate): void {
    Y.applyUpdate(this.#doc, update);
    const { store } = this.#doc;
    const isPending = store.pendingStructs !== null || store.pendingDs !== null;
    assert(!isPending, 'an admitted update leaves nothing pending in Yjs');
    assert(Y.getState(store, log.identity.client) === admission.nextClock, 'an admitted update is applied whole');
    assert(this.#doc.clientID === noClient, 'nobody writes to the document itself');
    log.admit(update, admission);
    this.#admitted++;
    this.#revision++;
  }

  #liveOf(identity: LogIdentity): LiveDocument {
    const known = this.#lives.get(identity);
    if (known !== undefined) return known;
    const live = new LiveDocument(this.name, identity, this.#doc, this);
    this.#lives.set(identity, live);
    return live;
  }

  /** Runs a change in one transaction; all of what it and the listeners changed. Whatever is thrown undoes it. */
  #run(live: LiveDocument, change: (doc: SharedDoc) => void): Uint8Array | undefined {
    if (live.isBusy) throw refusalOf(this.name, 'in-transaction');
    const updates: Uint8Array[] = [];
    this.#running = { live, updates };
    try {
      live.doc.transact(() => change(live.doc));
    } catch (error) {
      this.#end(live, refusalOf(this.name, 'abandoned-edit'));
      throw error;
    } finally {
      this.#running = undefined;
    }
    // Destroyed in the middle of the change, it never said what it was.
    if (live.isEnded && updates.length === 0) throw refusalOf(this.name, 'in-transaction');
    return updates.length > 1 ? Y.mergeUpdates(updates) : updates[0];
  }

  /** Takes a change of a live document into the content; a reason where other nodes would leave it out. */
  #take(live: LiveDocument, log: DocumentLog, update: Uint8Array): RefusalReason | undefined {
    const { identity } = log;
    if (live.doc.clientID !== identity.client) return 'foreign-struct';
    if (identity.isShadowed || log.waiting > 0) return 'log-blocked';
    const admission = this.#check(update, log);
    if (admission.type === 'waiting') return 'foreign-struct';
    if (admission.type === 'inadmissible') return admission.reason;
    this.#apply(log, update, admission);
    live.adopt(update);
    log.edits.push(update);
    for (const other of this.#lives.values()) if (other !== live) other.follow(update);
    for (const waiter of this.#released(log)) this.#advance(waiter);
    return undefined;
  }

  /** Hands an admitted update on. One of a live document's own log was not made there: it cannot go on. */
  #follow({ identity }: DocumentLog, update: Uint8Array): void {
    for (const live of this.#lives.values()) if (live.identity !== identity) live.follow(update);
    const own = this.#lives.get(identity);
    if (own === undefined) return;
    this.#lives.delete(identity);
    this.#outdated.push({ live: own, error: refusalOf(this.name, 'rebuilt') });
  }

  /** Ends a live document that the application cannot use any more; the error says why. */
  #end(live: LiveDocument, error: Error): Error {
    if (live.isEnded) return error;
    if (this.#lives.get(live.identity) === live) this.#lives.delete(live.identity);
    live.end();
    if (live.isHandedOut) this.#listener.documentRefused(this.name, error);
    return error;
  }
}
