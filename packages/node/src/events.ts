/** What a node tells its application, as an async iterable or to typed listeners. Past tense. */
import type { PeerId } from '@murmuration/protocol';
import type { RefusalReason } from '@murmuration/state';
import type { NodeErrorCode } from './errors.ts';

/** Why a live document has ended: a rule of documents, or the node that cannot write. */
export type DocumentRefusedCode = RefusalReason | NodeErrorCode;

/** A message on a topic, as somebody said it. */
export interface TopicMessage {
  readonly topic: string;
  readonly author: PeerId;
  /** A copy. */
  readonly payload: Uint8Array;
  /** Where a bridge brought it in: its id there, 1 to 64 bytes. Empty where its author wrote it. */
  readonly origin: Uint8Array;
  /** Its number among all that the author said in this start, of whatever topic. */
  readonly sequence: number;
  readonly epoch: number;
}

/** The events by type. */
export interface NodeEvents {
  'member-joined': { readonly member: PeerId };
  'member-suspected': { readonly member: PeerId };
  'member-recovered': { readonly member: PeerId };
  'member-died': { readonly member: PeerId };
  'member-left': { readonly member: PeerId };
  'register-changed': { readonly author: PeerId; readonly key: string; readonly value: Uint8Array };
  'register-deleted': { readonly author: PeerId; readonly key: string };
  'document-changed': { readonly document: string };
  /** A live document was destroyed: a change of it is not shared. `document(name)` opens it again as it is for all; `reason` is one sentence. */
  'document-refused': { readonly document: string; readonly code: DocumentRefusedCode; readonly reason: string };
  /** A note that another member, or we, sent to us alone (`send`). */
  'direct-message': { readonly from: PeerId; readonly payload: Uint8Array };
  /** Somebody said something on whatever topic. For listeners alone; `subscribe` reads one topic. */
  message: TopicMessage;
  converged: { readonly afterMs: number };
  /** A connection or a peer was turned away; `reason` is one sentence. */
  refused: { readonly reason: string; readonly peer?: PeerId };
  /** This identity is used by another process as well: its log went on without us. Writes are refused from here on. */
  'identity-cloned': { readonly epoch: number };
  /** The disk failed: nothing more is acknowledged or kept. End the node and look at the disk. */
  'storage-failed': { readonly reason: string };
  /** A listener or a dial failed; the node carries on and retries. `reason` is one sentence. */
  warning: { readonly reason: string };
}

/** What `events` tells. Messages are not among it: a lively topic would push everything else out of the queue. */
type ToldType = Exclude<keyof NodeEvents, 'message'>;

/** One event with its type. */
export type NodeEvent = { [Type in ToldType]: { readonly type: Type } & NodeEvents[Type] }[ToldType];
