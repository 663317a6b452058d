/**
 * Who is really there, and at what pace they are read. A gossipsub peer has a stream in each direction; libp2p loses
 * one of them alone when a peer reads too slowly or says too much, and never opens it again. A connection without both
 * for `graceMs` is closed, so that it can be renewed and strangers hold no place.
 *
 * Gossipsub reads a stream into memory without end while it verifies. Here a stream pauses while an RPC of it is
 * handled: over TCP the sender then waits; over QUIC, which cannot be paused, what waits is bounded and cut.
 */
import type { PeerId as Libp2pPeerId, Stream } from '@libp2p/interface';
import type { PeerId } from '@murmuration/protocol';
import { inboundBufferBytesMax } from './limits.ts';
import type { Refusals } from './refusals.ts';
import type { Router } from './router.ts';

const lost = 'no gossipsub in both directions';

/** Watches the gossipsub streams of one router. */
export class Presence {
  readonly #router: Router;
  readonly #refusals: Refusals;
  readonly #graceMs: number;
  /** Since when a connected peer is not whole. */
  readonly #partialSinceMs = new Map<string, number>();
  /** RPCs that are being handled, by peer. */
  readonly #handling = new Map<string, number>();

  constructor(router: Router, refusals: Refusals, graceMs: number) {
    this.#router = router;
    this.#refusals = refusals;
    this.#graceMs = graceMs;
    router.aroundRpc((peer, handle) => this.#atPace(peer, handle));
  }

  /** Peers that can be heard and spoken to. */
  get whole(): readonly PeerId[] {
    return this.#router.connected.filter((peer) => this.#isWhole(peer)).map((peer) => peer.toString() as PeerId);
  }

  /** Closes what stayed partial too long. */
  sweep(nowMs: number): void {
    const partial = this.#router.connected.filter((peer) => !this.#isWhole(peer));
    const names = new Set(partial.map(String));
    for (const name of this.#partialSinceMs.keys()) if (!names.has(name)) this.#partialSinceMs.delete(name);
    for (const peer of partial) {
      const sinceMs = this.#partialSinceMs.get(peer.toString()) ?? nowMs;
      this.#partialSinceMs.set(peer.toString(), sinceMs);
      if (nowMs - sinceMs < this.#graceMs) continue;
      this.#partialSinceMs.delete(peer.toString());
      this.#refusals.add({ reason: 'stream-lost', detail: lost, sender: peer.toString() as PeerId });
      this.#router.cut(peer, lost);
    }
  }

  #isWhole(peer: Libp2pPeerId): boolean {
    const streams = this.#router.streams(peer);
    const isHeard = streams.some(({ direction, readStatus }) => direction === 'inbound' && readStatus !== 'closed');
    const isSpokenTo = streams.some((stream) => stream.direction === 'outbound' && stream.writeStatus === 'writable');
    return isHeard && isSpokenTo && this.#router.hasPeer(peer);
  }

  async #atPace(peer: Libp2pPeerId, handle: () => Promise<void>): Promise<void> {
    const name = peer.toString();
    this.#handling.set(name, (this.#handling.get(name) ?? 0) + 1);
    for (const stream of this.#inbound(peer)) {
      stream.maxReadBufferLength = inboundBufferBytesMax;
      if (stream.readStatus === 'readable') stream.pause();
    }
    try {
      await handle();
    } finally {
      this.#settle(name);
      // The next RPC of what was read together begins before this, and keeps the stream paused.
      setImmediate(() => this.#resume(peer));
    }
  }

  #settle(name: string): void {
    const left = (this.#handling.get(name) ?? 1) - 1;
    if (left === 0) this.#handling.delete(name);
    else this.#handling.set(name, left);
  }

  #resume(peer: Libp2pPeerId): void {
    if (this.#handling.has(peer.toString())) return;
    for (const stream of this.#inbound(peer)) if (stream.readStatus === 'paused') stream.resume();
  }

  #inbound(peer: Libp2pPeerId): Stream[] {
    return this.#router.streams(peer).filter(({ direction }) => direction === 'inbound');
  }
}
