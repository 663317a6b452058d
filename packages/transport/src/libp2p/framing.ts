/**
 * Frames on a byte stream. A frame is a u32 little-endian length and that many bytes. Two lengths are words of the
 * link itself and no frames: 0 keeps it alive, 2^32 - 1 says goodbye. Nothing is buffered on the strength of an
 * announcement: the buffer of a frame in pieces doubles as its bytes arrive.
 */

export const lengthBytes = 4;
const goodbyeLength = 0xffff_ffff;
/** First buffer of a frame in pieces. */
const pieceBytesMin = 4_096;

/** A length of 0. */
export const keepAliveWord: Uint8Array = lengthWord(0);
/** Sent before a link is closed in order, so that the other end can tell it from a failure. */
export const goodbyeWord: Uint8Array = lengthWord(goodbyeLength);

function lengthWord(length: number): Uint8Array {
  const word = new Uint8Array(lengthBytes);
  writeLength(word, 0, length);
  return word;
}

/** Writes a length prefix at `offset`. */
export function writeLength(target: Uint8Array, offset: number, length: number): void {
  target[offset] = length & 0xff;
  target[offset + 1] = (length >>> 8) & 0xff;
  target[offset + 2] = (length >>> 16) & 0xff;
  target[offset + 3] = length >>> 24;
}

/** Receives what a `FrameReader` finds. `isReading` is asked after each call: false drops the rest. */
export interface FrameSink {
  readonly isReading: boolean;
  /** The frame may be a view into the bytes that were pushed. */
  onFrame(frame: Uint8Array): void;
  onGoodbye(): void;
  onOversized(announcedBytes: number): void;
}

/** Cuts a byte stream into frames. */
export class FrameReader {
  /** May be raised between two frames. */
  frameBytesMax: number;
  #headerLength = 0;
  #headerValue = 0;
  /** Bytes of the frame in pieces; undefined between frames. */
  #body: Uint8Array | undefined;
  #bodyLength = 0;
  #announced = 0;

  constructor(frameBytesMax: number) {
    this.frameBytesMax = frameBytesMax;
  }

  /** True if the stream cannot end here in order. */
  get isInsideFrame(): boolean {
    return this.#headerLength > 0 || this.#body !== undefined;
  }

  /** Takes the next bytes of the stream. */
  push(bytes: Uint8Array, sink: FrameSink): void {
    let offset = 0;
    while (offset < bytes.length && sink.isReading) {
      offset = this.#body === undefined ? this.#readHeader(bytes, offset, sink) : this.#readBody(bytes, offset, sink);
    }
  }

  #readHeader(bytes: Uint8Array, start: number, sink: FrameSink): number {
    let offset = start;
    while (this.#headerLength < lengthBytes && offset < bytes.length) {
      this.#headerValue += (bytes[offset] ?? 0) * 2 ** (8 * this.#headerLength);
      this.#headerLength += 1;
      offset += 1;
    }
    if (this.#headerLength < lengthBytes) return offset;
    const announced = this.#headerValue;
    this.#headerLength = 0;
    this.#headerValue = 0;
    return this.#begin(announced, bytes, offset, sink);
  }

  #begin(announced: number, bytes: Uint8Array, offset: number, sink: FrameSink): number {
    if (announced === 0) return offset;
    if (announced === goodbyeLength) {
      sink.onGoodbye();
      return bytes.length;
    }
    if (announced > this.frameBytesMax) {
      sink.onOversized(announced);
      return bytes.length;
    }
    const end = offset + announced;
    if (end <= bytes.length) {
      sink.onFrame(bytes.subarray(offset, end));
      return end;
    }
    this.#announced = announced;
    this.#bodyLength = 0;
    this.#body = new Uint8Array(Math.min(announced, Math.max(pieceBytesMin, bytes.length - offset)));
    return offset;
  }

  #readBody(bytes: Uint8Array, offset: number, sink: FrameSink): number {
    const taken = Math.min(this.#announced - this.#bodyLength, bytes.length - offset);
    const body = this.#grownTo(this.#bodyLength + taken);
    body.set(bytes.subarray(offset, offset + taken), this.#bodyLength);
    this.#bodyLength += taken;
    if (this.#bodyLength === this.#announced) {
      this.#body = undefined;
      sink.onFrame(body);
    }
    return offset + taken;
  }

  #grownTo(length: number): Uint8Array {
    const body = this.#body ?? new Uint8Array(0);
    if (length <= body.length) return body;
    // Doubling copies each byte at most twice, however small the pieces are.
    const grown = new Uint8Array(Math.min(this.#announced, Math.max(length, body.length * 2)));
    grown.set(body.subarray(0, this.#bodyLength));
    this.#body = grown;
    return grown;
  }
}
