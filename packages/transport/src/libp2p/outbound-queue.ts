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

  /** True from the first refused frame until half of the budget is free again. */
  get isOverBudget(): boolean {
    if (this.#isOverBudget && this.bufferedBytes <= this.#bytesMax / 2) this.#isOverBudget = false;
    return this.#isOverBudget;
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

  /** Writes until the queue is empty or the stream is full. Call it again when the stream has drained. */
  flush(): void {
    const stream = this.#stream;
    while (this.#queuedBytes > 0 && !stream.writableNeedsDrain && stream.writeStatus === 'writable') {
      const chunk = this.#takeChunk();
      this.#writtenBytes += chunk.length;
      stream.send(chunk);
    }
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
