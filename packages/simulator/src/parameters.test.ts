import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeValues, flagOf, readValue, replayCommand, wantedOf, writeValue } from './parameters.ts';
import type { Parameter } from './scenario.ts';

const kinds: Readonly<Record<Parameter['kind'], Parameter>> = {
  integer: { kind: 'integer', default: 5, min: 1, max: 1_000_000, help: '' },
  share: { kind: 'share', default: 0, help: '' },
  duration: { kind: 'duration', default: 1_000, help: '' },
  rate: { kind: 'rate', default: 1, help: '' },
  choice: { kind: 'choice', default: 'push', choices: ['push', 'pull'], help: '' },
};

describe('values of parameters', () => {
  it.each([
    ['integer', '1000', 1_000], ['integer', '1_000', 1_000], ['integer', '1e6', 1_000_000], ['share', '0.01', 0.01], ['share', '1', 1],
    ['duration', '250ms', 250], ['duration', '5s', 5_000], ['duration', '1.5min', 90_000], ['duration', '1h', 3_600_000],
    ['rate', '0.1/min', 0.1], ['rate', '2/s', 120], ['rate', '6/h', 0.1], ['choice', 'pull', 'pull'],
  ] as const)('%s %s is %s', (kind, text, value) => {
    expect(readValue(kinds[kind], text)).toEqual({ value });
  });

  it.each([
    ['integer', '0', 'an integer from 1 to 1000000'], ['integer', '1.5', 'an integer from 1 to 1000000'], ['integer', '-1', 'an integer from 1 to 1000000'],
    ['integer', '', 'an integer from 1 to 1000000'], ['share', '2', 'a share from 0 to 1'], ['share', 'NaN', 'a share from 0 to 1'],
    ['duration', '5', 'a duration (5s, 250ms, 2min) from 0ms'], ['rate', '3', 'a rate (0.1/min, 2/s) from 0/min'], ['choice', 'gossip', 'one of push, pull'],
  ] as const)('%s %s is refused: %s', (kind, text, wanted) => {
    expect(readValue(kinds[kind], text)).toEqual({ wanted });
    expect(wantedOf(kinds[kind])).toBe(wanted);
  });

  it('are written so that they read back', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (ms) => {
      expect(readValue(kinds.duration, writeValue(kinds.duration, ms))).toEqual({ value: ms });
      expect(readValue(kinds.rate, writeValue(kinds.rate, ms / 16))).toEqual({ value: ms / 16 });
    }));
  });
});

it('the command of a replay names every parameter, seed and workers', () => {
  const scenario = { name: 'echo', parameters: { nodes: kinds.integer, lateAfter: kinds.duration } };
  const values = completeValues(scenario, { nodes: 7 });
  expect(values).toEqual({ nodes: 7, lateAfter: 1_000 });
  expect(flagOf('lateAfter')).toBe('--late-after');
  expect(replayCommand(scenario, values, { seed: 3, workers: 2 })).toBe('mesh-sim run echo --nodes 7 --late-after 1s --seed 3 --workers 2');
});
