import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearestWord } from './did-you-mean.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });

describe('a mistyped word', () => {
  it('is told the nearest known word', () => {
    expect(didYouMean('--bootstarp', ['--name', '--bootstrap'])).toBe(' (did you mean --bootstrap?)');
    expect(didYouMean('stats', ['start', 'status', 'peers'])).toBe(' (did you mean status?)');
  });

  it('is compared without case and separators', () => {
    expect(nearestWord('idle-timeout-ms', ['idleTimeoutMs'])).toBe('idleTimeoutMs');
    expect(nearestWord('MESH_LOG_LEVEL', ['MESH_LOG__LEVEL', 'MESH_LISTEN'])).toBe('MESH_LOG__LEVEL');
  });

  it('may be the beginning of the known one', () => {
    expect(nearestWord('--network-key', ['--name', '--network-key-file'])).toBe('--network-key-file');
    expect(nearestWord('--ne', ['--network-key-file'])).toBeUndefined();
  });

  it('is told nothing when no known word is near', () => {
    expect(didYouMean('frobnicate', ['start', 'status', 'peers'])).toBe('');
    expect(didYouMean('', ['start'])).toBe('');
  });
});

describe('the edit distance', () => {
  it('counts a swap of neighbors as one edit', () => {
    expect(editDistance('start', 'satrt')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  it('is symmetric, and zero for equal words only', () => {
    fc.assert(fc.property(word, word, (left, right) => {
      expect(editDistance(left, right)).toBe(editDistance(right, left));
      expect(editDistance(left, right) === 0).toBe(left === right);
    }));
  });

  it('is at least the difference and at most the larger of the lengths', () => {
    fc.assert(fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right);
      expect(distance).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
      expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
    }));
  });
});
