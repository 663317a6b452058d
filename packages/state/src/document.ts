/**
 * One shared document: what all logs say about it, as far as it is admitted and causally complete. Its content is a
 * function of the logs alone, whatever their order of arrival (I1). Local edits are made in a live document, take effect
 * at once and are recognized when their batch comes back.
 */
import { assert } from '@murmuration/protocol';
import * as Y from 'yjs';
import type { AdmittedUpdate, Admission, InadmissibleReason } from './admission.ts';
import { equalBytes } from './byte-order.ts';
import { noClient } from './client-id.ts';
import { DocumentLog } from './document-log.ts';
import { refusalOf } from './errors.ts';
import type { DocumentGrants } from './grants.ts';
import { LiveCopies, type DocumentListener } from './live-copies.ts';
import type { LogIdentity } from './log-identity.ts';
import { WaitList } from './pending.ts';
import { openDoc, type SharedDoc } from './shared-doc.ts';
import { checkUpdate } from './update-check.ts';

/** A document of one replica. */
export class SharedDocument {
  readonly name: string;
  readonly lives: LiveCopies;
  readonly #grants: DocumentGrants;
  #doc: SharedDoc;
  #logs = new Map<LogIdentity, DocumentLog>();
  #writers = new Map<number, DocumentLog>();
  #waits = new WaitList<DocumentLog>();
  #inadmissible = new Map<InadmissibleReason, number>();
  #admitted = 0;
  #revision = 0;

  constructor(name: string, grants: DocumentGrants, listener: DocumentListener) {
    this.name = name;
    this.#grants = grants;
    this.lives = new LiveCopies(this, listener);
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

  /** True if nothing was ever received or edited here, and nobody has it open. */
  get isIdle(): boolean {
    const isUsed = ({ received, edits }: DocumentLog): boolean => received.length + edits.length > 0;
    return this.lives.size === 0 && !this.#logs.values().some(isUsed);
  }

  /** True if a log may not write here: it has lost its client id, or has updates of its own that wait. */
  isBlocked(identity: LogIdentity): boolean {
    return identity.isShadowed || this.#logFor(identity).waiting > 0;
  }

  /** Takes an edit of a log into the content, ahead of its batch; a reason where other nodes would leave it out. */
  takeEdit(identity: LogIdentity, update: Uint8Array): InadmissibleReason | undefined {
    if (this.isBlocked(identity)) return 'log-blocked';
    const log = this.#logFor(identity);
    const admission = this.#check(update, log);
    // Whatever an own transaction builds on is here; what is not was brought in from elsewhere.
    if (admission.type === 'waiting') return 'foreign-struct';
    if (admission.type === 'inadmissible') return admission.reason;
    this.#apply(log, update, admission);
    log.edits.push(update);
    this.lives.follow(identity, update);
    for (const waiter of this.#released(log)) this.#advance(waiter);
    return undefined;
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
    this.lives.leaveBehind(error);
    this.#admitted = 0;
    this.#revision++;
    for (const { identity, received } of logs) this.#open(new DocumentLog(identity, received));
    for (const log of this.#logs.values()) this.#advance(log);
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
      this.lives.follow(log.identity, update);
      this.lives.overtake(log.identity);
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
}
