import { describe, expect, it } from 'vitest';
import { assert, unreachable } from './assert.ts';

describe('assert', () => {
  it('says what is false, and that the fault is ours', () => {
    expect(() => assert(false, 'a view is bounded')).toThrow('murmuration bug: a view is bounded');
  });

  it('is silent about what is true', () => {
    expect(() => assert(true, 'a view is bounded')).not.toThrow();
  });
});

describe('unreachable', () => {
  it('shows the value that nobody handles', () => {
    expect(() => unreachable({ type: 'new' } as never)).toThrow('murmuration bug: unhandled {"type":"new"}');
  });
});
