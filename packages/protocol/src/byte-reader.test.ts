import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

type Read =
  | readonly [name: 'u8' | 'u16' | 'u32' | 'u48']
  | readonly [name: 'count16' | 'bytes' | 'bytes32' | 'text16', max: number];

const reads = fc.oneof(
  fc.tuple(fc.constantFrom('u8', 'u16', 'u32', 'u48')),
  fc.tuple(fc.constantFrom('count16', 'bytes', 'bytes32', 'text16'), fc.oneof(fc.nat(12), fc.nat(2 ** 32 - 1))),
) as fc.Arbitrary<Read>;
/** Small values are likely, so that lengths and counts often fit. */
const foreign = fc.array(fc.oneof(fc.nat(3), fc.nat(255)), { maxLength: 40 }).map((values) => Uint8Array.from(values));

function perform(reader: ByteReader, [name, max]: Read): number | string | Uint8Array {
  switch (name) {
    case 'u8': case 'u16': case 'u32': case 'u48':
      return reader[name]();
    default:
      return reader[name](max as number);
  }
}

const isNothing = (value: number | string | Uint8Array): boolean =>
  typeof value === 'number' ? value === 0 : value.length === 0;

describe('ByteReader', () => {
  it('NET1: never throws, moves forward only, and gives nothing once it has failed', () => {
    fc.assert(fc.property(foreign, fc.array(reads, { maxLength: 30 }), (bytes, sequence) => {
      const reader = new ByteReader(bytes);
      for (const read of sequence) {
        const before = { offset: reader.offset, failed: reader.failed };
        const value = perform(reader, read);
        expect(reader.offset).toBeGreaterThanOrEqual(before.offset);
        expect(reader.offset + reader.remaining).toBe(bytes.length);
        expect(reader.remaining).toBeGreaterThanOrEqual(0);
        if (!before.failed) continue;
        expect([reader.failed, reader.offset, isNothing(value)]).toEqual([true, before.offset, true]);
      }
      expect(reader.isComplete).toBe(!reader.failed && reader.offset === bytes.length);
    }), { numRuns: 300 });
  });

  it('NET2: never reads past the end: what lies around the bytes changes nothing', () => {
    fc.assert(fc.property(foreign, fc.nat(255), fc.array(reads, { maxLength: 30 }), (bytes, around, sequence) => {
      const larger = new Uint8Array(bytes.length + 32).fill(around);
      larger.set(bytes, 16);
      const alone = new ByteReader(bytes);
      const inside = new ByteReader(larger.subarray(16, 16 + bytes.length));
      for (const read of sequence) expect(perform(inside, read)).toEqual(perform(alone, read));
      expect([inside.failed, inside.offset]).toEqual([alone.failed, alone.offset]);
    }), { numRuns: 300 });
  });

  it('NET3: reads what the writer wrote', () => {
    const values = fc.record({
      u8: fc.nat(0xff), u16: fc.nat(0xffff), u32: fc.nat(0xffff_ffff), u48: fc.nat(2 ** 48 - 1),
      bytes: fc.uint8Array({ maxLength: 20 }), text: fc.string({ unit: 'binary', maxLength: 20 }),
    });
    fc.assert(fc.property(values, ({ u8, u16, u32, u48, bytes, text }) => {
      const writer = new ByteWriter(0);
      writer.u8(u8);
      writer.u16(u16);
      writer.u32(u32);
      writer.u48(u48);
      writer.bytes32(bytes);
      writer.text16(text);
      const reader = new ByteReader(writer.finish());
      expect([reader.u8(), reader.u16(), reader.u32(), reader.u48()]).toEqual([u8, u16, u32, u48]);
      expect([reader.bytes32(20), reader.text16(200)]).toEqual([bytes, text]);
      expect(reader.isComplete).toBe(true);
    }));
  });

  it('gives views, not copies', () => {
    const bytes = Uint8Array.of(9, 1, 2, 3, 9);
    const reader = new ByteReader(bytes.subarray(1));
    const view = reader.bytes(3);
    expect([view.buffer, view.byteOffset, view.length]).toEqual([bytes.buffer, 1, 3]);
    expect(view.buffer).toBe(bytes.buffer);
  });

  it('is complete at the last byte, neither before nor past it', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2));
    reader.u8();
    expect(reader.isComplete).toBe(false);
    reader.u8();
    expect(reader.isComplete).toBe(true);
    reader.u8();
    expect(reader.isComplete).toBe(false);
  });

  it('fails on a u48 of which half is missing, and gives no half of it', () => {
    const reader = new ByteReader(Uint8Array.of(0, 0, 0, 0, 1));
    expect([reader.u48(), reader.failed]).toEqual([0, true]);
  });

  it('fails for good when it is told that a value breaks its rule', () => {
    const reader = new ByteReader(Uint8Array.of(7, 7));
    reader.fail();
    expect([reader.u8(), reader.failed, reader.offset]).toEqual([0, true, 0]);
  });

  it('NET6: takes counts and lengths up to their limit and none beyond', () => {
    const three = Uint8Array.of(3, 0, 0, 0, 0x61, 0x62, 0x63);
    expect(new ByteReader(three).count16(3)).toBe(3);
    expect(new ByteReader(three).bytes32(3)).toEqual(Uint8Array.of(0x61, 0x62, 0x63));
    expect(new ByteReader(Uint8Array.of(3, 0, 0x61, 0x62, 0x63)).text16(3)).toBe('abc');
    for (const refuse of [
      (reader: ByteReader) => reader.count16(2),
      (reader: ByteReader) => reader.bytes32(2),
      (reader: ByteReader) => reader.text16(2),
    ]) {
      const reader = new ByteReader(three);
      expect([isNothing(refuse(reader)), reader.failed]).toEqual([true, true]);
    }
  });

  it('fails on a text that is not UTF-8', () => {
    const reader = new ByteReader(Uint8Array.of(1, 0, 0xff));
    expect([reader.text16(10), reader.failed]).toEqual(['', true]);
  });
});
