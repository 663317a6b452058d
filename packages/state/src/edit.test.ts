/// <reference types="node" />
import { createHash } from 'node:crypto';
import { documentUpdateBytesMax, type Epoch } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { documentsPerLogMax } from './admission-limits.ts';
import type { RefusalReason } from './errors.ts';
import type { SharedDoc } from './shared-doc.ts';
import { item, updateOf } from './crafted.test.support.ts';
import { Pen, type Sealed } from './pen.test.support.ts';
import { reasonOfError, Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function reasonOf(edit: () => unknown): RefusalReason | undefined {
  try {
    edit();
    return undefined;
  } catch (error) {
    const reason = reasonOfError(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** A station whose author has written `start` into the text of `d`. */
function begun(): { station: Station; pen: Pen; first: Sealed } {
  const station = new Station(sha256);
  const pen = new Pen(sha256, 0);
  const first = station.edit(pen, 'd', (doc) => doc.getText('text').insert(0, 'start')) as Sealed;
  return { station, pen, first };
}

/** The update of an insertion by author 0, not sealed. */
function unsealed(station: Station, document: string, letters: string): Uint8Array {
  const insert = (doc: SharedDoc): void => doc.getText('text').insert(0, letters);
  return station.replica.editDocument(document, station.peerOf(0), 1 as Epoch, insert) as Uint8Array;
}

/** What another replica makes of an edit. */
function elsewhere(...batches: readonly (Sealed | undefined)[]): Station {
  const other = new Station(sha256, { shift: 5 });
  for (const sealed of batches) if (sealed !== undefined) other.take(sealed);
  return other;
}

describe('a local edit', () => {
  it('STA10: that others would leave out throws and leaves the document as it was; the next one is fine', () => {
    const edits: [RefusalReason, (doc: SharedDoc) => void][] = [
      ['oversized', (doc) => doc.getText('text').insert(0, 'x'.repeat(documentUpdateBytesMax))],
      ['undeclared-root', (doc) => doc.getMap('own root').set('k', 1)],
      ['forbidden-content', (doc) => doc.getText('text').format(0, 2, { bold: true })],
      ['forbidden-content', (doc) => void doc.getMap('map').set('k', new Y.Doc())],
      ['forbidden-content', (doc) => void doc.getMap('map').set('k', new Y.XmlElement('a'))],
      ['forbidden-content', (doc) => void doc.getMap('map').set('k', 1n)],
      ['misplaced', (doc) => doc.getText('text').insertEmbed(0, new Y.Map())],
      ['forbidden-key', (doc) => void doc.getMap('map').set('__proto__', 1)],
      ['forbidden-key', (doc) => void doc.getMap('map').set('k', JSON.parse('{"a":{"__proto__":1}}'))],
      ['too-deep', (doc) => void doc.getMap('map').set('k', JSON.parse('['.repeat(40) + ']'.repeat(40)))],
      ['foreign-struct', (doc) => Y.applyUpdate(doc, updateOf(5, 0, [item({})]))],
    ];
    for (const [reason, change] of edits) {
      const { station, pen, first } = begun();
      const { hash } = station;
      expect(reasonOf(() => station.edit(pen, 'd', (doc) => {
        doc.getText('text').insert(0, 'half of the edit ');
        change(doc);
      }))).toBe(reason);
      expect([station.hash, station.replica.readDocument('d')]).toEqual([hash, { list: [], map: {}, text: 'start' }]);
      const next = station.edit(pen, 'd', (doc) => doc.getText('text').insert(5, ' again'));
      expect(elsewhere(first, next).hash).toBe(station.hash);
      expect(station.replica.readDocument('d')?.['text']).toBe('start again');
    }
  });

  it('STA13: inserts at one position up to 32 times: Yjs compares each with all that is concurrent there', () => {
    const { station, pen } = begun();
    const prepend = (count: number) => (doc: SharedDoc): void => {
      for (let done = 0; done < count; done++) doc.getText('text').insert(0, 'x');
    };
    expect(reasonOf(() => station.edit(pen, 'd', prepend(33)))).toBe('oversized');
    expect(reasonOf(() => station.edit(pen, 'd', prepend(32)))).toBeUndefined();
    expect(station.replica.readDocument('d')?.['text']).toBe(`${'x'.repeat(32)}start`);
  });

  it('STA10: that throws changes nothing', () => {
    const { station, pen, first } = begun();
    expect(() => station.edit(pen, 'd', (doc) => {
      doc.getText('text').delete(0, 5);
      throw new Error('changed my mind');
    })).toThrow('changed my mind');
    expect(elsewhere(first).hash).toBe(station.hash);
    expect(station.edit(pen, 'd', () => undefined)).toBeUndefined();
    expect(elsewhere(first, station.edit(pen, 'd', (doc) => doc.getText('text').delete(0, 1))).hash).toBe(station.hash);
  });

  it('STA10: that changes nothing has no update', () => {
    const { station, pen } = begun();
    expect(station.edit(pen, 'd', (doc) => void doc.getText('text').toJSON())).toBeUndefined();
    expect(station.edit(pen, 'new', () => undefined)).toBeUndefined();
    expect(station.replica.documents()).toEqual(['d']);
  });

  it('STA10: is visible at once, and once only when its batch comes back, several in one batch too', () => {
    const { station, pen, first } = begun();
    const updates = ['1', '2', '3'].map((letter) => unsealed(station, 'd', letter));
    expect(station.replica.readDocument('d')?.['text']).toBe('321start');
    const sealed = pen.seal(updates.map((update) => ({ type: 'document-update', document: 'd', update })));
    expect(station.take(sealed)).toEqual([{ type: 'document-changed', document: 'd' }]);
    expect(station.replica.readDocument('d')?.['text']).toBe('321start');
    expect(elsewhere(first, sealed).hash).toBe(station.hash);
  });

  it('STA10: reads and keeps what other nodes decode, not the objects of its caller', () => {
    const station = new Station(sha256);
    const pen = new Pen(sha256, 0);
    const mutable = { list: [1] };
    const edits = [
      station.edit(pen, 'd', (doc) => void doc.getMap('map').set('mutable', mutable)),
      station.edit(pen, 'd', (doc) => doc.getText('text').insert(0, '\ud83d')),
      station.edit(pen, 'd', (doc) => doc.getText('text').insert(1, '\udc26')),
      station.edit(pen, 'd', (doc) => doc.getArray('list').push([-0, 0.1, null, { gone: undefined }])),
    ];
    mutable.list.push(2);
    expect(station.replica.readDocument('d')).toEqual({
      list: [-0, 0.1, null, { gone: undefined }], map: { mutable: { list: [1] } }, text: '\ufffd\ufffd',
    });
    expect(elsewhere(...edits).hash).toBe(station.hash);
  });

  it('STA10: hands out copies: what a reader changes, no document sees', () => {
    const station = new Station(sha256);
    const value = { bytes: Uint8Array.of(1), list: [1] };
    station.edit(new Pen(sha256, 0), 'd', (doc) => void doc.getMap('map').set('k', value));
    const { hash } = station;
    const read = station.replica.readDocument('d') as { map: { k: { bytes: Uint8Array; list: number[] } } };
    read.map.k.bytes[0] = 9;
    read.map.k.list.push(9);
    station.edit(new Pen(sha256, 1), 'other', (doc) => doc.getText('text').insert(0, 'x'));
    expect(station.hash).not.toBe(hash);
    expect(station.replica.readDocument('d')?.['map']).toEqual({ k: { bytes: Uint8Array.of(1), list: [1] } });
  });

  it('STA10: that destroys its document throws and leaves it as it was; the next one is fine', () => {
    const { station, pen, first } = begun();
    expect(reasonOf(() => station.edit(pen, 'd', (doc) => {
      doc.getText('text').insert(0, '3');
      doc.destroy();
    }))).toBe('in-transaction');
    const second = station.edit(pen, 'd', (doc) => doc.getText('text').insert(0, 're'));
    expect(elsewhere(first, second).hash).toBe(station.hash);
    expect(station.replica.readDocument('d')?.['text']).toBe('restart');
  });

  it('STA10: gives way to the log where the log went on without it', () => {
    const { station, pen, first } = begun();
    unsealed(station, 'd', 'lost ');
    expect(station.replica.readDocument('d')?.['text']).toBe('lost start');
    const clone = new Station(sha256);
    clone.take(first);
    const instead = clone.edit(pen, 'd', (doc) => doc.getText('text').insert(5, ' over')) as Sealed;
    station.take(instead);
    expect([station.hash, station.replica.readDocument('d')?.['text']]).toEqual([clone.hash, 'start over']);
    expect(station.edit(pen, 'd', (doc) => doc.getText('text').insert(0, 're')) === undefined).toBe(false);
    expect(station.replica.readDocument('d')?.['text']).toBe('restart over');
  });

  it('STA10: builds on what others have written since the last one', () => {
    const { station, pen, first } = begun();
    const other = elsewhere(first);
    station.take(other.edit(new Pen(sha256, 1), 'd', (doc) => doc.getText('text').insert(5, ' of others')) as Sealed);
    const seen: string[] = [];
    const last = station.edit(pen, 'd', (doc) => {
      seen.push(doc.getText('text').toJSON());
      doc.getText('text').insert(15, '!');
    }) as Sealed;
    other.take(last);
    expect([seen, other.replica.readDocument('d')?.['text']]).toEqual([['start of others'], 'start of others!']);
    expect(other.hash).toBe(station.hash);
  });

  it('STA10: of a restarted author builds on its earlier epochs', () => {
    const { first } = begun();
    const station = elsewhere(first);
    const sealed = station.edit(new Pen(sha256, 0, 2), 'd', (doc) => doc.getText('text').delete(0, 4)) as Sealed;
    expect([elsewhere(sealed, first).hash, station.replica.readDocument('d')?.['text']]).toEqual([station.hash, 't']);
  });

  it('STA13: names a document of 1 to 128 bytes, and at most so many of them in one log', () => {
    const station = new Station(sha256);
    const pen = new Pen(sha256, 0);
    const write = (name: string, by = pen) => (): Sealed | undefined =>
      station.edit(by, name, (doc) => doc.getText('text').insert(0, 'x'));
    expect([reasonOf(write('')), reasonOf(write('é'.repeat(65)))]).toEqual(['invalid-name', 'invalid-name']);
    for (let index = 0; index < documentsPerLogMax; index++) write(`d${index}`)();
    expect(reasonOf(write('one more'))).toBe('over-quota');
    expect(reasonOf(write('d0'))).toBeUndefined();
    expect(reasonOf(write('one more', new Pen(sha256, 0, 2)))).toBeUndefined();
    expect(station.replica.documents()).toHaveLength(documentsPerLogMax + 1);
  });

  it('STA13: of another node beyond that number is left out, by everybody alike', () => {
    const update = unsealed(new Station(sha256), 'd', 'x');
    const station = new Station(sha256);
    const pen = new Pen(sha256, 0);
    for (let index = 0; index <= documentsPerLogMax; index++) station.take(pen.write(`d${index}`, update));
    expect(station.replica.documents()).toHaveLength(documentsPerLogMax);
    expect(station.replica.counters.inadmissibleByReason).toEqual({ 'over-quota': 1 });
  });
});
