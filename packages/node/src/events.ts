/** What a node tells its application, as an async iterable or to typed listeners. Past tense. */
import type { PeerId } from '@murmuration/protocol';
import type { RefusalReason } from '@murmuration/state';
import type { NodeErrorCode } from './errors.ts';

/** Why a live document has ended: a rule of documents, or the node that cannot write. */
export type DocumentRefusedCode = RefusalReason | NodeErrorCode;

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

/** One event with its type. */
export type NodeEvent = { [Type in keyof NodeEvents]: { readonly type: Type } & NodeEvents[Type] }[keyof NodeEvents];
