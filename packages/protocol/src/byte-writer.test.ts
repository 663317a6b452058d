import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

const written = (write: (writer: ByteWriter) => void): number[] => {
  const writer = new ByteWriter(1);
  write(writer);
  return [...writer.finish()];
};

describe('ByteWriter', () => {
  it('puts the least significant byte first', () => {
    expect(written((writer) => writer.u8(0xab))).toEqual([0xab]);
    expect(written((writer) => writer.u16(0x0102))).toEqual([2, 1]);
    expect(written((writer) => writer.u32(0x0102_0304))).toEqual([4, 3, 2, 1]);
    expect(written((writer) => writer.u48(0x0102_0304_0506))).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('puts a length before texts and bytes', () => {
    expect(written((writer) => writer.text16('é'))).toEqual([2, 0, 0xc3, 0xa9]);
    expect(written((writer) => writer.bytes32(Uint8Array.of(7, 8)))).toEqual([2, 0, 0, 0, 7, 8]);
    expect(written((writer) => writer.bytes(Uint8Array.of(7, 8)))).toEqual([7, 8]);
  });

  it.each([0, 1, 0xffff_ffff, 0x1_0000_0000, 2 ** 48 - 1])('keeps %i, which fits 48 bits', (value) => {
    const writer = new ByteWriter();
    writer.u48(value);
    expect(new ByteReader(writer.finish()).u48()).toBe(value);
  });

  it.each([-1, 2 ** 48, 1.5, Number.NaN])('asserts that %d is no u48', (value) => {
    expect(() => new ByteWriter().u48(value)).toThrow('a u48 fits 48 bits');
  });

  it('takes a text of 65,535 bytes and no longer one', () => {
    expect(written((writer) => writer.text16('x'.repeat(0xffff)))).toHaveLength(0xffff + 2);
    expect(() => new ByteWriter().text16('x'.repeat(0x1_0000))).toThrow('at most 65,535 bytes');
    expect(() => new ByteWriter().text16('é'.repeat(0x8000))).toThrow('at most 65,535 bytes');
  });

  it('patches what was written, and nothing beyond', () => {
    const writer = new ByteWriter();
    writer.u32(0);
    writer.u8(9);
    writer.patchU32(0, 0x0102_0304);
    expect([...writer.finish()]).toEqual([4, 3, 2, 1, 9]);
    expect(() => writer.patchU32(2, 0)).toThrow('a patch lies inside what was written');
  });

  it('gives what it takes one after the other, and never touches what it gave', () => {
    fc.assert(fc.property(fc.nat(40), fc.array(fc.array(fc.uint8Array({ maxLength: 20 })), { maxLength: 20 }), (capacity, writings) => {
      const writer = new ByteWriter(capacity);
      const taken = writings.map((parts) => {
        writer.u32(0);
        for (const part of parts) writer.bytes32(part);
        writer.patchU32(0, writer.length);
        return writer.take();
      });
      const alone = writings.map((parts) => {
        const own = new ByteWriter();
        own.u32(0);
        for (const part of parts) own.bytes32(part);
        own.patchU32(0, own.length);
        return own.finish();
      });
      expect(taken).toEqual(alone);
      expect(writer.length).toBe(0);
    }));
  });

  it('holds the same bytes whatever its first capacity was', () => {
    fc.assert(fc.property(fc.nat(40), fc.array(fc.uint8Array({ maxLength: 20 })), (capacity, parts) => {
      const writer = new ByteWriter(capacity);
      for (const part of parts) writer.bytes32(part);
      const roomy = new ByteWriter(100_000);
      for (const part of parts) roomy.bytes32(part);
      expect(writer.length).toBe(parts.reduce((sum, part) => sum + 4 + part.length, 0));
      expect(writer.finish()).toEqual(roomy.finish());
    }));
  });
});
