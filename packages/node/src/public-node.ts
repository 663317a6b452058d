/** The node as applications hold it. Made by `createMeshNode`; ended by `close` or `await using`. */
import type { PeerId } from '@murmuration/protocol';
import type { SharedDoc } from '@murmuration/state';
import type { NodeEvent, NodeEvents } from './events.ts';
import type { MemberInfo, NodeStatus, RegisterEntry, WriteReceipt } from './views.ts';

/** Selects registers; every given field must match. */
export interface RegisterQuery {
  readonly author?: PeerId;
  readonly keyPrefix?: string;
}

/** A running member of the mesh. */
export interface MeshNode extends AsyncDisposable {
  readonly id: PeerId;
  /** What other nodes can use as `bootstrap`. */
  readonly addresses: readonly string[];
  status(): NodeStatus;
  /** Every member known, ourselves included, dead and left ones too: nobody is forgotten. */
  members(): MemberInfo[];
  /** Writes one of our own registers; a text is stored as UTF-8. Resolves once it is on disk. */
  set(key: string, value: Uint8Array | string): Promise<WriteReceipt>;
  /** Writes several in one batch: all of them or none. */
  setAll(entries: Iterable<readonly [key: string, value: Uint8Array | string]>): Promise<WriteReceipt>;
  delete(key: string): Promise<WriteReceipt>;
  /** The value that an author gave to a key, or undefined. */
  get(author: PeerId, key: string): Uint8Array | undefined;
  /** Registers in canonical order: by author, then by key. */
  registers(query?: RegisterQuery): RegisterEntry[];
  /**
   * A shared document, live: a `Y.Doc` to change at any time, in which the changes of others appear with their events
   * (`transaction.origin` is 'murmuration'). Its roots `map`, `list` and `text` are shared, with plain values, bytes and nested
   * `Y.Map`, `Y.Array`, `Y.Text` (of the one `yjs` in the process).
   *
   * The same object for the same name until it is destroyed: by you, by `close()`, or because of a change that cannot be shared
   * (larger than 64 KiB, in another root, subdocuments, formats, updates of other Yjs documents, or the node writes no more).
   * Such a change is not part of the document; the event `document-refused` says why, and the next call opens the document as it
   * is for all.
   *
   * Changes of one turn of the event loop travel together and reach the disk soon after; `editDocument` says when. Throws
   * `inadmissible-edit` for a name that cannot be written, and what any write would be refused with.
   */
  document(name: string): SharedDoc;
  /**
   * Changes a shared document, the live one, in one transaction; resolves when that is on disk. Rejects with
   * `inadmissible-edit`, and undoes the change, where others would refuse it or a transaction is open already. A function that
   * throws is undone, too.
   */
  editDocument(name: string, change: (document: SharedDoc) => void): Promise<WriteReceipt>;
  /** The content of a document as JSON: root name to value; undefined where nobody has written it. */
  readDocument(name: string): Readonly<Record<string, unknown>> | undefined;
  documents(): string[];
  /** SHA-256 of the canonical state, hex. */
  stateHash(): string;
  /** Events from now on. A reader that falls behind loses the oldest; the loss is counted in `status().counters`. */
  events(): AsyncIterableIterator<NodeEvent>;
  /** Calls the listener for each event of the type; returns the function that ends it. */
  on<Type extends keyof NodeEvents>(type: Type, listener: (event: NodeEvents[Type]) => void): () => void;
  /** Leaves the mesh in order: tells the members, flushes, closes links and files. Idempotent. */
  close(): Promise<void>;
}
