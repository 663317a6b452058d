/** Whose log, which epoch, and under which client id it writes to documents. */
import type { Epoch, PeerIndex } from '@murmuration/protocol';
import { compareBytes } from './byte-order.ts';

/** One log as the replica knows it. */
export interface LogIdentity {
  readonly author: PeerIndex;
  /** The author's public key: orders logs the same way on every node, which a `PeerIndex` does not. */
  readonly publicKey: Uint8Array;
  readonly epoch: Epoch;
  /** Its Yjs client id. */
  readonly client: number;
  /**
   * True if a log that comes before this one has the same client id. 53 bits are within reach of someone who tries
   * epochs by the million, so the rule must not be "first come": the earlier log in canonical order writes, the other
   * one does not.
   */
  isShadowed: boolean;
}

/** Canonical order of logs: by public key, then by epoch. */
export function compareLogs(a: LogIdentity, b: LogIdentity): number {
  const byKey = compareBytes(a.publicKey, b.publicKey);
  return byKey === 0 ? a.epoch - b.epoch : byKey;
}
