/** The table of keys against a Map. */
import { publicKeyBytes } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from './key-table.ts';

/** Keys of few different bytes: many of them collide in the word that the table hashes by, some are equal. */
const key = fc.uint8Array({ minLength: 2, maxLength: 2, max: 3 }).map(([a = 0, b = 0]) => {
  const bytes = new Uint8Array(publicKeyBytes).fill(7);
  bytes[0] = a;
  bytes[publicKeyBytes - 1] = b;
  return bytes;
});
const anyKey = fc.oneof(key, fc.uint8Array({ minLength: publicKeyBytes, maxLength: publicKeyBytes }));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a key table', () => {
  it('finds what a Map finds, by numbers in the order of arrival', () => {
    fc.assert(fc.property(fc.array(anyKey, { maxLength: 40 }), fc.integer({ min: 1, max: 33 }), fc.nat(), (keys, max, seed) => {
      const table = new KeyTable({ max, seed });
      const map = new Map<string, number>();
      for (const each of keys) {
        const known = map.get(textOf(each));
        expect(table.find(each)).toBe(known ?? -1);
        if (known !== undefined) continue;
        const added = table.add(each);
        expect(added).toBe(map.size < max ? map.size : -1);
        if (added >= 0) map.set(textOf(each), added);
      }
      expect(table.count).toBe(map.size);
      for (const [text, index] of map) expect(textOf(table.keyAt(index))).toBe(text);
      for (const each of keys) expect(table.find(each)).toBe(map.get(textOf(each)) ?? -1);
    }));
  });

  it('keeps a copy: what becomes of the bytes afterwards changes nothing', () => {
    const table = new KeyTable({ max: 4, seed: 1 });
    const bytes = new Uint8Array(publicKeyBytes).fill(5);
    table.add(bytes);
    bytes.fill(6);
    expect(table.find(new Uint8Array(publicKeyBytes).fill(5))).toBe(0);
    expect(table.find(bytes)).toBe(-1);
  });

  it('gives the words of a key, little endian and unsigned', () => {
    const table = new KeyTable({ max: 2, seed: 1 });
    table.add(Uint8Array.from({ length: publicKeyBytes }, (_, i) => 255 - i));
    expect(table.wordAt(0, 0)).toBe(0xfc_fd_fe_ff);
    expect(table.wordAt(0, 1)).toBe(0xf8_f9_fa_fb);
  });
});
