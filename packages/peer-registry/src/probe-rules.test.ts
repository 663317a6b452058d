import { describe, expect, it } from 'vitest';
import { peerRegistryDefaults } from './options.ts';
import { helpersWanted, probeEndMs, probeTimeoutMs, streamPingAfterMs } from './probe-rules.ts';

describe('helpersWanted', () => {
  // GOSSIP.md 2.5: a leg loss of 10, 15, 20, 25 % wants 3, 4, 6, 8 helpers; a direct answer crosses two legs.
  it.each([[0, 3], [0.1, 3], [0.15, 4], [0.2, 6], [0.25, 8], [0.5, 8], [1, 8]])('leg loss %f: %i', (loss, wanted) => {
    expect(helpersWanted((1 - loss) ** 2, peerRegistryDefaults)).toBe(wanted);
  });

  it('keeps the failures of a healthy member at 2.5 % where the cap allows it', () => {
    for (let share = 0.57; share <= 1; share += 0.01) {
      const helpers = helpersWanted(share, peerRegistryDefaults);
      expect((1 - share) * (1 - share * share) ** helpers).toBeLessThanOrEqual(0.025);
    }
  });
});

describe('times of a probe', () => {
  it.each([[0, 250], [1, 100], [30, 120], [62, 248], [500, 250]])('rtt %i ms: %i ms for the direct answer', (rttMs, timeoutMs) => {
    expect(probeTimeoutMs(rttMs, peerRegistryDefaults)).toBe(timeoutMs);
  });

  it('a path slower than the period has three round trips', () => {
    expect(probeEndMs(500, 20)).toBe(450);
    expect(probeEndMs(500, 700)).toBe(2_100);
  });

  it('three more pings and the last answer share what is left evenly', () => {
    const first = streamPingAfterMs(1, 400);
    const second = streamPingAfterMs(2, 400 - first);
    expect([first, second]).toEqual([100, 100]);
  });
});
