/** One end of a link in a memory network. The same life and the same rules as a link over libp2p, without its wire. */
import type { PeerId } from '@murmuration/protocol';
import type { CandidateLink, LinkOwner } from '../links/link-table.ts';
import type { Opening } from '../links/opening.ts';
import type { LinkCloseCause } from '../transport.ts';
import type { MemoryNetwork } from './network.ts';
import type { ResolvedTransportOptions } from './options.ts';
import { Pipe, type Gate } from './pipe.ts';

/** What one end knows of its process. */
export interface LinkPlace {
  readonly network: MemoryNetwork;
  readonly options: ResolvedTransportOptions;
  readonly owner: LinkOwner<MemoryLink>;
  readonly address: string;
  /** Closed while the process is frozen or deaf. */
  readonly gate: Gate;
  /** False once the process is dead. */
  isAlive(): boolean;
}

/** Accepted frames have this long to leave when a link closes. Contract of the port. */
const flushTimeoutMs = 1_000;

/** A link in memory. */
export class MemoryLink implements CandidateLink {
  readonly peer: PeerId;
  readonly publicKey: Uint8Array;
  readonly transport = 'memory' as const;
  readonly direction: 'inbound' | 'outbound';
  readonly remoteAddress: string;
  opening: Opening | undefined;
  readonly #place: LinkPlace;
  readonly #remotePlace: LinkPlace;
  /** From us to the other end. */
  readonly #pipe: Pipe;
  #other: MemoryLink | undefined;
  #state: 'negotiating' | 'up' | 'flushing' | 'down' = 'negotiating';
  #settled: Promise<void> = Promise.resolve();
  #settle: () => void = () => undefined;
  #sweepsOfSilence = 0;
  #sweepsUnsent = 0;
  #sweepsOverBudget = 0;
  #isOverBudget = false;
  #deliveredBytes = 0;

  constructor(place: LinkPlace, remotePlace: LinkPlace, direction: 'inbound' | 'outbound', other?: MemoryLink) {
    this.#place = place;
    this.#remotePlace = remotePlace;
    this.peer = remotePlace.options.peer;
    this.publicKey = remotePlace.options.publicKey;
    this.remoteAddress = remotePlace.address;
    this.direction = direction;
    this.#other = other;
    this.#pipe = new Pipe(place.network.schedule, remotePlace.gate);
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  get settled(): Promise<void> {
    return this.#settled;
  }

  get bufferedBytes(): number {
    return this.#pipe.bytes;
  }

  send(frame: Uint8Array): boolean {
    const { frameBytesMax, linkBufferBytesMax } = this.#place.options;
    if (frame.length === 0 || frame.length > frameBytesMax) {
      throw new RangeError(`a frame has 1 to ${frameBytesMax} bytes, not ${frame.length}`);
    }
    if (this.#state !== 'up') return false;
    if (!this.#pipe.isEmpty && this.#pipe.bytes + frame.length > linkBufferBytesMax) {
      this.#isOverBudget = true;
      return false;
    }
    this.#sendFrame(frame);
    return true;
  }

  close(): void {
    if (this.#state !== 'up') return this.end('closed-locally');
    this.#state = 'flushing';
    this.#settled = new Promise((resolve) => (this.#settle = resolve));
    this.#place.network.schedule(flushTimeoutMs, () => this.#finishFlush());
    this.#put(0, (other) => {
      other.#onGoodbye();
      this.#finishFlush();
    });
    this.#place.owner.onEnd(this, 'closed-locally');
  }

  sendOpening(opening: Opening): void {
    this.#put(0, (other) => other.#onOpening(opening));
  }

  rise(): void {
    this.#state = 'up';
  }

  end(cause: LinkCloseCause): void {
    if (this.#state === 'down' || this.#state === 'flushing') return;
    this.#state = 'down';
    this.#put(0, (other) => other.end('transport-failed'));
    this.#place.owner.onEnd(this, cause);
  }

  sweep(): void {
    if (this.#state !== 'up') return;
    const { sweepMs, idleTimeoutMs, stalledWriteMs } = this.#place.options;
    if (this.#isOverBudget) this.#sweepsOverBudget += 1;
    if (this.#sweepsOverBudget * sweepMs > stalledWriteMs) return this.end('slow-reader');
    this.#sweepsOfSilence += 1;
    if (this.#sweepsOfSilence * sweepMs > idleTimeoutMs) return this.end('timeout');
    this.#sweepsUnsent += 1;
    if (this.#sweepsUnsent * sweepMs >= idleTimeoutMs / 3 && this.#pipe.isEmpty) this.#put(0, () => undefined);
  }

  #sendFrame(frame: Uint8Array): void {
    const isLost = this.#place.network.loses();
    this.#put(frame.length, (other) => {
      this.#noteProgress(frame.length);
      if (!isLost) other.#onFrame(frame);
    });
  }

  /** A link that is always full because its sender is busy is no stalled link: see `OutboundQueue`. */
  #noteProgress(bytes: number): void {
    if (!this.#isOverBudget) return;
    this.#deliveredBytes += bytes;
    if (this.#deliveredBytes < this.#place.options.linkBufferBytesMax / 2) return;
    this.#isOverBudget = false;
    this.#sweepsOverBudget = 0;
    this.#deliveredBytes = 0;
  }

  /** Sends a parcel to the other end, which comes into being when the first one reaches it. */
  #put(bytes: number, deliver: (other: MemoryLink) => void): void {
    const { network, options } = this.#place;
    this.#sweepsUnsent = 0;
    if (!network.isOpen(options.peer, this.peer)) return;
    this.#pipe.put(bytes, network.travelMs(), () => {
      if (!network.isOpen(options.peer, this.peer) || !this.#remotePlace.isAlive()) return;
      this.#other ??= new MemoryLink(this.#remotePlace, this.#place, 'inbound', this);
      this.#other.#sweepsOfSilence = 0;
      deliver(this.#other);
    });
  }

  #onOpening(opening: Opening): void {
    if (this.#state !== 'negotiating') return;
    this.opening = opening;
    this.#place.owner.onOpening(this, opening);
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#state !== 'up') return;
    this.#place.network.noteDelivery();
    this.#place.owner.onFrame(this, frame);
  }

  #onGoodbye(): void {
    if (this.#state === 'flushing') return this.#finishFlush();
    if (this.#state === 'down') return;
    this.#state = 'down';
    this.#place.owner.onEnd(this, 'closed-by-peer');
  }

  #finishFlush(): void {
    if (this.#state !== 'flushing') return;
    this.#state = 'down';
    this.#settle();
  }
}
