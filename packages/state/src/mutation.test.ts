/// <reference types="node" />
import { createHash } from 'node:crypto';
import { mix32, type Epoch } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { clientIdOf, clientSeed } from './client-id.ts';
import { anyOf, gc, item, typeOf, updateOf, type Content, type CraftedItem, type Id } from './crafted.test.support.ts';
import { keyOf, Pen, type Sealed } from './pen.test.support.ts';
import { interleave, Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const clients = [0, 1, 2].map((author) => clientIdOf(sha256(clientSeed(keyOf(author), 1 as Epoch))));

/** Real updates of an author: what an honest log would hold. */
function honestUpdates(author: number): Uint8Array[] {
  const doc = new Y.Doc({ gc: author === 1 });
  doc.clientID = clients[author] as number;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.getText('text').insert(0, 'murmuration 🐦');
  doc.getMap('map').set('k', new Y.Map(Object.entries({ a: 1, b: [1, { c: null }] })));
  doc.getArray('list').insert(0, ['x', 2, Uint8Array.of(3), new Y.Array()]);
  doc.transact(() => {
    doc.getMap('map').set('k', Y.Array.from([1, 2]));
    doc.getMap('map').delete('k');
  });
  doc.getText('text').delete(3, 5);
  return updates;
}

/** Flips, cuts and doubles bytes; the clock of what comes first is often still right. */
function mutate(update: Uint8Array, seed: number): Uint8Array {
  const bytes = [...update];
  for (let round = 0; round <= seed % 3; round++) {
    const draw = mix32(seed * 31 + round);
    const at = draw % Math.max(1, bytes.length);
    if (draw % 5 === 0) bytes.splice(at);
    else if (draw % 5 === 1) bytes.splice(at, 0, ...bytes.slice(at, at + 4));
    else bytes[at] = (bytes[at] ?? 0) ^ (1 << (draw >>> 8) % 8);
  }
  return Uint8Array.from(bytes);
}

function hashesOf(logs: readonly (readonly Sealed[])[], orders: readonly (readonly number[])[]): string[] {
  return orders.map((order, index) => {
    const station = new Station(sha256, { shift: index });
    for (const sealed of interleave(logs, order)) station.take(sealed);
    return station.hash;
  });
}

const orders = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 20 }), { minLength: 3, maxLength: 3 });

describe('updates of a dishonest author', () => {
  it('STA12: Y15: never throw and never split replicas, mutated at random', () => {
    const honest = [0, 1, 2].map(honestUpdates);
    fc.assert(fc.property(fc.array(fc.nat(), { minLength: 15, maxLength: 15 }), orders, (seeds, arrivals) => {
      const logs = honest.map((updates, author) => {
        const pen = new Pen(sha256, author);
        return updates.map((update, index) => {
          const seed = seeds[author * 5 + index] ?? 0;
          return pen.write('d', seed % 4 === 0 ? mutate(update, seed) : update);
        });
      });
      const hashes = hashesOf(logs, arrivals);
      expect(hashes).toEqual(hashes.map(() => hashes[0]));
    }), { numRuns: 400 });
  });

  it('STA12: Y15: truncated ones are left out whole', () => {
    for (const update of honestUpdates(0)) {
      for (let length = 0; length < update.length; length++) {
        const station = new Station(sha256);
        station.take(new Pen(sha256, 0).write('d', update.slice(0, length)));
        expect([station.replica.documents(), station.replica.counters.inadmissibleUpdates]).toEqual([[], 1]);
      }
    }
  });

  it('STA1: never split replicas, crafted from any references, contents and deletes', () => {
    const id = fc.record({ author: fc.nat({ max: 2 }), clock: fc.nat({ max: 12 }) });
    const reference = fc.option(id, { nil: undefined });
    const range = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 12 }), fc.integer({ min: 1, max: 4 }));
    const crafted = fc.record({
      author: fc.nat({ max: 2 }), origin: reference, right: reference, parent: reference,
      root: fc.constantFrom('map', 'list', 'text'), kind: fc.nat({ max: 9 }),
      ranges: fc.array(range, { maxLength: 2 }),
    });
    let admitted = 0;
    fc.assert(fc.property(fc.array(crafted, { minLength: 3, maxLength: 30 }), orders, (steps, arrivals) => {
      const logs = craftLogs(steps);
      const hashes = hashesOf(logs, arrivals);
      expect(hashes).toEqual(hashes.map(() => hashes[0]));
      admitted += Number(hashes[0] !== hashesOf([], [[]])[0]);
    }), { numRuns: 300 });
    expect(admitted).toBeGreaterThan(270);
  });
});

interface CraftStep {
  readonly author: number;
  readonly origin?: { readonly author: number; readonly clock: number } | undefined;
  readonly right?: { readonly author: number; readonly clock: number } | undefined;
  readonly parent?: { readonly author: number; readonly clock: number } | undefined;
  readonly root: string;
  readonly kind: number;
  readonly ranges: readonly (readonly [number, number, number])[];
}

/** One batch a step. Content fits the root where the item names one; the clock is the one that the log has reached. */
function craftLogs(steps: readonly CraftStep[]): Sealed[][] {
  const pens = [0, 1, 2].map((author) => new Pen(sha256, author));
  const logs: Sealed[][] = [[], [], []];
  const witness = new Station(sha256);
  const clocks = [0, 0, 0];
  for (const step of steps) {
    const { author } = step;
    const clock = clocks[author] as number;
    const deletes = step.ranges.map(([target, from, length]) => [clients[target] as number, [[from, length]]] as const);
    const struct = step.kind === 0 ? gc(2) : item(craftedItem(step));
    const sealed = (pens[author] as Pen).write('d', updateOf(clients[author] as number, clock, [struct], deletes));
    const before = witness.replica.counters;
    witness.take(sealed);
    (logs[author] as Sealed[]).push(sealed);
    const after = witness.replica.counters;
    const isLeftOut = after.inadmissibleUpdates > before.inadmissibleUpdates;
    if (!isLeftOut && after.pendingUpdates <= before.pendingUpdates) clocks[author] = clock + (step.kind === 0 ? 2 : 1);
  }
  return logs;
}

function craftedItem({ origin, right, parent, root, kind, author }: CraftStep): CraftedItem {
  const idOf = (at?: { readonly author: number; readonly clock: number }): Id | undefined =>
    at && { client: clients[at.author] as number, clock: at.clock };
  const content: Content = kind < 4 && root !== 'text' ? typeOf(kind % 3) : anyOf(0x7d, kind);
  const neighbors = kind % 3 === 0 ? {} : { origin: idOf(origin), right: kind % 3 === 1 ? idOf(right) : undefined };
  const owner = idOf(parent);
  const place = owner !== undefined && kind % 2 === 0 ? { parent: owner } : { root };
  const key = root === 'map' ? { key: `k${author % 2}` } : {};
  return { ...neighbors, ...place, ...key, ...(root === 'text' ? {} : { content }) };
}
