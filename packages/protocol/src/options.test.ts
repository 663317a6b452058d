import { describe, expect, it } from 'vitest';
import { MeshError } from './errors.ts';
import { OptionCheck, throwViolations } from './options.ts';

const thrownBy = (run: () => void): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('OptionCheck', () => {
  it('accepts the borders of a range', () => {
    const check = new OptionCheck('gossip').integer('fanout', 1, 1, 8).integer('fanout', 8, 1, 8)
      .number('share', 0, 0, 1).number('share', 1, 0, 1).holds(true, 'never said');
    expect(check.violations).toEqual([]);
  });

  it.each([0, 9, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1])('finds no integer from 1 to 8 in %d', (value) => {
    expect(new OptionCheck('gossip').integer('fanout', value, 1, 8).violations)
      .toEqual([`gossip.fanout must be an integer from 1 to 8, not ${value}`]);
  });

  it.each([-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])('finds no number from 0 to 1 in %d', (value) => {
    expect(new OptionCheck('gossip').number('share', value, 0, 1).violations)
      .toEqual([`gossip.share must be a number from 0 to 1, not ${value}`]);
  });
});

describe('throwViolations', () => {
  it('names every violation of every section at once', () => {
    const gossip = new OptionCheck('gossip').integer('fanout', 0, 1, 8).number('share', 2, 0, 1);
    const registry = new OptionCheck('peerRegistry').holds(false, 'probeTimeoutMs must be below probeIntervalMs');
    const error = thrownBy(() => throwViolations([gossip, new OptionCheck('mesh'), registry]));
    const violations = [
      'gossip.fanout must be an integer from 1 to 8, not 0',
      'gossip.share must be a number from 0 to 1, not 2',
      'peerRegistry.probeTimeoutMs must be below probeIntervalMs',
    ];
    expect(error).toBeInstanceOf(MeshError);
    expect(error).toMatchObject({ code: 'invalid-options', details: { violations }, isRetryable: false });
    expect((error as Error).message).toBe(violations.join('; '));
  });

  it('returns where nothing is violated', () => {
    expect(thrownBy(() => throwViolations([new OptionCheck('gossip').integer('fanout', 3, 1, 8)]))).toBeUndefined();
  });
});
