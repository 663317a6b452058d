import { generateKeyPair, publicKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id';
import { peerIdOf, protocolVersion, publicKeyOfPeerId } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readVectors } from './records.ts';
import { fromHex } from './vectors.ts';

describe('our peer ids', () => {
  it('NET10: are those of libp2p, for every key', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const text = peerIdFromPublicKey(publicKeyFromRaw(key)).toString();
      expect(peerIdOf(key)).toBe(text);
      expect(publicKeyOfPeerId(text)).toEqual(key);
    }));
  });

  it('NET10: are read by libp2p as the same key', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      expect(peerIdFromString(peerIdOf(key)).publicKey?.raw).toEqual(key);
    }));
  });

  it('NET10: of the vectors are those of libp2p', () => {
    const keys = Object.values(readVectors(import.meta.dirname, protocolVersion).keys);
    expect(keys.map(({ publicKey }) => peerIdFromPublicKey(publicKeyFromRaw(fromHex(publicKey))).toString()))
      .toEqual(keys.map(({ peerId }) => peerId));
  });

  it.each(['secp256k1', 'RSA'] as const)('NET10: name no %s key, though libp2p has ids for them', async (type) => {
    const { publicKey } = await generateKeyPair(type as 'RSA');
    expect(publicKeyOfPeerId(peerIdFromPublicKey(publicKey).toString())).toBeUndefined();
  });
});
