import { describe, expect, it } from 'vitest';
import { accept, ignore, reject } from './verdict.ts';

describe('a verdict', () => {
  it('accepts with one shared value that nobody can change', () => {
    expect(accept).toEqual({ type: 'accept' });
    expect(Object.isFrozen(accept)).toBe(true);
  });

  it('gives a reason without blame, or blames with an offence', () => {
    expect(ignore('duplicate')).toEqual({ type: 'ignore', reason: 'duplicate' });
    expect(reject('invalid-signature')).toEqual({ type: 'reject', offence: 'invalid-signature' });
  });
});
