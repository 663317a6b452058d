/**
 * Reads what `ByteWriter` writes, from bytes that nobody has vouched for. It never throws and never reads past the end: the
 * first read that does not fit marks the reader as failed, and every read after it gives zeros. Callers check `failed` once.
 */
import { decodeText } from './text.ts';

const nothing = new Uint8Array(0);

/** A cursor over borrowed bytes. What `bytes` returns is a view, not a copy. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True once a read did not fit or a value broke its limit. */
  get failed(): boolean {
    return this.#failed;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** True if every byte was read and none was missing: trailing bytes are as malformed as absent ones. */
  get isComplete(): boolean {
    return !this.#failed && this.remaining === 0;
  }

  /** Marks the input as malformed: a value was read that its rule does not allow. */
  fail(): void {
    this.#failed = true;
  }

  u8(): number {
    const start = this.#take(1);
    return start < 0 ? 0 : this.#view.getUint8(start);
  }

  u16(): number {
    const start = this.#take(2);
    return start < 0 ? 0 : this.#view.getUint16(start, true);
  }

  u32(): number {
    const start = this.#take(4);
    return start < 0 ? 0 : this.#view.getUint32(start, true);
  }

  u48(): number {
    const low = this.u32();
    return low + this.u16() * 0x1_0000_0000;
  }

  /** A u16 that must not exceed `max`; otherwise the reader fails and the answer is 0, so that no loop runs on it. */
  count16(max: number): number {
    const value = this.u16();
    if (value <= max) return value;
    this.fail();
    return 0;
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return start < 0 ? nothing : this.#bytes.subarray(start, start + length);
  }

  /** A u32 length, at most `max`, and that many bytes. */
  bytes32(max: number): Uint8Array {
    const length = this.u32();
    if (length <= max) return this.bytes(length);
    this.fail();
    return nothing;
  }

  /** A u16 length, at most `max`, and UTF-8. */
  text16(max: number): string {
    return this.textOf(this.bytes(this.count16(max)));
  }

  /** Bytes that were read, as UTF-8. */
  textOf(bytes: Uint8Array): string {
    const text = decodeText(bytes);
    if (text === undefined) this.fail();
    return text === undefined ? '' : text;
  }

  #take(length: number): number {
    if (this.#failed || length > this.remaining) {
      this.#failed = true;
      return -1;
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
