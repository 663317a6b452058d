/** What others write about themselves is read with suspicion. */
import { encodeText } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePresence, encodePresence, isLabel } from './presence.ts';

const none = { name: '', region: '' };

describe('a presence', () => {
  it('decodes to what was encoded', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 63 }).filter(isLabel);
    fc.assert(fc.property(label, label, (name, region) => {
      expect(decodePresence(encodePresence({ name, region }))).toEqual({ name, region });
    }));
  });

  it('has one encoding, whatever else the object holds', () => {
    const other = { region: 'west', extra: 1, name: 'starling' };
    expect(encodePresence(other)).toEqual(encodePresence({ name: 'starling', region: 'west' }));
  });

  it.each([
    ['nothing', undefined],
    ['no UTF-8', Uint8Array.of(0xff)],
    ['no JSON', encodeText('{name:')],
    ['null', encodeText('null')],
    ['a number', encodeText('7')],
    ['a text', encodeText('"name"')],
    ['a list', encodeText('["name"]')],
    ['values of other types', encodeText('{"name":{"a":1},"region":["x"]}')],
    ['a prototype', encodeText('{"__proto__":{"name":"evil","region":"evil"}}')],
    ['escape sequences of a terminal', encodeText(JSON.stringify({ name: 'a\u001b[2Jb', region: '\u0007' }))],
    ['line breaks', encodeText(JSON.stringify({ name: 'a\nb', region: 'a\r' }))],
    ['text that runs backwards', encodeText(JSON.stringify({ name: 'a\u202eb', region: '\u202e' }))],
    ['labels that are too long', encodeText(JSON.stringify({ name: 'a'.repeat(64), region: 'b'.repeat(15_000) }))],
    ['half a surrogate pair', encodeText('{"name":"a\\ud800","region":"\\udc00"}')],
  ])('of %s tells nothing', (_what, bytes) => {
    expect(decodePresence(bytes)).toEqual(none);
  });

  it('of any bytes is two labels or empty texts', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(encodeText));
    fc.assert(fc.property(bytes, (given) => {
      const { name, region } = decodePresence(given);
      for (const each of [name, region]) expect(each === '' || isLabel(each)).toBe(true);
    }));
  });

  it('keeps what is sound beside what is not', () => {
    expect(decodePresence(encodeText('{"name":"Åsa 3/b","region":7}'))).toEqual({ name: 'Åsa 3/b', region: '' });
  });
});
