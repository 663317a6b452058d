/**
 * One link: a stream of `linkProtocol` with its connection, from the first byte to the end. Life: negotiating (openings
 * are exchanged), up, down. It knows no other link; who may become one is decided in `links/link-table.ts`.
 */
import type { PeerId } from '@murmuration/protocol';
import type { Connection, Stream } from '@libp2p/interface';
import { decodeOpening, encodeOpening, openingBytes, type Opening } from '../links/opening.ts';
import type { CandidateLink, LinkOwner } from '../links/link-table.ts';
import type { LinkCloseCause } from '../transport.ts';
import type { Wire } from './addresses.ts';
import { FrameReader, goodbyeWord, keepAliveWord } from './framing.ts';
import { flushTimeoutMs } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import { OutboundQueue } from './outbound-queue.ts';

/** Time for a connection to follow its stream into death, which tells a reset from an end. */
const endVerdictMs = 250;

/** A link over a libp2p stream. */
export class StreamLink implements CandidateLink {
  readonly peer: PeerId;
  readonly publicKey: Uint8Array;
  readonly transport: Wire;
  readonly direction: 'inbound' | 'outbound';
  readonly remoteAddress: string;
  readonly connection: Connection;
  /** What the other end said of itself. */
  opening: Opening | undefined;
  readonly #stream: Stream;
  readonly #options: ResolvedOptions;
  readonly #owner: LinkOwner<StreamLink>;
  readonly #reader: FrameReader;
  readonly #queue: OutboundQueue;
  #state: 'negotiating' | 'up' | 'down' = 'negotiating';
  #sweepsOfSilence = 0;
  #sweepsUnwritten = 0;
  /** Resolves when the last byte of a closed link has left, or cannot leave any more. */
  #settled: Promise<void> = Promise.resolve();
  #onFlushed: (() => void) | undefined;

  constructor(stream: Stream, connection: Connection, options: ResolvedOptions, owner: LinkOwner<StreamLink>) {
    this.peer = connection.remotePeer.toString() as PeerId;
    this.publicKey = connection.remotePeer.publicKey?.raw ?? new Uint8Array(0);
    this.transport = connection.multiplexer === 'quic' ? 'quic' : 'tcp';
    this.direction = connection.direction;
    this.remoteAddress = connection.remoteAddr.toString();
    this.connection = connection;
    this.#stream = stream;
    this.#options = options;
    this.#owner = owner;
    // Until the opening is through, nothing longer than an opening is read.
    this.#reader = new FrameReader(openingBytes);
    this.#queue = new OutboundQueue(stream, options.linkBufferBytesMax);
    this.#listen();
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Asked by the reader after each frame. */
  get isReading(): boolean {
    return this.#state !== 'down';
  }

  get bufferedBytes(): number {
    return this.#queue.bufferedBytes;
  }

  get settled(): Promise<void> {
    return this.#settled;
  }

  send(frame: Uint8Array): boolean {
    if (frame.length === 0 || frame.length > this.#options.frameBytesMax) {
      throw new RangeError(`a frame has 1 to ${this.#options.frameBytesMax} bytes, not ${frame.length}`);
    }
    return this.#state === 'up' && this.#queue.offer(frame);
  }

  close(): void {
    if (this.#state !== 'up') return this.end('closed-locally');
    this.#state = 'down';
    this.#settled = this.#flushAndClose();
    this.#owner.onEnd(this, 'closed-locally');
  }

  sendOpening(opening: Opening): void {
    this.#queue.writeWord(framed(encodeOpening(opening)));
  }

  rise(): void {
    this.#state = 'up';
  }

  end(cause: LinkCloseCause): void {
    if (this.#state === 'down') return;
    this.#state = 'down';
    this.#queue.clear();
    this.#abort(cause);
    this.#owner.onEnd(this, cause);
  }

  /** Judges silence and stalls, keeps alive. */
  sweep(): void {
    if (this.#state !== 'up') return;
    const { sweepMs, idleTimeoutMs, stalledWriteMs } = this.#options;
    if (this.#queue.countSweep() * sweepMs > stalledWriteMs) return this.end('slow-reader');
    this.#sweepsOfSilence += 1;
    if (this.#sweepsOfSilence * sweepMs > idleTimeoutMs) return this.end('timeout');
    this.#sweepsUnwritten = this.#queue.takeWrittenBytes() > 0 ? 0 : this.#sweepsUnwritten + 1;
    if (this.#sweepsUnwritten * sweepMs < idleTimeoutMs / 3 || !this.#queue.isEmpty) return;
    this.#sweepsUnwritten = 0;
    if (!this.#stream.writableNeedsDrain) this.#queue.writeWord(keepAliveWord);
  }

  onFrame(frame: Uint8Array): void {
    if (this.opening !== undefined) return this.#owner.onFrame(this, frame);
    const opening = decodeOpening(frame);
    if (opening === undefined) return this.end('malformed-frame');
    this.opening = opening;
    this.#reader.frameBytesMax = this.#options.frameBytesMax;
    this.#owner.onOpening(this, opening);
  }

  onGoodbye(): void {
    if (this.#state === 'down') return;
    this.#state = 'down';
    this.#queue.clear();
    closeConnection(this.connection);
    this.#owner.onEnd(this, 'closed-by-peer');
  }

  onOversized(): void {
    this.end('oversized-frame');
  }

  #listen(): void {
    const stream = this.#stream;
    stream.addEventListener('message', ({ data }) => {
      this.#sweepsOfSilence = 0;
      if (this.#state !== 'down') this.#reader.push(data.subarray(), this);
    });
    stream.addEventListener('drain', () => this.#flush());
    // Told in the middle of the stream's own loop, where a write would be forgotten.
    stream.addEventListener('idle', () => queueMicrotask(() => this.#flush()));
    stream.addEventListener('remoteCloseWrite', () => this.#onStreamEnd());
    stream.addEventListener('close', () => {
      this.#onFlushed?.();
      this.end('transport-failed');
    });
  }

  #flush(): void {
    this.#queue.flush();
    if (this.#queue.isEmpty) this.#onFlushed?.();
  }

  /**
   * The peer writes no more and did not say goodbye. On QUIC a reset or a lost connection looks exactly like this; then
   * the connection is gone within the turn of an event loop or two, and nobody is to blame for half a frame.
   */
  #onStreamEnd(): void {
    const cause = this.#reader.isInsideFrame ? 'malformed-frame' : 'closed-by-peer';
    setTimeout(() => this.end(cause), endVerdictMs);
  }

  #abort(reason: string): void {
    this.connection.abort(new Error(`link ended: ${reason}`));
  }

  async #flushAndClose(): Promise<void> {
    const deadline = AbortSignal.timeout(flushTimeoutMs);
    try {
      this.#queue.flush();
      if (!this.#queue.isEmpty) await this.#flushed(deadline);
      this.#queue.writeWord(goodbyeWord);
      await this.#stream.close({ signal: deadline });
      await otherEndClosed(this.#stream, deadline);
    } catch {
      // The deadline has passed or the stream has failed: both leave nothing to flush.
    }
    this.#queue.clear();
    this.#abort('closed');
  }

  /** Resolves when the queue is empty, the stream has ended or the deadline has passed. */
  #flushed(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#onFlushed = resolve;
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/** Makes a link to be of a stream: it listens from now on, and its owner hears of the other end's opening. */
export function beginLink(
  stream: Stream,
  connection: Connection,
  options: ResolvedOptions,
  owner: LinkOwner<StreamLink>,
): StreamLink {
  return new StreamLink(stream, connection, options, owner);
}

function framed(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeUInt32LE(bytes.length);
  frame.set(bytes, 4);
  return frame;
}

/** Closes in order, by force after a second. */
export function closeConnection(connection: Connection): void {
  connection.close({ signal: AbortSignal.timeout(flushTimeoutMs) }).catch((error: Error) => connection.abort(error));
}

/** The other end closes its direction when it has read our goodbye, or because it closes the link as well. */
function otherEndClosed(stream: Stream, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stream.remoteWriteStatus === 'closed') return resolve();
    for (const type of ['remoteCloseWrite', 'close'] as const) {
      stream.addEventListener(type, () => resolve(), { once: true });
    }
    deadline.addEventListener('abort', () => resolve(), { once: true });
  });
}
