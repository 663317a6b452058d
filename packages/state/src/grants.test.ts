/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Epoch } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { clientIdOf, clientSeed } from './client-id.ts';
import type { DocumentGrants } from './grants.ts';
import { anyOf, item, updateOf } from './crafted.test.support.ts';
import { keyOf, Pen, type Sealed } from './pen.test.support.ts';
import { Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const clientOf = (author: number): number => clientIdOf(sha256(clientSeed(keyOf(author), 1 as Epoch)));

/** Author 0 edits, everybody else contributes. */
const grants: DocumentGrants = { roleOf: (author) => (author === 0 ? 'editor' : 'contributor') };
const editor = 0;
const contributor = 1;

function begun(): Station {
  const station = new Station(sha256, { options: { grants } });
  station.edit(new Pen(sha256, editor), 'd', (doc) => {
    doc.getText('text').insert(0, 'written');
    doc.getMap('map').set('k', 1);
  });
  return station;
}

describe('a contributor', () => {
  it('STA9: adds to texts and lists, and fills and empties the maps that it made', () => {
    const station = begun();
    const pen = new Pen(sha256, contributor);
    station.edit(pen, 'd', (doc) => {
      doc.getText('text').insert(7, ' on');
      doc.getArray<Y.Map<unknown>>('list').push([new Y.Map(Object.entries({ a: 1 }))]);
    });
    station.edit(pen, 'd', (doc) => {
      const own = doc.getArray<Y.Map<unknown>>('list').get(0);
      own.set('b', 2);
      own.delete('a');
    });
    expect(station.replica.readDocument('d')).toEqual({ list: [{ b: 2 }], map: { k: 1 }, text: 'written on' });
  });

  it('STA9: deletes what it wrote, in any epoch, and nothing else', () => {
    const station = begun();
    station.edit(new Pen(sha256, contributor), 'd', (doc) => doc.getText('text').insert(0, 'mine '));
    station.edit(new Pen(sha256, contributor, 2), 'd', (doc) => doc.getText('text').delete(0, 5));
    const third = new Pen(sha256, contributor, 3);
    expect(() => station.edit(third, 'd', (doc) => doc.getText('text').delete(0, 1))).toThrow('not-granted');
    expect(station.replica.readDocument('d')?.['text']).toBe('written');
  });

  it('STA9: cannot delete by overwriting either, whichever value it claims to follow', () => {
    const station = begun();
    const set = (origin?: { client: number; clock: number }): Sealed => new Pen(sha256, contributor).write('d', updateOf(
      clientOf(contributor), 0, [item({ origin, root: 'map', ...(origin ? {} : { key: 'k' }), content: anyOf(126) })]));
    for (const sealed of [set(), set({ client: clientOf(editor), clock: 7 })]) {
      const other = begun();
      other.take(sealed);
      expect(other.replica.counters.inadmissibleByReason).toEqual({ 'not-granted': 1 });
      expect(other.hash).not.toBe(station.hash);
      expect(other.replica.readDocument('d')?.['map']).toEqual({ k: 1 });
    }
  });
});

describe('an editor', () => {
  it('STA9: deletes and overwrites what anybody wrote', () => {
    const station = new Station(sha256);
    station.edit(new Pen(sha256, 1), 'd', (doc) => void doc.getMap('map').set('k', 1));
    station.edit(new Pen(sha256, 2), 'd', (doc) => void doc.getMap('map').set('k', 2));
    expect(station.replica.readDocument('d')?.['map']).toEqual({ k: 2 });
    station.edit(new Pen(sha256, 3), 'd', (doc) => doc.getMap('map').delete('k'));
    expect(station.replica.readDocument('d')?.['map']).toEqual({});
  });
});
