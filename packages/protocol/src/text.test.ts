import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesPerUnit, decodeText, encodeText, writeText } from './text.ts';

describe('text', () => {
  it('reads back every well-formed text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeText(encodeText(text))).toBe(text);
    }));
  });

  it('is written in place as the platform encodes it, half pairs included, and nothing beside it is touched', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.array(fc.integer({ min: 0, max: 0xffff })), (text, units) => {
      for (const each of [text, String.fromCharCode(...units), `plain${text}`]) {
        const target = new Uint8Array(3 + bytesPerUnit * each.length).fill(7);
        const length = writeText(each, target, 3);
        expect(target.subarray(3, 3 + length)).toEqual(encodeText(each));
        expect([target[0], target[1], target[2]]).toEqual([7, 7, 7]);
      }
    }));
  });

  it('NET4: accepts bytes only if the text has no other bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
      const text = decodeText(bytes);
      if (text !== undefined) expect(encodeText(text)).toEqual(bytes);
    }), { numRuns: 1_000 });
  });

  it('keeps a byte order mark, which is a character like any other', () => {
    expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it.each([
    ['a lone continuation', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['a longer form than needed', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a point past U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte that UTF-8 never uses', [0x61, 0xff]],
  ])('refuses %s', (_what, bytes) => {
    expect(decodeText(Uint8Array.from(bytes))).toBeUndefined();
  });
});
