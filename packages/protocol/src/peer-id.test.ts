import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';
import { peerIdOf, publicKeyOfPeerId } from './peer-id.ts';

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** The public key of the ed25519 example in libp2p's peer id specification, and libp2p's own text of it. */
const known = {
  key: [
    0x1e, 0xd1, 0xe8, 0xfa, 0xe2, 0xc4, 0xa1, 0x44, 0xb8, 0xbe, 0x8f, 0xd4, 0xb4, 0x7b, 0xf3, 0xd3,
    0xb3, 0x4b, 0x87, 0x1c, 0x3c, 0xac, 0xf6, 0x01, 0x0f, 0x0e, 0x42, 0xd4, 0x74, 0xfc, 0xe2, 0x7e,
  ],
  text: '12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq',
};

// `test/wire/peer-id.test.ts` compares any key with libp2p itself, which this package does not know.
describe('peerIdOf', () => {
  it('NET10: gives the text that libp2p gives', () => {
    expect(peerIdOf(Uint8Array.from(known.key))).toBe(known.text);
    expect(publicKeyOfPeerId(known.text)).toEqual(Uint8Array.from(known.key));
  });

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

  it('refuses a long text without decoding it, which would outlast the time limit of a test', () => {
    expect(publicKeyOfPeerId('z'.repeat(300_000))).toBeUndefined();
  });
});
