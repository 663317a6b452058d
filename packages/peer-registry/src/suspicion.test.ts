import fc from 'fast-check';
import { millis } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { peerRegistryDefaults } from './options.ts';
import { observersWanted, suspicionRange, suspicionTimeoutMs } from './suspicion.ts';

const lifeguard = { suspicionAlpha: 4, suspicionBeta: 6, confirmationsWanted: 2, probeIntervalMs: millis(1_000) };

describe('suspicionRange', () => {
  // GOSSIP.md 3.4, with Lifeguard's own alpha of 4 and a period of one second: 7.2 s at 64 members, 9.6 s at 256.
  it.each([[64, 7.2], [256, 9.6], [10, 4], [2, 4]])('%i members: at least %f s', (members, seconds) => {
    const { minMs, maxMs } = suspicionRange(members, lifeguard);
    expect(minMs / 1_000).toBeCloseTo(seconds, 1);
    expect(maxMs).toBeCloseTo(6 * minMs);
  });

  it('of the defaults is 3.6 to 21.7 s in a full cell', () => {
    const { minMs, maxMs } = suspicionRange(256, peerRegistryDefaults);
    expect(minMs).toBeCloseTo(3_612, 0);
    expect(maxMs).toBeCloseTo(21_674, 0);
  });

  it.each([[2, 0], [3, 0], [4, 2], [100, 2]])('%i members: %i confirmations are wanted', (members, wanted) => {
    expect(suspicionRange(members, lifeguard).wanted).toBe(wanted);
  });
});

describe('suspicionTimeoutMs', () => {
  const range = { wanted: 2, minMs: millis(1_000), maxMs: millis(6_000) };

  it.each([[0, 6_000], [1, 2_845], [2, 1_000], [3, 1_000]])('%i confirmations of 2: %i ms', (confirmations, expected) => {
    expect(suspicionTimeoutMs(confirmations, range)).toBeCloseTo(expected, 0);
  });

  it('is the least at once where nobody could confirm', () => {
    expect(suspicionTimeoutMs(0, { ...range, wanted: 0 })).toBe(1_000);
  });

  it('never grows with a confirmation, and stays between the ends', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 512 }), fc.nat(5), (members, confirmations) => {
      const between = suspicionRange(members, peerRegistryDefaults);
      const now = suspicionTimeoutMs(confirmations, between);
      expect(now).toBeGreaterThanOrEqual(suspicionTimeoutMs(confirmations + 1, between));
      expect(now).toBeGreaterThanOrEqual(between.minMs);
      expect(now).toBeLessThanOrEqual(between.maxMs);
    }));
  });
});

describe('observersWanted', () => {
  it.each([[2, 1, 1], [3, 2, 2], [3, 1, 1], [4, 3, 3], [4, 0, 1], [5, 1, 3], [256, 1, 3]])(
    '%i members, %i of them alive: %i', (members, alive, wanted) => {
      expect(observersWanted(members, alive)).toBe(wanted);
    });
});
