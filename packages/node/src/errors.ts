/** Errors that users of a node see. Peers' faults are verdicts and never reach them. */
import { MeshError, type PeerId } from '@murmuration/protocol';

/** The codes, each with what it tells beside the message. */
export interface NodeErrorDetails {
  /** The caller's: an option breaks its rule. Nothing was started. */
  'invalid-options': { readonly violations: readonly string[] };
  /** The world's: the disk failed or refused. After a failed sync nothing more is acknowledged. */
  'storage-failed': { readonly path: string };
  /** The operator's: another process holds the data directory. */
  'directory-in-use': { readonly path: string };
  /** The operator's: a secret file can be read by others, or is not what it should be. */
  'unsafe-file': { readonly path: string };
  /** The caller's: one write is larger than a batch may be. Nothing was written. */
  'write-too-large': { readonly bytes: number; readonly bytesMax: number };
  /** The caller's: a key or a value breaks its limit. Nothing was written. */
  'invalid-write': { readonly limit: string };
  /** The operator's: the replicated state is at its limits. Nothing was written. */
  'state-full': Record<string, never>;
  /** The caller's: the node is closed. */
  closed: Record<string, never>;
  /** The operator's: another process uses this identity. Writes are refused. */
  'identity-cloned': { readonly epoch: number };
  /** The caller's: nobody of this id is in the table of members. Nothing was sent. */
  'unknown-peer': { readonly peer: PeerId };
  /** The world's: no link could be made, or it ended before the answer came; then the request may have been handled. */
  unreachable: { readonly peer: PeerId };
  /** The peer's or the world's: the time is over. A request may have been handled. */
  'deadline-exceeded': { readonly peer: PeerId; readonly deadlineMs: number };
  /** The caller's: the signal ended it; its reason is the cause. A request may have been handled. */
  aborted: Record<string, never>;
  /** The peer's: its application takes no requests. */
  'no-handler': { readonly peer: PeerId };
  /** The peer's: its handler threw, or gave more than fits an answer. */
  'handler-failed': { readonly peer: PeerId };
  /**
   * The peer's: it has too many requests at work; or the caller's, who has too many direct messages unsettled, or has more writes waiting
   * than can be sealed in half a second. Nothing was handled.
   */
  busy: { readonly peer: PeerId } | { readonly bytesMax: number };
  /** The caller's: a direct message is larger than it may be. Nothing was sent. */
  'payload-too-large': { readonly bytes: number; readonly bytesMax: number };
  /** The world's: the link has more waiting than it carries. Nothing was sent. */
  'link-full': { readonly peer: PeerId };
  /** The caller's: requests have a handler already. Nothing has changed. */
  'handler-exists': Record<string, never>;
  /** The caller's: the node has a bridge to gossipsub already. Nothing has changed. */
  'bridge-exists': Record<string, never>;
}

/** A code of `NodeError`. */
export type NodeErrorCode = keyof NodeErrorDetails;

/** An operation of a node failed. */
export class NodeError<Code extends NodeErrorCode = NodeErrorCode> extends MeshError<NodeErrorDetails, Code> {
  override readonly name = 'NodeError';
}
