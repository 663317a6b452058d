import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashes, Point, verify as nobleVerify } from '@noble/ed25519';
import type { SignatureScheme, SignedBytes } from '@murmuration/protocol';
import { craft, groupOrder, joinSignature, multipleOfBase, torsionPoints } from './crafted-signature.ts';
import { cofactoredOnly } from './ed25519-sodium.ts';
import { readLittleEndian } from './little-endian.ts';
import {
  honest, mixedOrderVectors, negativeVectors, smallOrderEncodings, unreducedEncodings,
} from './negative-vectors.ts';
import { loadOptional } from './optional-package.ts';
import { rfc8032Vectors } from './rfc8032-vectors.ts';
import { nodeCryptoScheme, portableScheme, signatureScheme, signerFromSecret, sodiumScheme } from './schemes.ts';

const loaded: Record<string, SignatureScheme | undefined> = {
  'node-crypto': nodeCryptoScheme(), sodium: sodiumScheme(), portable: portableScheme(),
};
const schemes = Object.values(loaded).filter((scheme) => scheme !== undefined);
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** The one answer of all schemes; throws if they differ. */
function answer(signed: SignedBytes): boolean {
  const answers = schemes.map((scheme) => scheme.verify(signed));
  expect(new Set(answers), schemes.map(({ name }, i) => `${name}: ${answers[i]}`).join(', ')).toHaveLength(1);
  return answers[0] as boolean;
}

for (const [name, scheme] of Object.entries(loaded)) {
  describe(name, () => {
    it.skipIf(scheme === undefined)(`can be loaded${scheme ? '' : ' (its package or binary is absent here)'}`, () => {
      expect(scheme?.name).toBe(name);
    });
    if (scheme !== undefined) describeScheme(scheme);
  });
}

function describeScheme(scheme: SignatureScheme): void {
  it.each(rfc8032Vectors)('accepts RFC 8032 $name', ({ publicKey, message, signature }) => {
    const signed = { publicKey: hex(publicKey), message: hex(message), signature: hex(signature) };
    expect(scheme.isAcceptableKey(signed.publicKey)).toBe(true);
    expect(scheme.verify(signed)).toBe(true);
  });

  it('accepts the signature from which the negative vectors are made', () => {
    expect(scheme.verify(honest)).toBe(true);
  });

  it('refuses every negative vector', () => {
    expect(negativeVectors().filter((vector) => scheme.verify(vector)).map(({ name }) => name)).toEqual([]);
  });

  it('finds no key acceptable that is of small order, not reduced, off the curve or of another length', () => {
    const longer = `${Buffer.from(honest.publicKey).toString('hex')}00`;
    const others = ['', '00', `02${'00'.repeat(31)}`, 'ff'.repeat(32), longer];
    const keys = [...smallOrderEncodings, ...unreducedEncodings, ...others];
    expect(keys.filter((key) => scheme.isAcceptableKey(hex(key)))).toEqual([]);
  });

  it('answers a batch like one by one, in order', () => {
    const batch = [honest, ...negativeVectors().slice(0, 20), honest];
    expect(scheme.verifyBatch(batch)).toEqual(batch.map((signed) => scheme.verify(signed)));
    expect(scheme.verifyBatch([])).toEqual([]);
  });

  it('hashes with SHA-256 into plain bytes', () => {
    const digest = scheme.hash(Buffer.from('abc'));
    expect(digest.constructor).toBe(Uint8Array);
    expect(digest).toEqual(hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'));
    expect(scheme.hash(new Uint8Array(0))).toEqual(new Uint8Array(createHash('sha256').digest()));
  });

  it('reads views into larger buffers and leaves them as they were', () => {
    const frame = new Uint8Array(300);
    const { publicKey, message, signature } = honest;
    frame.set(publicKey, 3);
    frame.set(message, 50);
    frame.set(signature, 101);
    const before = frame.slice();
    expect(scheme.verify({
      publicKey: frame.subarray(3, 35), message: frame.subarray(50, 50 + message.length),
      signature: frame.subarray(101, 165),
    })).toBe(true);
    expect(frame).toEqual(before);
  });
}

describe('all schemes', () => {
  it('are three where everything is installed', () => {
    expect(schemes.map(({ name }) => name)).toEqual(Object.keys(loaded).filter((name) => loaded[name]));
    expect(schemes.length).toBeGreaterThanOrEqual(2);
  });

  it('agree about keys moved by a point of small order: valid is where the equation holds without cofactor', () => {
    const answers = mixedOrderVectors().map(answer);
    expect(new Set(answers)).toEqual(new Set([true, false]));
    for (const torsion of torsionPoints.slice(1)) {
      const key = multipleOfBase(77n).add(torsion).toBytes();
      expect(schemes.map((scheme) => scheme.isAcceptableKey(key))).toEqual(schemes.map(() => true));
    }
  });

  it('agree on any bytes', () => {
    const message = fc.uint8Array({ maxLength: 64 });
    const signed = fc.record({
      publicKey: fc.uint8Array({ maxLength: 40 }), message, signature: fc.uint8Array({ maxLength: 80 }),
    });
    const sized = fc.record({
      publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }), message,
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    });
    fc.assert(fc.property(fc.oneof(signed, sized), (input) => answer(input) === false), { numRuns: 200 });
  });

  it('agree on every mutation of an honest signature, and accept only the honest one', () => {
    fc.assert(fc.property(seeds, fc.uint8Array({ maxLength: 300 }), mutations, (seed, message, mutate) => {
      const signer = signerFromSecret(seed);
      const original = { publicKey: signer.publicKey, message, signature: signer.sign(message) };
      expect(answer(original)).toBe(true);
      expect(answer(mutate(original))).toBe(false);
    }), { numRuns: 100 });
  });

  it('agree on crafted signatures with parts of small order in key and commitment', () => {
    const scalar = fc.bigInt({ min: 1n, max: groupOrder - 1n });
    const torsion = fc.constantFrom(...torsionPoints);
    const messages = fc.uint8Array({ maxLength: 40 });
    fc.assert(fc.property(scalar, scalar, torsion, torsion, messages, (a, r, ofKey, ofR, message) => {
      const accepted = answer(craft({
        keyScalar: a, commitmentScalar: r, message,
        publicKey: multipleOfBase(a).add(ofKey).toBytes(), commitment: multipleOfBase(r).add(ofR).toBytes(),
      }));
      // Without any such part the signature is honest; a part of R alone is never made good by the key.
      if (ofKey.is0()) expect(accepted).toBe(ofR.is0());
    }), { numRuns: 150 });
  });
});

describe('the strict mode of @noble/ed25519', () => {
  it('accepts whatever our schemes accept', () => {
    expect(mixedOrderVectors().filter((vector) => answer(vector) && !isStrictForNoble(vector))).toEqual([]);
    expect(isStrictForNoble(honest)).toBe(true);
  });

  it('differs from our schemes only about R of, or moved by a point of, small order', () => {
    const lenient = negativeVectors().filter(isStrictForNoble).map(({ name }) => name);
    expect(lenient.filter((name) => !/^R (of small order|moved)/.test(name))).toEqual([]);
    expect(lenient.filter((name) => name.startsWith('R moved'))).toHaveLength(7);
  });

  it('is needed: the default accepts 01 00*63 for any message under keys of small order', () => {
    const signature = hex(`01${'00'.repeat(63)}`);
    for (const key of [`01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(30)}7f`]) {
      const signed = { publicKey: hex(key), message: hex('c0ffee'), signature };
      expect(nobleVerify(signature, signed.message, signed.publicKey)).toBe(true);
      expect(isStrictForNoble(signed)).toBe(false);
      expect(answer(signed)).toBe(false);
    }
  });
});

describe('the probe of libsodium', () => {
  it('is a signature that only a check with cofactor accepts', () => {
    expect(isStrictForNoble(cofactoredOnly)).toBe(true);
    expect(answer(cofactoredOnly)).toBe(false);
  });
});

describe('a package that is not installed', () => {
  it('is undefined, no error', () => {
    expect(loadOptional('@murmuration/not-installed')).toBeUndefined();
  });
});

describe('isAcceptableKey', () => {
  it('agrees with the strict decoding of noble about any 32 bytes', () => {
    const accepts = nodeCryptoScheme().isAcceptableKey;
    let onCurve = 0;
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const accepted = accepts(key);
      onCurve += Number(accepted);
      return accepted === isStrictPoint(key);
    }), { numRuns: 200 });
    expect(onCurve).toBeGreaterThan(20);
  });
});

describe('signatureScheme', () => {
  it('is the preferred scheme, or the fastest that can be loaded', () => {
    expect(signatureScheme({ prefer: 'node-crypto' }).name).toBe('node-crypto');
    const fastest = loaded['sodium'] ? 'sodium' : 'node-crypto';
    expect(signatureScheme().name).toBe(fastest);
    expect(signatureScheme({ prefer: 'portable' }).name).toBe(loaded['portable'] ? 'portable' : fastest);
  });
});

// The hook that noble's synchronous calls need.
hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());

function isStrictForNoble({ signature, message, publicKey }: SignedBytes): boolean {
  const hasLengths = signature.length === 64 && publicKey.length === 32;
  return hasLengths && nobleVerify(signature, message, publicKey, { zip215: false });
}

function isStrictPoint(key: Uint8Array): boolean {
  try {
    return !Point.fromBytes(key, false).isSmallOrder();
  } catch {
    return false;
  }
}

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

type Mutation = (signed: SignedBytes) => SignedBytes;

function flip(field: keyof SignedBytes, at: number, bit: number): Mutation {
  return (signed) => {
    // An empty message has no bit to flip: it grows.
    const bytes = signed[field].length === 0 ? Uint8Array.of(0) : signed[field].slice();
    const index = at % bytes.length;
    bytes[index] = (bytes[index] as number) ^ (1 << bit);
    return { ...signed, [field]: bytes };
  };
}

function addOrder(times: bigint): Mutation {
  return (signed) => ({
    ...signed,
    signature: joinSignature(
      signed.signature.subarray(0, 32), readLittleEndian(signed.signature.subarray(32)) + times * groupOrder),
  });
}

function moveCommitment(by: Point): Mutation {
  return (signed) => ({
    ...signed,
    signature: new Uint8Array([
      ...Point.fromBytes(signed.signature.subarray(0, 32)).add(by).toBytes(), ...signed.signature.subarray(32)]),
  });
}

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.constantFrom('publicKey', 'message', 'signature'), fc.nat(1000), fc.nat(7))
    .map(([field, at, bit]) => flip(field, at, bit)),
  fc.bigInt({ min: 1n, max: 14n }).map(addOrder),
  fc.constantFrom(...torsionPoints.slice(1)).map(moveCommitment),
  fc.nat(63).map((length): Mutation => (signed) => ({ ...signed, signature: signed.signature.slice(0, length) })),
);
