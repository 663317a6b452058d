/**
 * Frames that one link has accepted and not yet written. Bounded by bytes; what is queued within one turn of the event
 * loop leaves in one write. The stream below holds at most one chunk of ours beside its window.
 */
import type { Stream } from '@libp2p/interface';
import { lengthBytes, writeLength } from './framing.ts';
import { writeChunkBytes } from './limits.ts';

/** What the queue needs of a libp2p stream. */
export type WritableStream = Pick<Stream, 'send' | 'writableNeedsDrain' | 'writeBufferLength' | 'writeStatus'>;

/** Bounded queue of frames in front of a stream. */
export class OutboundQueue {
  readonly #stream: WritableStream;
  readonly #bytesMax: number;
  #frames: Uint8Array[] = [];
  #head = 0;
  /** Bytes of the first frame, its prefix included, that have left already. */
  #headSent = 0;
  #queuedBytes = 0;
  #isFlushScheduled = false;
  #isOverBudget = false;
  /** Sweeps since a frame was refused, and bytes that left meanwhile. */
  #sweepsOverBudget = 0;
  #leftWhileOverBudget = 0;
  /** Bytes written since `takeWrittenBytes` was asked last. */
  #writtenBytes = 0;

  constructor(stream: WritableStream, bytesMax: number) {
    this.#stream = stream;
    this.#bytesMax = bytesMax;
  }

  /** Accepted and not handed to the wire, prefixes included. */
  get bufferedBytes(): number {
    return this.#queuedBytes + this.#stream.writeBufferLength;
  }

  /**
   * Sweeps that passed since a frame was refused, 0 if none was. Starts again whenever half of the budget has left: a
   * link that is always full because its sender is busy is no stalled link.
   */
  countSweep(): number {
    if (this.#isOverBudget) this.#sweepsOverBudget += 1;
    return this.#sweepsOverBudget;
  }

  get isEmpty(): boolean {
    return this.#queuedBytes === 0;
  }

  /** Bytes given to the stream since the last call. */
  takeWrittenBytes(): number {
    const written = this.#writtenBytes;
    this.#writtenBytes = 0;
    return written;
  }

  /** Queues a frame, or answers false over the budget. An empty queue takes any one frame. */
  offer(frame: Uint8Array): boolean {
    const bytes = frame.length + lengthBytes;
    if (!this.isEmpty && this.bufferedBytes + bytes > this.#bytesMax) {
      this.#isOverBudget = true;
      return false;
    }
    this.#frames.push(frame);
    this.#queuedBytes += bytes;
    this.#scheduleFlush();
    return true;
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(() => {
      this.#isFlushScheduled = false;
      this.flush();
    });
  }

  /** Writes until the queue is empty or the stream is full. Call it again when the stream has drained or is idle. */
  flush(): void {
    while (this.#queuedBytes > 0 && this.#isStreamFree()) {
      const chunk = this.#takeChunk();
      this.#noteWritten(chunk.length);
      this.#hand(chunk);
    }
  }

  /** A stream that drains in drops would otherwise be given a chunk for every drop, and burst. */
  #isStreamFree(): boolean {
    const { writableNeedsDrain, writeBufferLength, writeStatus } = this.#stream;
    return !writableNeedsDrain && writeBufferLength === 0 && writeStatus === 'writable';
  }

  /** Writes a word of the link itself, past the frames: only between frames, so only while the queue is empty. */
  writeWord(word: Uint8Array): void {
    if (this.isEmpty && this.#stream.writeStatus === 'writable') this.#hand(word);
  }

  #hand(bytes: Uint8Array): void {
    try {
      this.#stream.send(bytes);
    } catch {
      // The stream has aborted itself; its `close` event ends the link.
    }
  }

  #noteWritten(bytes: number): void {
    this.#writtenBytes += bytes;
    if (!this.#isOverBudget) return;
    this.#leftWhileOverBudget += bytes;
    if (this.#leftWhileOverBudget < this.#bytesMax / 2) return;
    this.#isOverBudget = false;
    this.#sweepsOverBudget = 0;
    this.#leftWhileOverBudget = 0;
  }

  /** Forgets everything: the link is down. */
  clear(): void {
    this.#frames = [];
    this.#head = 0;
    this.#headSent = 0;
    this.#queuedBytes = 0;
  }

  /** A copy of the next bytes to write: whole small frames together, a large one in slices. */
  #takeChunk(): Uint8Array {
    const chunk = new Uint8Array(Math.min(writeChunkBytes, this.#queuedBytes));
    let filled = 0;
    while (filled < chunk.length) filled += this.#copyFromHead(chunk, filled);
    this.#queuedBytes -= chunk.length;
    return chunk;
  }

  #copyFromHead(chunk: Uint8Array, at: number): number {
    const frame = this.#frames[this.#head] as Uint8Array;
    if (this.#headSent < lengthBytes) {
      const prefix = new Uint8Array(lengthBytes);
      writeLength(prefix, 0, frame.length);
      const piece = prefix.subarray(this.#headSent, this.#headSent + chunk.length - at);
      chunk.set(piece, at);
      this.#headSent += piece.length;
      return piece.length;
    }
    const start = this.#headSent - lengthBytes;
    const piece = frame.subarray(start, start + chunk.length - at);
    chunk.set(piece, at);
    this.#headSent += piece.length;
    if (this.#headSent === frame.length + lengthBytes) this.#dropHead();
    return piece.length;
  }

  #dropHead(): void {
    this.#head += 1;
    this.#headSent = 0;
    // Shifting an array of thousands for each frame would be quadratic.
    if (this.#head > 1_024 || this.#head === this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
  }
}
