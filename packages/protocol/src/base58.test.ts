import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';
import { encodeText } from './text.ts';

describe('base58', () => {
  // draft-msporny-base58-03, section 5.
  it.each([
    [encodeText('Hello World!'), '2NEpo7TZRRrLZSi2U'],
    [
      encodeText('The quick brown fox jumps over the lazy dog.'),
      'USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z',
    ],
    [Uint8Array.of(0x00, 0x00, 0x28, 0x7f, 0xb4, 0xcd), '11233QC4'],
  ])('agrees with the published vector %#', (bytes, text) => {
    expect(encodeBase58(bytes)).toBe(text);
    expect(decodeBase58(text)).toEqual(bytes);
  });

  it('writes nothing for no bytes, and a 1 for each leading zero', () => {
    expect(encodeBase58(Uint8Array.of())).toBe('');
    expect(encodeBase58(Uint8Array.of(0, 0, 0))).toBe('111');
    expect(decodeBase58('')).toEqual(Uint8Array.of());
    expect(decodeBase58('111')).toEqual(Uint8Array.of(0, 0, 0));
  });

  it('reads back what it wrote', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(decodeBase58(encodeBase58(bytes))).toEqual(bytes);
    }));
  });

  it('writes back what it read: no bytes have two texts', () => {
    const symbol = fc.constantFrom(...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz');
    fc.assert(fc.property(fc.string({ unit: symbol, maxLength: 64 }), (text) => {
      expect(encodeBase58(decodeBase58(text) as Uint8Array)).toBe(text);
    }));
  });

  it.each(['0', 'O', 'I', 'l', ' ', 'ab c', 'a\n', 'é', '😀', '1\u0000'])('refuses %j', (text) => {
    expect(decodeBase58(text)).toBeUndefined();
  });
});
