/** Writes little-endian numbers, raw bytes and short texts into one growing buffer. */
import { assert } from './assert.ts';
import { encodeText } from './text.ts';

/** Grows by doubling; `finish` gives a view of what was written. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const start = this.#advance(1);
    this.#view.setUint8(start, value);
  }

  u16(value: number): void {
    const start = this.#advance(2);
    this.#view.setUint16(start, value, true);
  }

  u32(value: number): void {
    const start = this.#advance(4);
    this.#view.setUint32(start, value, true);
  }

  /** An integer up to 2^48 - 1: wall milliseconds, sequences. */
  u48(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0 && value < 2 ** 48, 'a u48 fits 48 bits');
    this.u32(value % 0x1_0000_0000);
    this.u16(Math.floor(value / 0x1_0000_0000));
  }

  bytes(value: Uint8Array): void {
    const start = this.#advance(value.length);
    this.#bytes.set(value, start);
  }

  /** A u16 length and UTF-8. */
  text16(text: string): void {
    const encoded = encodeText(text);
    assert(encoded.length <= 0xffff, 'a short text has at most 65,535 bytes');
    this.u16(encoded.length);
    this.bytes(encoded);
  }

  /** A u32 length and the bytes. */
  bytes32(value: Uint8Array): void {
    this.u32(value.length);
    this.bytes(value);
  }

  /** A copy of what was written, of just its length. The writer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Overwrites four bytes written earlier: a length known only afterwards. */
  patchU32(offset: number, value: number): void {
    assert(offset + 4 <= this.#length, 'a patch lies inside what was written');
    this.#view.setUint32(offset, value, true);
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room. It may replace the buffer, so callers read `#bytes` and `#view` only afterwards. */
  #advance(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) this.#grow();
    return start;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
