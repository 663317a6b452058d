import { describe, expect, it } from 'vitest';
import { KeyObjects } from './key-objects.ts';
import { generateSecretKey, publicKeyOf } from './keys.ts';

const newKey = (): Uint8Array => publicKeyOf(generateSecretKey());

describe('KeyObjects', () => {
  it('imports a key once and finds it by its bytes, not by its array', () => {
    const keys = new KeyObjects();
    const key = newKey();
    expect(keys.of(key.slice())).toBe(keys.of(key));
    expect(keys.of(newKey())).not.toBe(keys.of(key));
    expect(keys.size).toBe(2);
  });

  it('finds a key in a view into a larger buffer', () => {
    const keys = new KeyObjects();
    const key = newKey();
    const frame = new Uint8Array(100);
    frame.set(key, 9);
    expect(keys.of(frame.subarray(9, 41))).toBe(keys.of(key));
  });

  it('never holds more than two generations', () => {
    const keys = new KeyObjects(4);
    let largest = 0;
    for (let i = 0; i < 50; i += 1) {
      keys.of(newKey());
      largest = Math.max(largest, keys.size);
    }
    expect(largest).toBe(8);
  });

  it('keeps the key in use while others come and go', () => {
    const keys = new KeyObjects(4);
    const used = newKey();
    const first = keys.of(used);
    for (let i = 0; i < 50; i += 1) {
      keys.of(newKey());
      expect(keys.of(used)).toBe(first);
    }
  });

  it('drops a key that two generations did not ask for', () => {
    const keys = new KeyObjects(4);
    const forgotten = newKey();
    const first = keys.of(forgotten);
    for (let i = 0; i < 8; i += 1) keys.of(newKey());
    expect(keys.of(forgotten)).not.toBe(first);
  });
});
