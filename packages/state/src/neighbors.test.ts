/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Epoch } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { clientIdOf, clientSeed } from './client-id.ts';
import { openDoc } from './shared-doc.ts';
import { item, stringOf, updateOf, type Id } from './crafted.test.support.ts';
import { keyOf, Pen, type Sealed } from './pen.test.support.ts';
import { interleave, Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const clientOf = (author: number): number => clientIdOf(sha256(clientSeed(keyOf(author), 1 as Epoch)));

/** An item by author and clock, between two others (or the ends). */
interface Placed {
  readonly author: number;
  readonly clock: number;
  readonly origin?: readonly [author: number, clock: number] | undefined;
  readonly right?: readonly [author: number, clock: number] | undefined;
}

const updateFor = ({ author, clock, origin, right }: Placed, idOf: (author: number) => number): Uint8Array => {
  const id = (at?: readonly [number, number]): Id | undefined => at && { client: idOf(at[0]), clock: at[1] };
  const content = stringOf(String.fromCodePoint(97 + author * 8 + clock));
  return updateOf(idOf(author), clock, [item({ origin: id(origin), right: id(right), content })]);
};

const textOf = (updates: readonly Uint8Array[]): string => {
  const doc = openDoc('bare', 0);
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText('text').toJSON();
};

describe('the places that items claim', () => {
  it('STA8: can split bare Yjs for ever, though the state vectors are equal, and are left out here', () => {
    // Author 1 knows both items and claims that nothing stands before the second; author 0 claims to stand within one.
    const first: Placed[] = [{ author: 0, clock: 0 }, { author: 0, clock: 1, origin: [0, 0] }];
    const beforeBoth: Placed = { author: 1, clock: 0, right: [0, 1] };
    const afterItself: Placed = { author: 0, clock: 2, origin: [0, 1], right: [0, 1] };
    const idOf = (author: number): number => 3 + author;
    const bare = (order: readonly Placed[]): string => textOf(order.map((placed) => updateFor(placed, idOf)));
    expect(bare([...first, beforeBoth, afterItself])).not.toBe(bare([...first, afterItself, beforeBoth]));

    const pens = [new Pen(sha256, 0), new Pen(sha256, 1)] as const;
    const sealed = [...first, afterItself, beforeBoth].map((placed) =>
      (pens[placed.author] as Pen).write('d', updateFor(placed, clientOf)));
    const [one, two, three, four] = sealed as [Sealed, Sealed, Sealed, Sealed];
    const hashes = [[one, two, three, four], [one, two, four, three]].map((order) => {
      const station = new Station(sha256);
      for (const each of order) station.take(each);
      expect(station.replica.counters.inadmissibleByReason).toEqual({ 'impossible-place': 2 });
      return station.hash;
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('STA8: are judged by all that the author must have known, through others too', () => {
    const before: Placed = { author: 0, clock: 0 };
    const after: Placed = { author: 1, clock: 0, origin: [0, 0] };
    // Who knows the second item knows the first, since the author of the second did.
    const claims: readonly [Placed, number][] = [
      [{ author: 2, clock: 0, right: [1, 0] }, 1],
      [{ author: 2, clock: 0, origin: [0, 0], right: [1, 0] }, 0],
      [{ author: 2, clock: 0, origin: [0, 0] }, 0],
      [{ author: 2, clock: 0, origin: [1, 0] }, 0],
      [{ author: 2, clock: 0 }, 0],
    ];
    for (const [claim, refused] of claims) {
      const station = new Station(sha256);
      for (const placed of [before, after, claim]) {
        station.take(new Pen(sha256, placed.author).write('d', updateFor(placed, clientOf)));
      }
      expect(station.replica.counters.inadmissibleUpdates).toBe(refused);
    }
  });

  it('STA8: end in one order wherever they are admitted, for any claims in any order of arrival', () => {
    let admitted = 0;
    let refused = 0;
    const claim = fc.record({ author: fc.nat({ max: 2 }), origin: fc.nat(), right: fc.nat(), isNear: fc.boolean() });
    const picks = fc.array(fc.nat({ max: 50 }), { maxLength: 20 });
    const claims = fc.array(claim, { minLength: 4, maxLength: 14 });
    fc.assert(fc.property(claims, fc.array(picks, { minLength: 4, maxLength: 4 }), (made, orders) => {
      const logs = logsOf(made);
      const stations = orders.map((order, index) => {
        const station = new Station(sha256, { shift: index });
        for (const sealed of interleave(logs, order)) station.take(sealed);
        return station;
      });
      const [first] = stations as [Station];
      expect(stations.map(({ hash }) => hash)).toEqual(stations.map(() => first.hash));
      refused += first.replica.counters.inadmissibleByReason['impossible-place'] ?? 0;
      admitted += String(first.replica.readDocument('d')?.['text'] ?? '').length;
    }), { numRuns: 200 });
    expect(Math.min(admitted, refused)).toBeGreaterThan(50);
  });
});

/** Logs of one item a batch. Half of the claims are near ones, which are often possible; the others are anything. */
function logsOf(claims: readonly { author: number; origin: number; right: number; isNear: boolean }[]): Sealed[][] {
  const pens = [0, 1, 2].map((author) => new Pen(sha256, author));
  const clocks = [0, 0, 0];
  const made: (readonly [number, number])[] = [];
  const logs: Sealed[][] = [[], [], []];
  const witness = new Station(sha256);
  for (const { author, origin, right, isNear } of claims) {
    const pick = (at: number): readonly [number, number] | undefined => made[at % (made.length + 1)];
    const placed: Placed = {
      author, clock: clocks[author] as number, origin: pick(origin), right: isNear ? undefined : pick(right),
    };
    const sealed = (pens[author] as Pen).write('d', updateFor(placed, clientOf));
    const before = witness.replica.counters.inadmissibleUpdates;
    witness.take(sealed);
    (logs[author] as Sealed[]).push(sealed);
    // The clock of an item that was left out is free for the next one.
    if (witness.replica.counters.inadmissibleUpdates > before) continue;
    clocks[author] = (clocks[author] as number) + 1;
    made.push([author, placed.clock]);
  }
  return logs;
}
