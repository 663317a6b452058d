import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerId } from '@murmuration/protocol';
import { applicationScore, scoreParameters, scoreThresholds } from './score.ts';

const earnedMax = scoreParameters([], () => 1).topicScoreCap;

describe('the application score', () => {
  it('is 0 for the neutral reputation, and never negative above it', () => {
    expect([applicationScore(0.5), applicationScore(1)]).toEqual([0, 10]);
    const above = fc.double({ min: 0.5, max: 1, noNaN: true });
    fc.assert(fc.property(above, (reputation) => applicationScore(reputation) >= 0));
  });

  it('of a reputation below 0.5 is on the graylist, whatever the peer earns in topics', () => {
    const below = fc.double({ min: -1, max: 0.5, maxExcluded: true, noNaN: true });
    fc.assert(fc.property(below, (reputation) =>
      applicationScore(reputation) + earnedMax < scoreThresholds.graylistThreshold));
  });

  it('rises with the reputation', () => {
    const reputation = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(fc.property(reputation, reputation, (one, other) =>
      applicationScore(Math.min(one, other)) <= applicationScore(Math.max(one, other))));
  });

  it('of what is no number is that of nobody', () => {
    expect(applicationScore(Number.NaN)).toBe(applicationScore(0));
  });

  it('is asked for by peer, and weighs 1', () => {
    const parameters = scoreParameters(['t'], (peer) => (peer === ('good' as PeerId) ? 1 : 0));
    const scores = ['good', 'bad'].map((peer) => parameters.appSpecificScore(peer));
    expect([...scores, parameters.appSpecificWeight]).toEqual([10, -200, 1]);
  });
});
