/**
 * Ports: what a node keeps across restarts. Implemented in memory and in files; `conformance.ts` says what both must
 * do. The world's failures reject with a `NodeError` of code `storage-failed`; after one the log goes no further.
 */
import type { PeerIntroduction } from '@murmuration/protocol';

/** One fact in the log. */
export type LogRecord =
  /** A peer that we accept batches of: its key, certificate, last addresses. The latest record of a key holds. */
  | { readonly type: 'peer'; readonly introduction: PeerIntroduction }
  /** An accepted batch, signature included. */
  | { readonly type: 'batch'; readonly bytes: Uint8Array };

/** What reading the log found. */
export interface LogContents {
  readonly records: readonly LogRecord[];
  /** Bytes at the end that did not read back (a torn write, a flipped bit); kept aside, and not in `records`. */
  readonly damagedBytes: number;
}

/** Append-only log of what the node accepted. Every record is checked when it is read. */
export interface UpdateLog {
  /** Everything on disk, in the order it was appended. Called once, before the first append. */
  load(): Promise<LogContents>;
  /**
   * Takes a copy of a record, between `load` and `close`; it is written soon, in order. Never blocks, so the caller
   * bounds what waits: it awaits `sync` before it appends more than it wants to hold. Where more than 256 MiB wait, the
   * store gives up (`storage-failed`).
   */
  append(record: LogRecord): void;
  /**
   * Resolves when all that was appended before the call is safe from a loss of power. Concurrent calls share one sync.
   * Rejects with the first failure of the disk, and with the same one ever after: nothing is tried again.
   */
  sync(): Promise<void>;
  /** Syncs and closes; rejects where the sync does, closed all the same. Idempotent. */
  close(): Promise<void>;
}

/** The identity and the epoch. */
export interface IdentityStore {
  /**
   * The 32-byte secret; made by `create` and stored before this resolves where there is none. Whoever asks, in whatever
   * process, gets the same one. Rejects with `unsafe-file` where others can read it or it is none.
   */
  secretKey(create: () => Uint8Array): Promise<Uint8Array>;
  /**
   * Raises the epoch for this start and stores it before it resolves: at least `floor`, and above every epoch used
   * before. Concurrent calls of one process get different ones; two processes must not share a place.
   */
  nextEpoch(floor: number): Promise<number>;
}

/** What a node stores in one place. */
export interface Storage {
  readonly identity: IdentityStore;
  readonly log: UpdateLog;
  /** Closes the log and leaves the place to others. Idempotent; rejects where the last sync fails. */
  close(): Promise<void>;
}
