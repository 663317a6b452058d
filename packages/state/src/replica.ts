/**
 * The replicated state of one node: what all logs together say. Verified batches go in, in the order of each log;
 * registers and documents come out, and batches for others. Two replicas with the same logs hold the same state, in
 * whatever order the logs arrived (I1).
 *
 * Who owns bytes: the replica keeps views into the batches that it was given. The shell keeps the bytes of a batch
 * alive and unchanged for as long as the replica holds its handle; here that is for ever, until there is compaction.
 */
import {
  accept, assert, ignore, noHash, reject, decodeUpdates,
  type BatchHandle, type BatchMessage, type Epoch, type FrontierEntry, type NodeIndex, type PeerIndex, type Sequence,
  type SignedBatch, type StateSource, type Update, type Verdict,
} from '@murmuration/protocol';
import type { InadmissibleReason } from './admission.ts';
import type { AuthorLog } from './author-log.ts';
import { contentOf, type DocumentContent } from './canonical-content.ts';
import { authorsInOrder, StateDigest } from './digest.ts';
import { Documents } from './documents.ts';
import { HistoryAccount } from './history-account.ts';
import type { DocumentListener, LocalEdit } from './live-copies.ts';
import type { LogIdentity } from './log-identity.ts';
import { LogTable, type Authors } from './log-table.ts';
import { resolveStateOptions, type StateOptions, type StateOptionsInput } from './options.ts';
import { Registers, type Register } from './registers.ts';
import type { SharedDoc } from './shared-doc.ts';

/** What a replica is made of. */
export interface ReplicaInput extends Authors {
  readonly options?: StateOptionsInput;
  /** Hears of live documents. Calls come from within the change of the application, or at the end of `apply`. */
  readonly listener: DocumentListener;
}

/** What became visible. Values are copies. */
export type StateChange =
  | { readonly type: 'register-changed'; readonly author: PeerIndex; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'register-deleted'; readonly author: PeerIndex; readonly key: string }
  | { readonly type: 'document-changed'; readonly document: string };

/** Selects registers; every given field must match. */
export interface RegisterFilter {
  readonly author?: PeerIndex;
  readonly keyPrefix?: string;
}

/** Where the next batch of a log continues. */
export interface LogHead {
  readonly nextSequence: Sequence;
  readonly previousHash: Uint8Array;
}

/** How much a replica holds. */
export interface StateCounts {
  readonly registers: number;
  readonly documents: number;
  readonly batches: number;
}

/** Document updates that have not taken effect. */
export interface StateCounters {
  /** Waiting for what they build on. */
  readonly pendingUpdates: number;
  /** Left out for ever. */
  readonly inadmissibleUpdates: number;
  readonly inadmissibleByReason: Readonly<Partial<Record<InadmissibleReason, number>>>;
}

/** What `examine` found out about a batch, kept for the `apply` that follows. */
interface Examined {
  readonly batch: SignedBatch;
  readonly updates: readonly Update[];
}

/** The replica of one node. Answers as a `StateSource` whichever node is asked for: there is only one. */
export class Replica implements StateSource {
  readonly #authors: Authors;
  readonly #options: StateOptions;
  readonly #logs: LogTable;
  readonly #registers = new Registers();
  readonly #history: HistoryAccount;
  readonly #documents: Documents;
  readonly #digest: StateDigest;
  readonly #batches = new Map<BatchHandle, BatchMessage>();
  #examined: Examined | undefined;

  constructor({ hash, publicKeyOf, options, listener }: ReplicaInput) {
    this.#authors = { hash, publicKeyOf };
    this.#options = resolveStateOptions(options);
    this.#logs = new LogTable(this.#authors);
    this.#history = new HistoryAccount(this.#options);
    this.#documents = new Documents(this.#options.grants, {
      documentEdited: (edit) => this.#onEdited(edit, listener),
      documentRefused: (document, error) => listener.documentRefused(document, error),
      listenerFailed: (error) => listener.listenerFailed(error),
    });
    this.#digest = new StateDigest({
      authors: this.#authors, registers: this.#registers, documents: this.#documents, logs: this.#logs,
    });
  }

  /** Whether a batch with a valid signature can be applied. Changes nothing that anybody could see. */
  examine(author: PeerIndex, batch: SignedBatch): Verdict {
    const { envelope } = batch;
    const log = this.#logs.find(author, envelope.epoch);
    const place = continuationOf(log, batch, () => this.#authors.hash(batch.signed));
    if (place === 'duplicate') return ignore('duplicate');
    if (place === 'gap') return ignore('gap');
    if (place === 'fork') return ignore('forked-log');
    const updates = decodeUpdates(envelope.payload, envelope.count);
    if (updates === undefined) return reject('malformed-batch');
    const isNewLog = log === undefined || log.length === 0;
    const hasRoom = (!isNewLog || this.#logs.size < this.#options.logsMax)
      && this.#history.hasRoomFor(author, batch.signed.length, isNewLog) && this.#hasRoomFor(author, updates);
    if (!hasRoom) return ignore('frontier-full');
    this.#examined = { batch, updates };
    return accept;
  }

  /** Applies the next batch of a log and keeps it. The caller has verified it and `examine` accepts it. */
  apply(message: BatchMessage, batch: SignedBatch): readonly StateChange[] {
    const { header } = message;
    const updates = this.#updatesOf(header.author, batch);
    const { epoch, count } = batch.envelope;
    assert(header.epoch === epoch && header.count === count, 'a header is that of its batch');
    const log = this.#logs.open(header.author, header.epoch, (loser) => this.#documents.shadow(loser));
    this.#history.add({ author: header.author, bytes: batch.signed.length }, log.length === 0);
    log.append(message, this.#authors.hash(batch.signed));
    this.#batches.set(message.handle, message);
    const changes = this.#applyUpdates(log, header.firstSequence, updates);
    this.#digest.invalidate(changes.some(({ type }) => type !== 'document-changed'));
    this.#documents.settle();
    return changes;
  }

  /** Where the author's own next batch continues its log. */
  headOf(author: PeerIndex, epoch: Epoch): LogHead {
    const log = this.#logs.find(author, epoch);
    if (log === undefined) return { nextSequence: 1 as Sequence, previousHash: noHash };
    return { nextSequence: (log.lastSequence + 1) as Sequence, previousHash: log.headHash };
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.#logs.find(author, epoch)?.batchAfter(sequence);
  }

  batchOf(_node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.#batches.get(handle);
  }

  /** How far each log is known, in canonical order. */
  frontier(): FrontierEntry[] {
    return this.#logs.inOrder().map(({ identity: { author, epoch }, lastSequence }) =>
      ({ author, epoch, sequence: lastSequence }));
  }

  /** The value that an author gave to a key, copied; undefined where there is none. */
  register(author: PeerIndex, key: string): Uint8Array | undefined {
    return this.#registers.get(author, key)?.slice();
  }

  /** Registers in canonical order: by the author's public key, then by key. Values are copies. */
  registers({ author, keyPrefix = '' }: RegisterFilter = {}): Register[] {
    const authors = author === undefined ? authorsInOrder(this.#registers, this.#authors) : [author];
    return authors.flatMap((each) => [...this.#registers.of(each)])
      .filter(({ key }) => key.startsWith(keyPrefix))
      .map((register) => ({ ...register, value: register.value.slice() }));
  }

  /**
   * The live document of a log: the same `Y.Doc` for the same document and log until it ends. What the application
   * changes in it goes to the listener. Throws `inadmissible-edit` for a name that the log cannot write to.
   */
  openDocument(name: string, author: PeerIndex, epoch: Epoch): SharedDoc {
    return this.#documents.open(this.#identityOf(author, epoch), name);
  }

  /**
   * Changes a live document in one transaction. Returns the update to seal as the author's next `document-update`, or
   * undefined where nothing changed. The change is visible at once; the caller seals updates in the order of the edits.
   * Throws `inadmissible-edit`, with the document as before, where other nodes would leave the update out.
   */
  editDocument(
    name: string, author: PeerIndex, epoch: Epoch, change: (doc: SharedDoc) => void,
  ): Uint8Array | undefined {
    const update = this.#documents.edit(this.#identityOf(author, epoch), name, change);
    this.#digest.invalidate(false);
    return update;
  }

  /**
   * Takes back an edit that will not be sealed, and all edits of the document after it; its live documents end, and the
   * error says why. False if there is nothing to take back.
   */
  withdrawEdit({ author, epoch, document: name, update }: LocalEdit, error: Error): boolean {
    this.#digest.invalidate(false);
    return this.#documents.withdraw(this.#identityOf(author, epoch), { name, update }, error);
  }

  /** Ends every live document. Nothing is lost: what was changed in them has been handed out. */
  closeDocuments(): void {
    this.#documents.close();
  }

  /** The content by root (`list`, `map`, `text`), copied; undefined where nothing of the document is known. */
  readDocument(name: string): DocumentContent | undefined {
    const document = this.#documents.find(name);
    return document === undefined ? undefined : contentOf(document.doc);
  }

  /** Names of the documents that have content, in the order of code units. */
  documents(): string[] {
    return this.#documents.inOrder().map(({ name }) => name);
  }

  /** SHA-256 of the canonical state: equal on two replicas that know the same. */
  stateHash(): Uint8Array {
    return this.#digest.hash.slice();
  }

  counts(): StateCounts {
    return { registers: this.#registers.live, documents: this.documents().length, batches: this.#batches.size };
  }

  get counters(): StateCounters {
    const byReason = this.#documents.inadmissible();
    let inadmissibleUpdates = 0;
    for (const count of byReason.values()) inadmissibleUpdates += count;
    return {
      pendingUpdates: this.#documents.pending(),
      inadmissibleUpdates,
      inadmissibleByReason: Object.fromEntries(byReason),
    };
  }

  #identityOf(author: PeerIndex, epoch: Epoch): LogIdentity {
    return this.#logs.open(author, epoch, (loser) => this.#documents.shadow(loser)).identity;
  }

  #onEdited(edit: LocalEdit, listener: DocumentListener): void {
    this.#documents.noteEdit(this.#identityOf(edit.author, edit.epoch), edit.document);
    this.#digest.invalidate(false);
    listener.documentEdited(edit);
  }

  #applyUpdates(log: AuthorLog, firstSequence: Sequence, updates: readonly Update[]): StateChange[] {
    const { identity: { author, epoch } } = log;
    const changes: StateChange[] = [];
    const changedDocuments = new Set<string>();
    updates.forEach((update, index) => {
      if (update.type === 'document-update') {
        const { document } = update;
        if (this.#documents.receive(log.identity, document, update.update)) changedDocuments.add(document);
        return;
      }
      const { key } = update;
      const value = update.type === 'register-set' ? update.value : undefined;
      const sequence = (firstSequence + index) as Sequence;
      if (!this.#registers.merge({ author, epoch, sequence, key, value })) return;
      changes.push(value === undefined
        ? { type: 'register-deleted', author, key }
        : { type: 'register-changed', author, key, value: value.slice() });
    });
    for (const document of changedDocuments) changes.push({ type: 'document-changed', document });
    return changes;
  }

  /** The updates of a batch that `examine` accepts, from its last answer where that was about this batch. */
  #updatesOf(author: PeerIndex, batch: SignedBatch): readonly Update[] {
    if (this.#examined?.batch !== batch) {
      assert(this.examine(author, batch).type === 'accept', 'only the next batch of a log is applied');
    }
    const examined = this.#examined;
    assert(examined?.batch === batch, 'an accepted batch has been taken apart');
    this.#examined = undefined;
    return examined.updates;
  }

  /** Counts keys one by one only where counting updates would not do. */
  #hasRoomFor(author: PeerIndex, updates: readonly Update[]): boolean {
    const { registersMax, registersPerAuthorMax } = this.#options;
    const room = Math.min(registersMax - this.#registers.rows, registersPerAuthorMax - this.#registers.rowsOf(author));
    if (updates.length <= room) return true;
    const keys = new Set<string>();
    for (const update of updates) {
      if (update.type !== 'document-update' && !this.#registers.has(author, update.key)) keys.add(update.key);
    }
    return keys.size <= room;
  }
}

/** What a batch is to its log; to a log that does not exist yet, only its first batch is the next one. */
function continuationOf(
  log: AuthorLog | undefined, { envelope }: SignedBatch, hash: () => Uint8Array,
): ReturnType<AuthorLog['continuation']> {
  if (log !== undefined) return log.continuation(envelope, hash);
  if (envelope.firstSequence > 1) return 'gap';
  return envelope.previousHash.every((byte) => byte === 0) ? 'next' : 'fork';
}
