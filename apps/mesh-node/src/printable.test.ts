import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableData } from './printable.ts';

describe('text of others', () => {
  it('moves no cursor and hides no line', () => {
    expect(printable('a\u001b[2J\r\nb\u0085\u202ec')).toBe('a\\u001b[2J\\u000d\\u000ab\\u0085\\u202ec');
  });

  it('stays as it is where it is harmless', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '漢', '🐦', ' ', '"') }), (text) => {
      expect(printable(text)).toBe(text);
    }));
  });

  it('never keeps a control character', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      // oxlint-disable-next-line no-control-regex
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }));
  });

  it('is made harmless inside plain data', () => {
    const error = new Error('kept');
    expect(printableData({ a: ['\u0007'], b: { '\u0008': 1 }, error })).toEqual({ a: ['\\u0007'], b: { '\\u0008': 1 }, error });
  });
});
