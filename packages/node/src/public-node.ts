/** The node as applications hold it. Made by `createMeshNode`; ended by `close` or `await using`. */
import type { PeerId } from '@murmuration/protocol';
import type { SharedDoc } from '@murmuration/state';
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
  /** Changes a shared document in one transaction. Throws `inadmissible-edit`, and undoes the change, where others would refuse it. */
  editDocument(name: string, change: (document: SharedDoc) => void): Promise<WriteReceipt>;
  /** The content of a document as JSON: root name to value; undefined where nobody has written it. */
  readDocument(name: string): Readonly<Record<string, unknown>> | undefined;
  documents(): string[];
  /** SHA-256 of the canonical state, hex. */
  stateHash(): string;
  /**
   * Says something to whoever follows a topic, now. Resolves when it is on its way, which is no word from anybody that it came: a
   * node that is cut off for half a minute misses it. Nothing of it is written to disk. Rejects with `invalid-write` (a topic has 1 to
   * 128 bytes, a payload at most 64 KiB), `state-full`, `identity-cloned` or `closed`.
   */
  broadcast(topic: string, payload: Uint8Array | string): Promise<void>;
  /**
   * What others say on a topic from now on: each message at most once, an author's in order. What was lost on the way comes later
   * from those who keep it, for half a minute; what nobody keeps is skipped (`messages-skipped` in `status().counters`). A reader that
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
