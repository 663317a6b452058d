import { describe, expect, it } from 'vitest';
import { silentObserver } from './observer.ts';

describe('silentObserver', () => {
  it('hears everything, answers nothing and cannot be made to speak', () => {
    const methods = Object.values(silentObserver) as (() => unknown)[];
    expect(methods.map((hear) => hear())).toEqual(methods.map(() => undefined));
    expect(Object.isFrozen(silentObserver)).toBe(true);
  });
});
