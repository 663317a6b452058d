/// <reference types="node" />
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, changeKindsMax, type Change } from './change.test.support.ts';
import { Pen, type Sealed } from './pen.test.support.ts';
import { interleave, Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** One step of a random history: an author edits, restarts, sets a register, or hears from another author. */
interface Step extends Change {
  readonly action: 'edit' | 'restart' | 'register' | 'hear';
}

const authors = 3;
const step: fc.Arbitrary<Step> = fc.record({
  author: fc.nat({ max: authors - 1 }),
  action: fc.constantFrom('edit', 'edit', 'edit', 'hear', 'hear', 'register', 'restart'),
  at: fc.nat({ max: 40 }),
  kind: fc.nat({ max: changeKindsMax }),
});
const history = fc.array(step, { minLength: 5, maxLength: 60 });

/** Plays a history with one station per author; the logs that come out. */
function play(steps: readonly Step[]): Sealed[][] {
  const stations = Array.from({ length: authors }, (_, index) => new Station(sha256, { shift: index * 10 }));
  const pens = stations.map((_, index) => new Pen(sha256, index));
  const logs = new Map<Pen, Sealed[]>(pens.map((pen) => [pen, []]));
  const heard = stations.map(() => new Map<Pen, number>());
  for (const each of steps) {
    const station = stations[each.author] as Station;
    const pen = pens[each.author] as Pen;
    const own = logs.get(pen) as Sealed[];
    if (each.action === 'edit') {
      const sealed = station.edit(pen, `d${each.at % 2}`, (doc) => change(doc, each));
      if (sealed !== undefined) own.push(sealed);
    } else if (each.action === 'register') {
      const sealed = pen.seal([{ type: 'register-set', key: `r${each.kind}`, value: Uint8Array.of(each.at) }]);
      station.take(sealed);
      own.push(sealed);
    } else if (each.action === 'restart') {
      const next = new Pen(sha256, each.author, pen.epoch + 1);
      pens[each.author] = next;
      logs.set(next, []);
    } else {
      hear(station, heard[each.author] as Map<Pen, number>, [...logs], each);
    }
  }
  return [...logs.values()];
}

/** A station takes a few batches of another author's log, without holes. */
function hear(
  station: Station, heard: Map<Pen, number>, logs: readonly [Pen, Sealed[]][], { author, at, kind }: Step,
): void {
  const others = logs.filter(([pen]) => pen.author !== author);
  const [pen, log] = others[at % others.length] as [Pen, Sealed[]];
  const from = heard.get(pen) ?? 0;
  const batches = log.slice(from, from + 1 + kind);
  for (const sealed of batches) station.take(sealed);
  heard.set(pen, from + batches.length);
}

describe('replicas', () => {
  it('STA1: hold the same state for the same logs, in whatever order the logs arrive', () => {
    const picks = fc.array(fc.nat({ max: 99 }), { maxLength: 50 });
    fc.assert(fc.property(history, picks, picks, (steps, a, b) => {
      const logs = play(steps);
      const stations = [a, b, [0]].map((order, index) => {
        const station = new Station(sha256, { shift: index * 7 });
        for (const sealed of interleave(logs, order)) station.take(sealed);
        return station;
      });
      const [first] = stations as [Station];
      expect(stations.map(({ hash }) => hash)).toEqual(stations.map(() => first.hash));
      expect(stations.map(({ replica }) => replica.counters.pendingUpdates)).toEqual([0, 0, 0]);
      expect(first.replica.counters.inadmissibleByReason).toEqual({});
    }), { numRuns: 150 });
  });

  it('STA6: admit an update alike, whether a delete of what it builds on came before it or after', () => {
    const station = new Station(sha256);
    const pens = [0, 1, 2].map((author) => new Pen(sha256, author)) as [Pen, Pen, Pen];
    const start = station.edit(pens[0], 'd', (doc) => void doc.getMap('map').set('list', Y.Array.from(['a', 'b']))) as Sealed;
    const [deleter, writer] = [new Station(sha256), new Station(sha256)];
    for (const other of [deleter, writer]) other.take(start);
    const deletes = deleter.edit(pens[1], 'd', (doc) => doc.getMap('map').delete('list')) as Sealed;
    const writes = writer.edit(pens[2], 'd', (doc) => {
      (doc.getMap('map').get('list') as Y.Array<string>).insert(1, ['between']);
      doc.getText('text').insert(0, 'also this');
    }) as Sealed;
    deleter.take(writes);
    writer.take(deletes);
    expect(deleter.replica.readDocument('d')).toEqual({ list: [], map: {}, text: 'also this' });
    expect([deleter.hash, deleter.replica.counters]).toEqual([writer.hash, writer.replica.counters]);
  });

  it('STA1: hold the same state as the author of an edit, who applied it first', () => {
    fc.assert(fc.property(history, (steps) => {
      const alone = steps.map((each) => ({ ...each, author: 0 })).filter(({ action }) => action !== 'hear');
      const author = new Station(sha256);
      const other = new Station(sha256, { shift: 3 });
      let pen = new Pen(sha256, 0);
      for (const each of alone) {
        if (each.action === 'restart') pen = new Pen(sha256, 0, pen.epoch + 1);
        const sealed = author.edit(pen, 'd', (doc) => change(doc, each));
        if (sealed !== undefined) other.take(sealed);
        expect(other.hash).toBe(author.hash);
      }
    }), { numRuns: 60 });
  });
});
