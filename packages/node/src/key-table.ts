/**
 * From public key to a small integer: open addressing over a hash of the keys' own bytes. The hash has a secret seed: who grinds
 * keys until some of their bits are equal would otherwise make every lookup walk through all of them.
 */
import { mix32, publicKeyBytes } from '@murmuration/protocol';

/** A bounded set of keys, numbered in the order they came. */
export class KeyTable {
  readonly #keys: Uint8Array;
  readonly #slots: Int32Array;
  readonly #max: number;
  readonly #seed: number;
  #count = 0;

  /** `seed` is 32 bits that nobody else knows. */
  constructor({ max, seed }: { readonly max: number; readonly seed: number }) {
    this.#max = max;
    this.#seed = seed;
    this.#keys = new Uint8Array(max * publicKeyBytes);
    // At most half full, so that a probe is short.
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * max))).fill(-1);
  }

  get count(): number {
    return this.#count;
  }

  /** The number of a key, or -1. */
  find(key: Uint8Array): number {
    for (let slot = this.#slotOf(key); ; slot = (slot + 1) & (this.#slots.length - 1)) {
      const index = this.#slots[slot] as number;
      if (index < 0 || this.#isKey(index, key)) return index;
    }
  }

  /** Adds a key that `find` does not know; -1 where the table is full. */
  add(key: Uint8Array): number {
    if (this.#count === this.#max) return -1;
    let slot = this.#slotOf(key);
    while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & (this.#slots.length - 1);
    this.#slots[slot] = this.#count;
    this.#keys.set(key, this.#count * publicKeyBytes);
    return this.#count++;
  }

  /** The key of a number; a view, 32 bytes. */
  keyAt(index: number): Uint8Array {
    return this.#keys.subarray(index * publicKeyBytes, (index + 1) * publicKeyBytes);
  }

  /** 32 bits of the key, from one of its eight words. */
  wordAt(index: number, word: number): number {
    return wordOf(this.#keys, index * publicKeyBytes + word * 4) >>> 0;
  }

  #slotOf(key: Uint8Array): number {
    return mix32(mix32(wordOf(key, 8) ^ this.#seed) ^ wordOf(key, 12)) & (this.#slots.length - 1);
  }

  #isKey(index: number, key: Uint8Array): boolean {
    const start = index * publicKeyBytes;
    for (let i = 0; i < publicKeyBytes; i++) if (this.#keys[start + i] !== key[i]) return false;
    return true;
  }
}

/** Four bytes, little endian, signed. */
function wordOf(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [number, number, number, number];
  return a | (b << 8) | (c << 16) | (d << 24);
}
