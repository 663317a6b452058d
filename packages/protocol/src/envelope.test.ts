import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, joinSignature, networkIdBytes, noHash, signedBytesOf, type BatchEnvelope } from './envelope.ts';
import type { Epoch, Sequence } from './ids.ts';
import { batchBytesMax, updatesPerBatchMax } from './limits.ts';
import { hashBytes, publicKeyBytes, signatureBytes } from './signature-scheme.ts';
import { encodeText } from './text.ts';
import type { WallMillis } from './units.ts';

const u48Max = 2 ** 48 - 1;
const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const start = fc.constantFrom(...'abcxyz0189');
const rest = fc.string({ unit: fc.constantFrom(...'abcxyz0189._/-'), maxLength: 63 });
const envelopes: fc.Arbitrary<BatchEnvelope> = fc.record({
  networkId: exactly(networkIdBytes),
  author: exactly(publicKeyBytes),
  epoch: fc.nat(0xffff_ffff).map((value) => value as Epoch),
  firstSequence: fc.integer({ min: 1, max: u48Max - updatesPerBatchMax }).map((value) => value as Sequence),
  count: fc.integer({ min: 1, max: updatesPerBatchMax }),
  previousHash: exactly(hashBytes),
  time: fc.record({ wallMs: fc.nat(u48Max).map((value) => value as WallMillis), counter: fc.nat(0xffff) }),
  scope: fc.tuple(start, rest).map((parts) => parts.join('')),
  payload: fc.uint8Array({ maxLength: 64 }),
});
const signature = Uint8Array.from({ length: signatureBytes }, (_, index) => index + 1);

const plain: BatchEnvelope = {
  networkId: new Uint8Array(networkIdBytes).fill(1),
  author: new Uint8Array(publicKeyBytes).fill(2),
  epoch: 3 as Epoch,
  firstSequence: 4 as Sequence,
  count: 5,
  previousHash: noHash,
  time: { wallMs: 6 as WallMillis, counter: 7 },
  scope: 'mesh',
  payload: Uint8Array.of(8, 9),
};
const batchOf = (change: Partial<BatchEnvelope>): Uint8Array =>
  joinSignature(signedBytesOf({ ...plain, ...change }), signature);
const plainBytes = batchOf({});
const isAccepted = (change: Partial<BatchEnvelope>): boolean => decodeBatch(batchOf(change)) !== undefined;

/** What is accepted must be the one encoding of what it says. */
function expectCanonical(bytes: Uint8Array): void {
  const decoded = decodeBatch(bytes);
  if (decoded !== undefined) expect(joinSignature(signedBytesOf(decoded.envelope), decoded.signature)).toEqual(bytes);
}

describe('a batch', () => {
  it('NET3: decodes to what was encoded', () => {
    fc.assert(fc.property(envelopes, (envelope) => {
      const signed = signedBytesOf(envelope);
      expect(decodeBatch(joinSignature(signed, signature))).toEqual({ envelope, signed, signature });
    }));
  });

  it('has the layout that the header of envelope.ts draws', () => {
    expect([...signedBytesOf(plain)]).toEqual([
      ...encodeText('mmb1'), ...plain.networkId, ...plain.author, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 5, 0, ...noHash,
      6, 0, 0, 0, 0, 0, 7, 0, 4, 0, ...encodeText('mesh'), 2, 0, 0, 0, 8, 9,
    ]);
  });

  it('NET7: is signed over a contiguous view of all its bytes but the signature', () => {
    fc.assert(fc.property(envelopes, fc.nat(20), (envelope, offset) => {
      const bytes = joinSignature(signedBytesOf(envelope), signature);
      const frame = new Uint8Array(bytes.length + 40);
      frame.set(bytes, offset);
      const decoded = decodeBatch(frame.subarray(offset, offset + bytes.length));
      expect(decoded?.signed.buffer).toBe(frame.buffer);
      expect([decoded?.signed.byteOffset, decoded?.signed.length]).toEqual([offset, bytes.length - signatureBytes]);
      expect(decoded?.signature.byteOffset).toBe(offset + bytes.length - signatureBytes);
    }));
  });

  it('NET7: is signed over other bytes if anything about it is other', () => {
    fc.assert(fc.property(envelopes, envelopes, fc.constantFrom(...(Object.keys(plain) as (keyof BatchEnvelope)[])),
      (envelope, other, field) => {
        const changed = { ...envelope, [field]: other[field] };
        const same = JSON.stringify(envelope[field]) === JSON.stringify(other[field]);
        expect(signedBytesOf(changed).join() === signedBytesOf(envelope).join()).toBe(same);
      }));
  });
});

describe('decodeBatch', () => {
  it('NET5: refuses every truncation and every extension', () => {
    for (let length = 0; length < plainBytes.length; length++) {
      expect(decodeBatch(plainBytes.subarray(0, length))).toBeUndefined();
    }
    fc.assert(fc.property(envelopes, fc.uint8Array({ minLength: 1, maxLength: 80 }), (envelope, more) => {
      expect(decodeBatch(Uint8Array.of(...joinSignature(signedBytesOf(envelope), signature), ...more))).toBeUndefined();
    }));
  });

  it('NET4: accepts after any change of one byte only what encodes to the same bytes', () => {
    for (let at = 0; at < plainBytes.length; at++) {
      for (let value = 0; value < 256; value++) expectCanonical(plainBytes.with(at, value));
    }
  });

  it('NET4: accepts of any bytes only the one encoding of what they say', () => {
    const changed = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });
    fc.assert(fc.property(envelopes, changed, (envelope, changes) => {
      const bytes = joinSignature(signedBytesOf(envelope), signature);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      expectCanonical(bytes);
    }));
  });

  it('NET1: never throws', () => {
    const open = plainBytes.subarray(0, 4);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isOpened) => {
      expectCanonical(isOpened ? Uint8Array.of(...open, ...bytes) : bytes);
    }), { numRuns: 500 });
  });

  it('NET9: refuses what is not marked as a batch', () => {
    for (let at = 0; at < 4; at++) {
      expect(decodeBatch(plainBytes.with(at, (plainBytes[at] as number) ^ 1))).toBeUndefined();
    }
  });

  it('NET6: takes a run of at least one and at most 16,384 sequences, the first at least 1', () => {
    expect([isAccepted({ count: 0 }), isAccepted({ count: 1 })]).toEqual([false, true]);
    expect([isAccepted({ count: 16_384 }), isAccepted({ count: 16_385 })]).toEqual([true, false]);
    expect(isAccepted({ firstSequence: 0 as Sequence })).toBe(false);
    expect(isAccepted({ firstSequence: 1 as Sequence })).toBe(true);
  });

  it('NET6: takes no run whose last sequence a frontier could not name', () => {
    const ending = (last: number): Partial<BatchEnvelope> => ({ firstSequence: (last - 4) as Sequence, count: 5 });
    expect([isAccepted(ending(u48Max)), isAccepted(ending(u48Max + 1))]).toEqual([true, false]);
    expect(isAccepted({ firstSequence: u48Max as Sequence, count: 1 })).toBe(true);
    expect(isAccepted({ firstSequence: u48Max as Sequence, count: 2 })).toBe(false);
  });

  it('NET6: takes 512 KiB with envelope and signature, and no byte more', () => {
    const overhead = plainBytes.length - plain.payload.length;
    expect(isAccepted({ payload: new Uint8Array(batchBytesMax - overhead) })).toBe(true);
    expect(isAccepted({ payload: new Uint8Array(batchBytesMax - overhead + 1) })).toBe(false);
  });

  it('NET6: takes a scope of 64 bytes and no longer one', () => {
    expect([isAccepted({ scope: 'x'.repeat(64) }), isAccepted({ scope: 'x'.repeat(65) })]).toEqual([true, false]);
  });

  it.each(['mesh', 'region/eu', 'a', '0', 'a.b-c_d/e'])('takes the scope %j', (scope) => {
    expect(isAccepted({ scope })).toBe(true);
  });

  it.each(['', 'Mesh', '/mesh', '.', '-a', 'me sh', 'mesh\n', 'mésh', 'a\u0000'])('refuses the scope %j', (scope) => {
    expect(isAccepted({ scope })).toBe(false);
  });
});
