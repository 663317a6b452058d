/** Options are complete or refused, and people hear everything that is wrong at once. */
import { MeshError } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import type { MeshNodeOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';

const transport = (): never => {
  throw new Error('no transport is made of options');
};

function violationsOf(options: Omit<MeshNodeOptions, 'transport'>): readonly string[] {
  try {
    resolveOptions({ transport, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(MeshError);
    const { code, details } = error as MeshError<{ 'invalid-options': { violations: readonly string[] } }>;
    expect(code).toBe('invalid-options');
    return details.violations;
  }
  return [];
}

describe('options', () => {
  it('have a default for everything but the transport, and are frozen', () => {
    const options = resolveOptions({ transport });
    expect(options).toMatchObject({ transport, bootstrap: [], region: 'local', eventQueueMax: 16_384 });
    expect(options.networkSecret).toBeUndefined();
    expect(Object.isFrozen(options)).toBe(true);
    expect(options.scheme.name).toBeTypeOf('string');
  });

  it('take the network key in either case', () => {
    const key = 'aB'.repeat(32);
    expect(resolveOptions({ transport, networkKey: key }).networkSecret).toEqual(new Uint8Array(32).fill(0xab));
  });

  it('are told of all their violations at once, those of the core too', () => {
    const violations = violationsOf({
      networkKey: 'short',
      name: '\u001b[31mred',
      region: '',
      bootstrap: ['/memory/1', '10.0.0.1:4701'],
      dataDirectory: '',
      eventQueueMax: 0,
      mesh: { gossip: { fanout: 0 }, byzantine: { bansMax: 0 } },
      messages: { logsMax: 0 },
    });
    expect(violations.map((violation) => /^node\.((?:mesh\.)?[\w.]+)/.exec(violation)?.[1])).toEqual([
      'networkKey', 'name', 'region', 'bootstrap', 'dataDirectory', 'eventQueueMax', 'mesh.gossip.fanout', 'mesh.byzantine.bansMax',
      'messages.logsMax',
    ]);
  });

  it.each([
    ['an odd key', { networkKey: 'a'.repeat(63) }, 'networkKey'],
    ['a key that is no hex', { networkKey: 'g'.repeat(64) }, 'networkKey'],
    ['a name that is too long', { name: 'n'.repeat(64) }, 'name'],
    ['a name that begins with a space', { name: ' n' }, 'name'],
    ['half an event', { eventQueueMax: 1.5 }, 'eventQueueMax'],
    ['no number of events', { eventQueueMax: Number.NaN }, 'eventQueueMax'],
  ])('with %s are refused by name', (_what, options, name) => {
    const violations = violationsOf(options);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(new RegExp(`^node\\.${name} must `));
  });

  it('at their limits are taken', () => {
    expect(violationsOf({ name: 'n'.repeat(63), region: 'Île-de-France', eventQueueMax: 1, networkKey: '0'.repeat(64) })).toEqual([]);
  });
});
