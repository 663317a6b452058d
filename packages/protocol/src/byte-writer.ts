/** Writes little-endian numbers, raw bytes and short texts into one growing buffer. */
import { assert } from './assert.ts';
import { bytesPerUnit, writeText } from './text.ts';

/** Grows by doubling; `finish` gives a view of what was written. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  readonly #capacity: number;
  /** Where the present writing begins in the buffer. */
  #start = 0;
  #length = 0;

  constructor(capacity = 256) {
    this.#capacity = capacity;
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
    const before = this.#length;
    const start = this.#advance(2 + bytesPerUnit * text.length);
    const length = writeText(text, this.#bytes, start + 2);
    assert(length <= 0xffff, 'a short text has at most 65,535 bytes');
    this.#view.setUint16(start, length, true);
    this.#length = before + 2 + length;
  }

  /** A u32 length and the bytes. */
  bytes32(value: Uint8Array): void {
    this.u32(value.length);
    this.bytes(value);
  }

  /**
   * What was written, and the writer begins anew behind it: several small writings share one buffer, which lives for as long as any
   * of them. Where little of it is left the next writing gets a fresh one.
   */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.finish();
    this.#start += this.#length;
    this.#length = 0;
    if (this.#bytes.length - this.#start < this.#capacity / 16) this.#moveTo(new Uint8Array(this.#capacity));
    return taken;
  }

  /** Overwrites four bytes written earlier: a length known only afterwards. */
  patchU32(offset: number, value: number): void {
    assert(offset + 4 <= this.#length, 'a patch lies inside what was written');
    this.#view.setUint32(this.#start + offset, value, true);
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#start + this.#length);
  }

  /** Makes room. It may replace the buffer, so callers read `#bytes` and `#view` only afterwards. */
  #advance(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#start + this.#length > this.#bytes.length) {
      this.#moveTo(new Uint8Array(Math.max(this.#length, 2 * at, this.#capacity)), at);
    }
    return this.#start + at;
  }

  /** Goes on in another buffer, with so much of what was written. */
  #moveTo(bytes: Uint8Array<ArrayBuffer>, written = 0): void {
    bytes.set(this.#bytes.subarray(this.#start, this.#start + written));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#start = 0;
  }
}
