import { random32 } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { sizeFromLeast } from './size-estimate.ts';
import { claim, node, TestRegistry } from './registry.test.support.ts';

describe('sizeFromLeast', () => {
  it('is 1 / least - 1 for one key, and 0 without any', () => {
    expect(sizeFromLeast([0.25])).toBe(3);
    expect(sizeFromLeast([])).toBe(0);
  });

  it.each([100, 1_000, 10_000])('%i members: within the error of a sketch with 32 keys', (members) => {
    const least = Array.from({ length: 32 }, (_, key) => {
      let min = 1;
      for (let member = 0; member < members; member++) min = Math.min(min, random32(7, member, key, 0) / 2 ** 32);
      return min;
    });
    // Its deviation is 18 %: three of them.
    expect(Math.abs(sizeFromLeast(least) / members - 1)).toBeLessThan(0.54);
  });
});

describe('the estimated size', () => {
  it('is the rows while they hold everybody, and never below them', () => {
    const registry = TestRegistry.joined({ members: 20, membersMax: 30 });
    expect(registry.registry.estimatedSize(node)).toBe(21);
    registry.hear(...Array.from({ length: 20 }, (_, i) => claim(30 + i, 'alive')));
    expect(registry.registry.members(node).length).toBe(30);
    expect(registry.registry.estimatedSize(node)).toBeGreaterThanOrEqual(30);
  });
});
