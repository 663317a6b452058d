import { Buffer } from 'node:buffer';
import { certificateBytes, noCertificate, type Hello, type SignatureScheme, type Signer } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { isMember, judgeHello, networkOf, type Network } from './admission.ts';
import { smallOrderEncodings, unreducedEncodings } from './negative-vectors.ts';
import { nodeCryptoScheme, portableScheme, signerFromSecret, sodiumScheme } from './schemes.ts';

const signerOf = (seed: number): Signer => signerFromSecret(new Uint8Array(32).fill(seed));
const [authority, member, other, stranger] = [signerOf(1), signerOf(2), signerOf(3), signerOf(4)];
const admitted = (key: Uint8Array, by: Signer = authority): Uint8Array => by.sign(certificateBytes(by.publicKey, key));
const helloTo = (network: Network, certificate: Uint8Array): Hello =>
  ({ networkId: network.id, certificate, addresses: [] });
const schemes = [nodeCryptoScheme(), sodiumScheme(), portableScheme()].filter((scheme) => scheme !== undefined);
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] as number) ^ 1);

describe.each(schemes.map((scheme): [string, SignatureScheme] => [scheme.name, scheme]))('with %s', (_name, scheme) => {
  const closed = networkOf(authority.publicKey, scheme);
  const open = networkOf(undefined, scheme);
  const certificate = admitted(member.publicKey);

  describe('BYZ1: a member of a network is who shows its key\'s signature over the member\'s own identity', () => {
    it('is accepted', () => {
      expect(judgeHello(closed, member.publicKey, helloTo(closed, certificate), scheme)).toEqual({ type: 'accept' });
    });

    it.each<[string, Uint8Array]>([
      ['the certificate of another member', admitted(other.publicKey)],
      ['a certificate by another key', admitted(member.publicKey, stranger)],
      ['a signature over the member\'s key alone', authority.sign(member.publicKey)],
      ['a certificate that the member made for another network of its own', admitted(member.publicKey, member)],
      ['no certificate', noCertificate],
      ['a certificate with a bit changed in R', flipped(certificate, 3)],
      ['a certificate with a bit changed in S', flipped(certificate, 40)],
      ['an empty certificate', new Uint8Array(0)],
    ])('%s is an offence', (_what, shown) => {
      expect(judgeHello(closed, member.publicKey, helloTo(closed, shown), scheme))
        .toEqual({ type: 'reject', offence: 'foreign-certificate' });
    });

    it('everybody with a sound key belongs to an open network, whatever certificate is shown', () => {
      for (const shown of [noCertificate, certificate, new Uint8Array(64).fill(7)]) {
        expect(judgeHello(open, stranger.publicKey, helloTo(open, shown), scheme)).toEqual({ type: 'accept' });
      }
    });

    it('a key of small order, or one that is not canonical, belongs to none, though it was certified', () => {
      for (const hex of [...smallOrderEncodings, ...unreducedEncodings]) {
        const key = new Uint8Array(Buffer.from(hex, 'hex'));
        expect(isMember(closed, key, admitted(key), scheme), hex).toBe(false);
        expect(isMember(open, key, noCertificate, scheme), hex).toBe(false);
      }
    });

    it('a key of another length belongs to none', () => {
      for (const length of [0, 31, 33, 64]) {
        expect(isMember(open, new Uint8Array(length).fill(2), noCertificate, scheme)).toBe(false);
      }
    });
  });

  describe('BYZ2: another network is a mistake of people, and nobody is blamed', () => {
    it.each<[string, Network]>([
      ['another key', networkOf(stranger.publicKey, scheme)],
      ['an open network', open],
    ])('a greeting to %s is left out', (_what, elsewhere) => {
      expect(judgeHello(closed, member.publicKey, helloTo(elsewhere, certificate), scheme))
        .toEqual({ type: 'ignore', reason: 'other-network' });
      expect(judgeHello(elsewhere, member.publicKey, helloTo(closed, certificate), scheme))
        .toEqual({ type: 'ignore', reason: 'other-network' });
    });

    it('every byte of the id counts', () => {
      for (let at = 0; at < closed.id.length; at++) {
        const hello = { ...helloTo(closed, certificate), networkId: flipped(closed.id, at) };
        expect(judgeHello(closed, member.publicKey, hello, scheme))
          .toEqual({ type: 'ignore', reason: 'other-network' });
      }
    });
  });

  it('the id of a network is 16 bytes that follow from its key', () => {
    expect(closed.id.length).toBe(16);
    expect(networkOf(authority.publicKey, scheme).id).toEqual(closed.id);
    expect(networkOf(stranger.publicKey, scheme).id).not.toEqual(closed.id);
    // Fixed for ever: whoever computes it differently is alone.
    expect(Buffer.from(open.id).toString('hex')).toBe(openId);
  });
});

/** The first 16 bytes of sha256('murmuration/network/1'). */
const openId = '79307ea4a192b5948f61972a93a28bce';
