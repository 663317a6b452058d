/** The node as applications hold it. Made by `createMeshNode`; ended by `close` or `await using`. */
import type { PeerId } from '@murmuration/protocol';
import type { SharedDoc } from '@murmuration/state';
import type { RequestHandler } from './direct-desk.ts';
import type { DirectOptions } from './direct.ts';
import type { NodeEvent, NodeEvents, TopicMessage } from './events.ts';
import type { MemberInfo, NodeStatus, RegisterEntry, WriteReceipt } from './views.ts';

/** Selects registers; every given field must match. */
export interface RegisterQuery {
  readonly author?: PeerId;
  readonly keyPrefix?: string;
}

/** The messages of one topic from now on. Ends with `return`, with `await using`, or with the node. */
export interface Subscription extends AsyncIterableIterator<TopicMessage>, AsyncDisposable {}

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
  /**
   * Says something to one member alone, who hears it as the event `direct-message`; a text travels as UTF-8, and at most 256 KiB. A member
   * that is no neighbor is dialed. Resolves when the link took it: nothing acknowledges that it was heard. To ourselves it goes without a
   * link. Rejects with `unknown-peer`, `unreachable`, `deadline-exceeded`, `aborted`, `busy`, `payload-too-large`, `link-full`, `closed`, or
   * `invalid-options` for a deadline that is none.
   */
  send(peer: PeerId, payload: Uint8Array | string, options?: DirectOptions): Promise<void>;
  /**
   * Asks one member, and resolves with what its `onRequest` handler gives. Rejects as `send` does, and with `no-handler` or
   * `handler-failed`. It is asked once: where the link ends or the time is over first, nobody knows whether it was handled.
   */
  request(peer: PeerId, payload: Uint8Array | string, options?: DirectOptions): Promise<Uint8Array>;
  /**
   * Answers requests from now on; returns the function that ends it. One handler at a time: a second throws `handler-exists`. What a
   * handler throws is told here, as the event `warning`; who asked hears `handler-failed` and no more. At most 64 requests of one
   * member and 1,024 in all are at work; who asks beyond that hears `busy`.
   */
  onRequest(handler: RequestHandler): () => void;
  /**
   * Says something to whoever follows a topic, now. Resolves when it is on its way, which is no word from anybody that it came: a
   * node that is cut off for half a minute misses it. Nothing of it is written to disk. Rejects with `invalid-write` (a topic has 1 to
   * 128 bytes, a payload at most 64 KiB), `busy` where more waits than can be sealed in half a second, `state-full`, `identity-cloned`
   * or `closed`.
   */
  broadcast(topic: string, payload: Uint8Array | string): Promise<void>;
  /**
   * What others say on a topic, what a bridge of ours brings in included: each message at most once in the life of this node, an author's
   * in order. A node that has just started may hear the half minute before it. What was lost on the way comes later from those who keep it, for half a minute; what nobody keeps is skipped (`messages-skipped` in `status().counters`). A reader that
   * falls behind loses the oldest (`messages-dropped`). Throws `invalid-write` where it can be no topic.
   */
  subscribe(topic: string): Subscription;
  /** Events from now on, messages on topics excepted. A reader that falls behind loses the oldest; the loss is counted in `status().counters`. */
  events(): AsyncIterableIterator<NodeEvent>;
  /** Calls the listener for each event of the type; returns the function that ends it. */
  on<Type extends keyof NodeEvents>(type: Type, listener: (event: NodeEvents[Type]) => void): () => void;
  /** Leaves the mesh in order: tells the members, flushes, closes links and files. Idempotent. */
  close(): Promise<void>;
}
