/** Errors that users of a node see. Peers' faults are verdicts and never reach them. */
import { MeshError } from '@murmuration/protocol';

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
}

/** A code of `NodeError`. */
export type NodeErrorCode = keyof NodeErrorDetails;

/** An operation of a node failed. */
export class NodeError<Code extends NodeErrorCode = NodeErrorCode> extends MeshError<NodeErrorDetails, Code> {
  override readonly name = 'NodeError';
}
