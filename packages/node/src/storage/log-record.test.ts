import { addressesPerPeerMax, batchBytesMax } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, readRecord } from './log-record.ts';
import type { LogRecord } from './ports.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const records: fc.Arbitrary<LogRecord> = fc.oneof(
  fc.record({ type: fc.constant('batch' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    type: fc.constant('peer' as const),
    introduction: fc.record({
      publicKey: bytes(32),
      certificate: bytes(64),
      addresses: fc.array(fc.string({ unit: 'binary', maxLength: 50 }), { maxLength: addressesPerPeerMax }),
    }),
  }),
);

describe('a record of the log', () => {
  it('reads back as it was written, whatever follows it', () => {
    fc.assert(fc.property(records, fc.uint8Array({ maxLength: 20 }), (record, rest) => {
      const encoded = encodeRecord(record);
      const found = readRecord(Uint8Array.of(...encoded, ...rest));
      expect(found).toEqual({ type: 'record', record, length: encoded.length });
    }));
  });

  it('is incomplete when cut anywhere', () => {
    fc.assert(fc.property(records, (record) => {
      const encoded = encodeRecord(record);
      for (let length = 0; length < encoded.length; length += 1) {
        expect(readRecord(encoded.subarray(0, length))).toEqual({ type: 'incomplete' });
      }
    }), { numRuns: 20 });
  });

  it('is never believed with one bit flipped, wherever that is', () => {
    fc.assert(fc.property(records, (record) => {
      const encoded = encodeRecord(record);
      // Sound bytes behind it, so that a length that grew finds something to read.
      const log = new Uint8Array(encoded.length * 2);
      for (let bit = 0; bit < encoded.length * 8; bit += 1) {
        log.set(encoded);
        log.set(encoded, encoded.length);
        log[bit >> 3]! ^= 1 << (bit & 7);
        expect(readRecord(log).type).not.toBe('record');
      }
    }), { numRuns: 10 });
  });

  it('of a length beyond its limit is damage at once, before anything is read or allocated', () => {
    const head = Uint8Array.of(0, 0, 0, 0, 2);
    for (const length of [batchBytesMax + 1, 2 ** 30, 2 ** 32 - 1]) {
      new DataView(head.buffer).setUint32(0, length, true);
      expect(readRecord(head)).toEqual({ type: 'damaged' });
    }
  });

  it('is damage where arbitrary bytes stand in its place, and reading never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      expect(readRecord(noise).type).not.toBe('record');
    }));
  });
});
