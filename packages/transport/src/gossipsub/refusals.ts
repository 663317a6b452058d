/** What the bridge turned away, and how often. */
import type { Offence, PeerId } from '@murmuration/protocol';
import type { RefusalReason } from '../transport.ts';

/**
 * Why. `oversized`, `over-budget`, `low-reputation`, `ignored` and `rejected` are about one foreign message, as are
 * `malformed` (no valid signature or sequence number), `unknown-author` (its key is not ed25519) and `own-message` (ours, replayed by another);
 * `already-in-mesh` was forwarded to gossipsub peers and only not delivered. `stream-lost` is a connection without
 * gossipsub in both directions: the peer does not speak it, read too slowly, or sent more than the limits allow.
 */
export type BridgeRefusalReason =
  | RefusalReason
  | 'oversized'
  | 'malformed'
  | 'unknown-author'
  | 'own-message'
  | 'low-reputation'
  | 'over-budget'
  | 'ignored'
  | 'rejected'
  | 'already-in-mesh'
  | 'stream-lost';

/** One refusal. */
export interface BridgeRefusal {
  readonly reason: BridgeRefusalReason;
  readonly detail: string;
  /** Who handed it to us, if known. */
  readonly sender?: PeerId;
  /** Who signed it, if known. */
  readonly author?: PeerId;
  /** With `rejected`: what the validator blames the author for. */
  readonly offence?: Offence;
}

/** Counts refusals by reason, and tells each. */
export class Refusals {
  readonly #tell: (refusal: BridgeRefusal) => void;
  readonly #counts = new Map<BridgeRefusalReason, number>();

  constructor(tell: (refusal: BridgeRefusal) => void) {
    this.#tell = tell;
  }

  /** How often each happened, those that never did left out. */
  get counts(): Readonly<Partial<Record<BridgeRefusalReason, number>>> {
    return Object.fromEntries(this.#counts);
  }

  add(refusal: BridgeRefusal): void {
    this.#counts.set(refusal.reason, (this.#counts.get(refusal.reason) ?? 0) + 1);
    this.#tell(refusal);
  }
}
