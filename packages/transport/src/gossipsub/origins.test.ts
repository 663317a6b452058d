import { describe, expect, it } from 'vitest';
import { Origins } from './origins.ts';

const id = (number: number): Uint8Array => Uint8Array.of(number, 0xff);

describe('the id of a foreign message', () => {
  it('BRI3: is news once', () => {
    const known = new Origins(3);
    expect([1, 2, 1].map((number) => known.note(id(number)))).toEqual([true, true, false]);
    expect(known.size).toBe(2);
  });

  it('BRI7: is remembered within a bound, the oldest forgotten first', () => {
    const known = new Origins(3);
    for (let number = 0; number < 100; number += 1) {
      known.note(id(number));
      expect(known.size).toBeLessThanOrEqual(3);
    }
    expect([99, 98, 97, 96].map((number) => known.note(id(number)))).toEqual([false, false, false, true]);
  });
});
