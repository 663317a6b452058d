import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentNameBytesMax, documentUpdateBytesMax, registerKeyBytesMax, registerValueBytesMax } from './limits.ts';
import { encodeText } from './text.ts';
import { decodeUpdates, encodeUpdates, type Update } from './updates.ts';

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
const value = fc.uint8Array({ maxLength: 30 });
const updates: fc.Arbitrary<Update[]> = fc.array(fc.oneof(
  fc.record({ type: fc.constant('register-set' as const), key: name, value }),
  fc.record({ type: fc.constant('register-delete' as const), key: name }),
  fc.record({ type: fc.constant('document-update' as const), document: name, update: value }),
), { maxLength: 8 });

const three: Update[] = [
  { type: 'register-set', key: 'load', value: Uint8Array.of(1, 2) },
  { type: 'register-delete', key: 'old' },
  { type: 'document-update', document: 'plan', update: Uint8Array.of(3) },
];
const payload = encodeUpdates(three);
const isAccepted = (update: Update): boolean => decodeUpdates(encodeUpdates([update]), 1) !== undefined;

function expectCanonical(bytes: Uint8Array, count: number): void {
  const decoded = decodeUpdates(bytes, count);
  if (decoded === undefined) return;
  expect(decoded).toHaveLength(count);
  expect(encodeUpdates(decoded)).toEqual(bytes);
}

describe('updates', () => {
  it('NET3: decode to what was encoded, in order', () => {
    fc.assert(fc.property(updates, (run) => {
      expect(decodeUpdates(encodeUpdates(run), run.length)).toEqual(run);
    }));
  });

  it('have a kind, a name and, but for a deletion, bytes', () => {
    expect([...payload]).toEqual([
      1, 4, 0, ...encodeText('load'), 2, 0, 0, 0, 1, 2,
      2, 3, 0, ...encodeText('old'),
      3, 4, 0, ...encodeText('plan'), 1, 0, 0, 0, 3,
    ]);
  });

  it('NET5: are all there or none is: another count, a byte less or a byte more is refused', () => {
    fc.assert(fc.property(updates, fc.nat(9), fc.uint8Array({ minLength: 1, maxLength: 8 }), (run, count, more) => {
      const bytes = encodeUpdates(run);
      if (count !== run.length) expect(decodeUpdates(bytes, count)).toBeUndefined();
      expect(decodeUpdates(Uint8Array.of(...bytes, ...more), run.length)).toBeUndefined();
      for (let length = 0; length < bytes.length; length++) {
        expect(decodeUpdates(bytes.subarray(0, length), run.length)).toBeUndefined();
      }
    }));
  });

  it('NET4: have exactly one encoding', () => {
    for (let at = 0; at < payload.length; at++) {
      for (let other = 0; other < 256; other++) expectCanonical(payload.with(at, other), three.length);
    }
  });

  it('NET1: of any bytes and any count never make the decoder throw', () => {
    const small = fc.array(fc.oneof(fc.nat(3), fc.nat(255)), { maxLength: 40 });
    fc.assert(fc.property(small, fc.nat(20_000), (bytes, count) => {
      expectCanonical(Uint8Array.from(bytes), count);
    }), { numRuns: 1_000 });
  });

  it.each([0, 4, 255])('of the unknown kind %i are refused', (kind) => {
    expect(decodeUpdates(Uint8Array.of(kind, ...payload.subarray(1)), 3)).toBeUndefined();
  });

  it('NET6: keep the limits of registers', () => {
    const set = (key: number, bytes: number): Update =>
      ({ type: 'register-set', key: 'k'.repeat(key), value: new Uint8Array(bytes) });
    expect(isAccepted(set(registerKeyBytesMax, registerValueBytesMax))).toBe(true);
    expect(isAccepted(set(registerKeyBytesMax + 1, 1))).toBe(false);
    expect(isAccepted(set(1, registerValueBytesMax + 1))).toBe(false);
    expect(isAccepted({ type: 'register-delete', key: 'k'.repeat(registerKeyBytesMax) })).toBe(true);
    expect(isAccepted({ type: 'register-delete', key: 'k'.repeat(registerKeyBytesMax + 1) })).toBe(false);
  });

  it('NET6: keep the limits of documents', () => {
    const update = (document: number, bytes: number): Update =>
      ({ type: 'document-update', document: 'd'.repeat(document), update: new Uint8Array(bytes) });
    expect(isAccepted(update(documentNameBytesMax, documentUpdateBytesMax))).toBe(true);
    expect(isAccepted(update(documentNameBytesMax + 1, 1))).toBe(false);
    expect(isAccepted(update(1, documentUpdateBytesMax + 1))).toBe(false);
  });

  it('NET6: name something: an empty name is refused', () => {
    expect(isAccepted({ type: 'register-set', key: '', value: new Uint8Array(0) })).toBe(false);
    expect(isAccepted({ type: 'register-delete', key: '' })).toBe(false);
    expect(isAccepted({ type: 'document-update', document: '', update: new Uint8Array(0) })).toBe(false);
  });
});
