/** What the conformance suite needs of an implementation: transports, and ways to do harm to their peers. */
import type { PeerId } from '@murmuration/protocol';
import type { Transport } from '../transport.ts';

/** Who a transport is. What stands for the secret is the implementation's own affair. */
export interface Identity {
  readonly peer: PeerId;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** Limits that cases set; the others keep their defaults. */
export interface Limits {
  readonly frameBytesMax?: number;
  readonly linkBufferBytesMax?: number;
  readonly idleTimeoutMs?: number;
  readonly stalledWriteMs?: number;
  readonly negotiationTimeoutMs?: number;
}

/** A peer whose process can be mistreated. */
export interface DistantPeer {
  readonly peer: PeerId;
  readonly addresses: readonly string[];
  /** Dials; resolves when its end of the link is up. */
  dial(addresses: readonly string[]): Promise<void>;
  /** The process stands still, as after SIGSTOP. */
  freeze(): Promise<void>;
  /** The process is gone without a word, as after SIGKILL. */
  kill(): Promise<void>;
}

/** A peer with a proven identity that speaks the link's framing by hand and has a link to the target. */
export interface RawPeer {
  readonly peer: PeerId;
  /** Writes bytes as they are. */
  write(bytes: Uint8Array): void;
  /** Ends its direction of the stream in order. */
  end(): Promise<void>;
  /** Stops reading for ever, and stays connected. */
  stopReading(): void;
}

/** Harm. What an implementation cannot express is absent, with the reason in `ConformanceWorld.absent`. */
export interface Faults {
  readonly distantPeer: (identity: Identity, limits: Limits) => Promise<DistantPeer>;
  readonly rawPeer: (target: Transport) => Promise<RawPeer>;
  /** A peer that is linked to the target, takes part in the wire, and never reads. */
  readonly deafPeer: (target: Transport) => Promise<PeerId>;
  /** Speaks nonsense to every listening socket; resolves with how many refusals must be counted. */
  readonly garbage: (target: Transport) => Promise<number>;
  /** Connects with a proven identity and never asks for a link. */
  readonly idleStranger: (target: Transport) => Promise<void>;
}

/** One implementation, for one case. */
export interface ConformanceWorld {
  /** Longest that anything in this world takes to become visible. */
  readonly patienceMs: number;
  identity(): Identity;
  /** A transport that is not started yet; the world stops it in the end. `listen` are addresses of an earlier one. */
  transport(identity: Identity, limits?: Limits, listen?: readonly string[]): Transport;
  /** Addresses that nobody listens at. */
  deadAddresses(): readonly string[];
  readonly faults: Partial<Faults>;
  readonly absent: Partial<Record<keyof Faults, string>>;
}
