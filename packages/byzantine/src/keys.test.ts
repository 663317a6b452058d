import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateSecretKey, publicKeyOf, secretKeyBytes, signerFromSecret } from './keys.ts';
import { rfc8032Vectors } from './rfc8032-vectors.ts';
import { nodeCryptoScheme } from './ed25519.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('signerFromSecret', () => {
  it.each(rfc8032Vectors)('makes the key and signature of RFC 8032 $name', (vector) => {
    const signer = signerFromSecret(Buffer.from(vector.secretKey, 'hex'));
    expect(hex(signer.publicKey)).toBe(vector.publicKey);
    expect(hex(signer.sign(Buffer.from(vector.message, 'hex')))).toBe(vector.signature);
  });

  it('signs what its public key verifies, the same each time, in plain bytes', () => {
    const scheme = nodeCryptoScheme();
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), (seed, message) => {
      const { publicKey, sign } = signerFromSecret(seed);
      const signature = sign(message);
      expect(signature.constructor).toBe(Uint8Array);
      expect(sign(message)).toEqual(signature);
      expect(scheme.isAcceptableKey(publicKey)).toBe(true);
      expect(scheme.verify({ publicKey, message, signature })).toBe(true);
    }), { numRuns: 50 });
  });

  it('signs on when the caller wipes the secret, and shows it nowhere', () => {
    const secret = generateSecretKey();
    const signer = signerFromSecret(secret);
    const before = signer.sign(secret);
    const message = secret.slice();
    secret.fill(0);
    expect(signer.sign(message)).toEqual(before);
    expect(Object.keys(signer)).toEqual(['publicKey', 'sign']);
  });

  it('leaves the bytes of the caller as they were', () => {
    const secret = new Uint8Array(secretKeyBytes).fill(7);
    signerFromSecret(secret);
    expect(secret).toEqual(new Uint8Array(secretKeyBytes).fill(7));
  });

  it.each([0, 31, 33, 64])('throws on a secret key of %i bytes', (length) => {
    expect(() => signerFromSecret(new Uint8Array(length))).toThrow(RangeError);
    expect(() => publicKeyOf(new Uint8Array(length))).toThrow(RangeError);
  });
});

describe('generateSecretKey', () => {
  it('gives 32 bytes, never the same', () => {
    const keys = Array.from({ length: 100 }, generateSecretKey);
    expect(new Set(keys.map(hex)).size).toBe(100);
    expect(keys.every((key) => key.length === secretKeyBytes && key.constructor === Uint8Array)).toBe(true);
  });
});

describe('publicKeyOf', () => {
  it('is the public key of the signer', () => {
    const secret = generateSecretKey();
    expect(publicKeyOf(secret)).toEqual(signerFromSecret(secret).publicKey);
  });
});
