/**
 * Port: moving frames between neighbors. What the mesh may assume of every transport, and the conformance suite checks:
 *
 * 1. Identity: `link.peer` was proven by the handshake below us. A dial that reaches another identity fails.
 * 2. Order: frames of one link arrive in the order they were sent, each at most once, whole, never altered.
 * 3. Loss: a frame that `send` accepted is lost only if the link goes down (the memory transport may also drop by
 *    request of a test). Nothing is retransmitted on the next link.
 * 4. No waiting: `send` never blocks. Over the link's byte budget it answers false and the frame was not taken; a link
 *    of which less than half a budget leaves within `stalledWriteMs` after that is closed with `slow-reader`.
 * 5. Bound: a frame is 1 to `frameBytesMax` bytes. A longer announced length closes the link before any of it is
 *    buffered.
 * 6. One link per pair of peers: of two dialed at once both ends keep the same one (that of the smaller dialer id); a
 *    link established later replaces an older one that is dead at the other end, whose `onLinkDown` with `replaced`
 *    comes first.
 * 7. Silence: a link on which nothing arrives for `idleTimeoutMs` is closed with `timeout`. Transports send their own
 *    keep-alives, which are no frames.
 * 8. Every `onLinkUp` is followed by exactly one `onLinkDown`; no frame is delivered before or after them.
 * 9. Strangers: what fails before a link exists (garbage, a refused handshake) is counted through `onRefused`, and
 *    disturbs no link.
 */
import type { PeerId } from '@murmuration/protocol';

/** Which wire a link runs on. */
export type LinkTransport = 'quic' | 'tcp' | 'memory';

/** Why a link ended. The first three are ours or orderly, the others are faults of the peer or the path. */
export type LinkCloseCause =
  | 'closed-locally'
  | 'closed-by-peer'
  | 'replaced'
  | 'timeout'
  | 'slow-reader'
  | 'oversized-frame'
  | 'malformed-frame'
  | 'transport-failed';

/** Why something that is not a link yet was turned away. */
export type RefusalReason = 'handshake-failed' | 'negotiation-failed' | 'too-many-connections' | 'listener-failed';

/** A live connection to one proven identity. */
export interface Link {
  readonly peer: PeerId;
  /** ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly transport: LinkTransport;
  readonly direction: 'inbound' | 'outbound';
  /** Where the other end is: for logs and status, and evidence of where a peer comes from. */
  readonly remoteAddress: string;
  /** Bytes accepted by `send` and not yet handed to the kernel. */
  readonly bufferedBytes: number;
  /**
   * Takes a frame, or answers false when the budget is full or the link is down. The bytes are not copied: do not
   * change them. Throws a `RangeError` if the frame is empty or longer than `frameBytesMax`.
   */
  send(frame: Uint8Array): boolean;
  /**
   * Closes the link; `onLinkDown` follows with `closed-locally`. Frames already accepted are flushed, for at most a
   * second. Idempotent.
   */
  close(): void;
}

/** Called by the transport, never inside a call into it. A handler may call `send`, `close` and `dial`. */
export interface TransportHandler {
  onLinkUp(link: Link): void;
  /** The frame is the handler's, and may be a view into a larger buffer: copy what is kept for long. */
  onFrame(link: Link, frame: Uint8Array): void;
  onLinkDown(link: Link, cause: LinkCloseCause): void;
  onRefused(reason: RefusalReason, detail: string): void;
}

/** Where to dial. Without `peer` whoever answers is accepted: bootstrap by address alone. */
export interface DialTarget {
  readonly peer?: PeerId;
  /** Multiaddrs; tried QUIC first, then TCP, at most 8. */
  readonly addresses: readonly string[];
}

/** A transport of one identity. */
export interface Transport {
  /** Starts listening. Rejects with a `TransportError` of code `address-in-use` or `listen-failed`. */
  start(handler: TransportHandler): Promise<void>;
  /**
   * Opens a link; resolves once it is up (the existing one if there is one). Rejects with a `TransportError` of code
   * `dial-failed` (retryable; every attempt in `details.attempts`), `wrong-peer`, `dialed-self` or `not-started`.
   */
  dial(target: DialTarget): Promise<Link>;
  /** What others can dial, with the real ports and `/p2p/<id>`. Empty before `start`. */
  readonly localAddresses: readonly string[];
  /** One row per wire for status and metrics. */
  health(): readonly ListenerHealth[];
  /** Closes every link and listener. Idempotent; resolves when the sockets are gone. */
  stop(): Promise<void>;
}

/** State of one listener. */
export interface ListenerHealth {
  readonly transport: LinkTransport;
  readonly state: 'listening' | 'restarting' | 'off';
  /** Times that the supervisor restarted it. */
  readonly restarts: number;
}
