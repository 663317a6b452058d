import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';
import { peerIdOf, publicKeyOfPeerId } from './peer-id.ts';

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

// `test/wire/peer-id.test.ts` compares with libp2p itself; this package knows nothing of it.
describe('peerIdOf', () => {
  it('begins as every ed25519 identity of libp2p does', () => {
    fc.assert(fc.property(keys, (key) => {
      expect(peerIdOf(key)).toMatch(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/);
    }));
  });

  it('NET10: names exactly one key', () => {
    fc.assert(fc.property(keys, (key) => {
      expect(publicKeyOfPeerId(peerIdOf(key))).toEqual(key);
    }));
  });
});

describe('publicKeyOfPeerId', () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
  const text = peerIdOf(key);
  const bytes = decodeBase58(text) as Uint8Array;

  it('NET10: reads no key from a text that peerIdOf would not write', () => {
    fc.assert(fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, replacement) => {
      const altered = text.slice(0, at) + replacement + text.slice(at + 1);
      const found = publicKeyOfPeerId(altered);
      expect(found === undefined ? altered : peerIdOf(found)).toBe(altered);
    }));
  });

  it.each([0, 1, 2, 3, 4, 5])('refuses another byte %i of the prefix', (index) => {
    const other = bytes.slice();
    other[index] = (other[index] as number) ^ 1;
    expect(publicKeyOfPeerId(encodeBase58(other))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a key that is too short', encodeBase58(bytes.subarray(0, 37))],
    ['a key that is too long', encodeBase58(Uint8Array.of(...bytes, 0))],
    ['an RSA identity', 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
    ['a character outside the alphabet', `${text.slice(0, -1)}0`],
    ['white space around it', ` ${text}`],
  ])('refuses %s', (_what, given) => {
    expect(publicKeyOfPeerId(given)).toBeUndefined();
  });

  it('refuses a very long text at once, without decoding it', () => {
    expect(publicKeyOfPeerId('z'.repeat(10_000_000))).toBeUndefined();
  });
});
