import fc from 'fast-check';
import {
  Allocator,
  millis,
  noPeer,
  silentObserver,
  type Effects,
  type ModuleContext,
  type NodeIndex,
  type Offence,
  type PeerIndex,
} from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { byzantineDefaults, checkByzantineOptions, type ByzantineOptions } from './options.ts';
import { Validator } from './validator.ts';

const node = 0 as NodeIndex;
const peerOf = (index: number): PeerIndex => index as PeerIndex;
const nothing = (): void => undefined;

/** A validator of two nodes; what it asks for and reports is written down. */
function validatorWith(options: Partial<ByzantineOptions> = {}): {
  readonly validator: Validator;
  readonly said: string[];
  offend(peer: number, atMs: number): void;
  banned(atMs: number): number[];
  linkUp(peer: number, atMs: number): boolean;
} {
  const said: string[] = [];
  const effects: Effects = {
    send: nothing, setTimer: nothing, connect: nothing, emit: nothing,
    disconnect: (_node, peer, reason) => said.push(`disconnect ${peer} ${reason}`),
  };
  const context: ModuleContext = {
    allocator: new Allocator(2),
    observer: {
      ...silentObserver,
      offenceSeen: (_node: NodeIndex, peer: PeerIndex, offence: Offence) => said.push(`fact ${peer} ${offence}`),
    },
    changes: { offenceSeen: (_node, peer, offence) => said.push(`change ${peer} ${offence}`) },
    tags: { highOf: Number, lowOf: Number },
    source: { batchAfter: () => undefined, batchOf: () => undefined },
    seed: 1,
  };
  const validator = new Validator({ ...byzantineDefaults, ...options }, context);
  return {
    validator,
    said,
    offend: (peer, atMs) => validator.onOffence(node, peerOf(peer), 'invalid-signature', millis(atMs), effects),
    banned: (atMs) => Array.from({ length: 20 }, (_, peer) => peer)
      .filter((peer) => validator.isBanned(node, peerOf(peer), millis(atMs))),
    linkUp: (peer, atMs) => validator.onLinkUp(node, peerOf(peer), millis(atMs), effects),
  };
}

describe('BYZ3: an offence bans its peer for banMs', () => {
  it('ends its link, and is reported once to each who must know', () => {
    const { offend, said } = validatorWith();
    offend(3, 1_000);
    expect(said).toEqual(['fact 3 invalid-signature', 'change 3 invalid-signature', 'disconnect 3 offence']);
  });

  it('until the last millisecond, and not longer', () => {
    const { offend, banned } = validatorWith({ banMs: millis(30_000) });
    offend(3, 1_000);
    expect(banned(1_000)).toEqual([3]);
    expect(banned(30_999)).toEqual([3]);
    expect(banned(31_000)).toEqual([]);
  });

  it('a banned peer that comes back is sent away; after the ban it may stay', () => {
    const { offend, linkUp, said } = validatorWith({ banMs: millis(30_000) });
    offend(3, 1_000);
    said.length = 0;
    expect(linkUp(3, 2_000)).toBe(false);
    expect(said).toEqual(['disconnect 3 offence']);
    expect(linkUp(4, 2_000)).toBe(true);
    expect(linkUp(3, 31_000)).toBe(true);
    expect(said.length).toBe(1);
  });

  it('only at the node that saw it: nobody else hears of it', () => {
    const { offend, validator } = validatorWith();
    offend(3, 1_000);
    expect(validator.isBanned(1 as NodeIndex, peerOf(3), millis(1_000))).toBe(false);
  });

  it('nobody is banned at first, not even no peer', () => {
    const { banned, validator } = validatorWith();
    expect(banned(0)).toEqual([]);
    expect(validator.isBanned(node, noPeer, millis(0))).toBe(false);
  });

  it('a repeated offence starts the time anew', () => {
    const { offend, banned } = validatorWith({ banMs: millis(100) });
    offend(3, 0);
    offend(3, 90);
    expect(banned(150)).toEqual([3]);
  });
});

describe('BYZ4: bans are bounded, and the oldest gives way', () => {
  it('to a new one', () => {
    const { offend, banned } = validatorWith({ bansMax: 3 });
    for (const peer of [1, 2, 3, 4]) offend(peer, peer);
    expect(banned(10)).toEqual([2, 3, 4]);
    offend(2, 11);
    offend(5, 12);
    expect(banned(20)).toEqual([2, 4, 5]);
  });

  it('who repeats itself crowds nobody out', () => {
    const { offend, banned } = validatorWith({ bansMax: 3 });
    offend(1, 1);
    offend(2, 2);
    for (let atMs = 3; atMs < 50; atMs++) offend(3, atMs);
    expect(banned(50)).toEqual([1, 2, 3]);
  });

  it('agrees with a list that keeps the latest bansMax offenders', () => {
    const bounds = fc.integer({ min: 1, max: 5 });
    fc.assert(fc.property(bounds, fc.array(fc.nat(9), { maxLength: 40 }), (bansMax, offenders) => {
      const { offend, banned } = validatorWith({ bansMax });
      let model: number[] = [];
      offenders.forEach((peer, at) => {
        offend(peer, at);
        model = [...model.filter((known) => known !== peer), peer].slice(-bansMax);
        expect(banned(at)).toEqual(model.toSorted((one, other) => one - other));
      });
    }));
  });
});

describe('the options', () => {
  it('of the defaults keep their own rules', () => {
    expect(checkByzantineOptions(byzantineDefaults).violations).toEqual([]);
  });

  it.each([['banMs', { banMs: millis(-1) }], ['bansMax', { bansMax: 0 }], ['bansMax', { bansMax: 1.5 }]])(
    'are refused where %s breaks its rule: %o', (name, input) => {
      const { violations } = checkByzantineOptions({ ...byzantineDefaults, ...input });
      expect(violations.map((violation) => violation.split(' ')[0])).toEqual([`byzantine.${name}`]);
    });
});

describe('BYZ7: what we have seen of a peer is its reputation', () => {
  const reputations = (offend: (validator: ReturnType<typeof validatorWith>) => void, at: readonly number[], peer = 3): number[] => {
    const made = validatorWith({ banMs: millis(1_000), recoverMs: millis(10_000), bansMax: 2 });
    offend(made);
    return at.map((atMs) => made.validator.reputationOf(node, peerOf(peer), millis(atMs)));
  };

  it('one who did nothing stands at 1; an offender at 0 while banned, then at a half and, as time passes, at 1 again', () => {
    expect(reputations(() => undefined, [0, 1e9])).toEqual([1, 1]);
    expect(reputations(({ offend }) => offend(3, 5_000), [5_000, 5_999, 6_000, 8_000, 11_000, 16_000, 1e9])).toEqual([0, 0, 0.5, 0.6, 0.75, 1, 1]);
    expect(reputations(({ offend }) => offend(3, 5_000), [5_000, 9_000], 4)).toEqual([1, 1]);
  });

  it('who offends again begins again', () => {
    expect(reputations(({ offend }) => { offend(3, 0); offend(3, 6_000); }, [6_500, 7_000, 12_000])).toEqual([0, 0.5, 0.75]);
  });

  it('is between 0 and 1, 0 exactly where it is banned, and never falls but by an offence', () => {
    const offences = fc.array(fc.record({ peer: fc.integer({ min: 0, max: 4 }), afterMs: fc.nat(5_000) }), { maxLength: 12 });
    fc.assert(fc.property(offences, fc.array(fc.nat(4_000), { minLength: 2, maxLength: 12 }), (list, waits) => {
      const { validator, offend } = validatorWith({ banMs: millis(1_000), recoverMs: millis(10_000), bansMax: 2 });
      let atMs = 0;
      for (const { peer, afterMs } of list) offend(peer, (atMs += afterMs));
      const before = [0, 0, 0, 0, 0];
      for (const waitMs of waits) {
        atMs += waitMs;
        before.forEach((least, peer) => {
          const reputation = validator.reputationOf(node, peerOf(peer), millis(atMs));
          expect(reputation).toBeGreaterThanOrEqual(least);
          expect(reputation).toBeLessThanOrEqual(1);
          expect(reputation === 0).toBe(validator.isBanned(node, peerOf(peer), millis(atMs)));
          before[peer] = reputation;
        });
      }
    }));
  });
});
