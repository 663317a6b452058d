/// <reference types="node" />
import { createHash } from 'node:crypto';
import { documentUpdateBytesMax } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { documentsPerLogMax } from './admission-limits.ts';
import type { DocumentContent } from './canonical-content.ts';
import type { RefusalReason } from './errors.ts';
import { item, updateOf } from './crafted.test.support.ts';
import { Pen, type Sealed } from './pen.test.support.ts';
import type { SharedDoc } from './shared-doc.ts';
import { reasonOfError, Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** A station whose author has `d` open, with `start` in its text. */
function begun(): { station: Station; pen: Pen; doc: SharedDoc; first: Sealed } {
  const station = new Station(sha256);
  const pen = new Pen(sha256, 0);
  const doc = station.open(pen, 'd');
  doc.getText('text').insert(0, 'start');
  const [first] = station.sealEdits(pen) as [Sealed];
  return { station, pen, doc, first };
}

/** What another replica makes of these batches. */
function elsewhere(...batches: readonly Sealed[]): Station {
  const other = new Station(sha256, { shift: 5 });
  for (const sealed of batches) other.take(sealed);
  return other;
}

/** A batch of author 1, who knows what is given. */
function ofOther(known: readonly Sealed[], change: (doc: SharedDoc) => void, pen = new Pen(sha256, 1)): Sealed {
  return elsewhere(...known).edit(pen, 'd', change) as Sealed;
}

const read = (station: Station): DocumentContent | undefined => station.replica.readDocument('d');

describe('a live document', () => {
  it('STA20: hands each transaction out as an update, and has it in the content at once', () => {
    const { station, pen, doc, first } = begun();
    doc.getMap('map').set('k', 1);
    doc.transact(() => {
      doc.getText('text').insert(5, ' up');
      doc.getArray('list').push(['a', 'b']);
    }, 'an origin of the application');
    expect(station.edits).toHaveLength(2);
    expect(read(station)).toEqual({ list: ['a', 'b'], map: { k: 1 }, text: 'start up' });
    const other = elsewhere(first, ...station.sealEdits(pen));
    expect([other.hash, read(other), station.refusals]).toEqual([station.hash, read(station), []]);
  });

  it('STA20: is the one that editDocument changes; both give updates in one order', () => {
    const { station, pen, doc, first } = begun();
    expect(station.open(pen, 'd')).toBe(doc);
    const edited = station.edit(pen, 'd', (given) => {
      expect(given).toBe(doc);
      given.getText('text').insert(0, 're');
    }) as Sealed;
    doc.getText('text').insert(0, 'to ');
    expect(doc.getText('text').toJSON()).toBe('to restart');
    expect(elsewhere(first, edited, ...station.sealEdits(pen)).hash).toBe(station.hash);
  });

  it('STA20: shows what others wrote in one transaction per batch, by an origin that is not the application\'s', () => {
    const { station, doc, first } = begun();
    const heard: unknown[] = [];
    doc.getText('text').observe(({ delta }, { local, origin }) => heard.push([delta, local, origin]));
    const deep: unknown[] = [];
    doc.getMap('map').observeDeep((events) => deep.push(events.map(({ path }) => path)));
    const other = elsewhere(first);
    const updates = ['x', 'y'].map((letter) => other.replica.editDocument('d', other.peerOf(1), new Pen(sha256, 1).epoch, (its) => {
      its.getText('text').insert(0, letter);
      its.getMap('map').set(letter, new Y.Map([['in', 1]]));
    }) as Uint8Array);
    station.take(new Pen(sha256, 1).seal(updates.map((update) => ({ type: 'document-update', document: 'd', update }))));
    expect(heard).toEqual([[[{ insert: 'yx' }], false, 'murmuration']]);
    expect(deep).toEqual([[[]]]);
    expect([doc.toJSON(), station.edits]).toEqual([read(station), []]);
  });

  it('STA20: lets listeners write, during their own changes and those of others', () => {
    const { station, pen, doc, first } = begun();
    const text = doc.getText('text');
    const map = doc.getMap('map');
    map.observe(() => {
      if (text.toJSON().endsWith('!')) return;
      text.insert(text.length, '!');
      text.delete(0, 1);
    });
    doc.on('update', () => {
      if (map.get('seen') !== true) map.set('seen', true);
    });
    map.set('k', 1);
    const own = station.sealEdits(pen);
    expect(doc.toJSON()).toEqual({ list: [], map: { k: 1, seen: true }, text: 'tart!' });
    text.insert(text.length, '?');
    const more = station.sealEdits(pen);
    const foreign = ofOther([first, ...own, ...more], (its) => void its.getMap('map').set('theirs', 1));
    station.take(foreign);
    const answer = station.sealEdits(pen);
    const other = elsewhere(foreign, first, ...own, ...more, ...answer);
    expect([doc.toJSON(), read(other), other.hash]).toEqual([read(station), read(station), station.hash]);
    expect([read(other), station.refusals]).toMatchObject([{ text: 'art!?!' }, []]);
  });

  it('STA21: reads what other nodes decode, not the objects of its caller', () => {
    const { station, pen, doc, first } = begun();
    const mutable = { list: [1] };
    const bytes = Uint8Array.of(1);
    doc.getMap('map').set('mutable', mutable);
    doc.getMap('map').set('bytes', bytes);
    doc.getArray('list').push([{ lost: new Map([[1, 2]]), gone: undefined }, -0]);
    doc.getText('text').insert(5, '\ud83d');
    doc.getText('text').insert(6, '\udc26');
    const own = station.sealEdits(pen);
    own.push(station.edit(pen, 'e', (its) => void its.getMap('map').set('mutable', mutable)) as Sealed);
    mutable.list.push(2);
    bytes[0] = 9;
    expect(doc.toJSON()).toEqual({
      list: [{ lost: {}, gone: undefined }, -0],
      map: { mutable: { list: [1] }, bytes: Uint8Array.of(1) },
      text: 'start\ufffd\ufffd',
    });
    expect(station.open(pen, 'e').getMap('map').toJSON()).toEqual({ mutable: { list: [1] } });
    expect(doc.toJSON()).toEqual(read(station));
    expect(elsewhere(first, ...own).hash).toBe(station.hash);
  });

  it('STA22: ends where other nodes would leave a change out, says why, and opens again as it was before', () => {
    const changes: [RefusalReason, (doc: SharedDoc) => void][] = [
      ['oversized', (doc) => doc.getText('text').insert(0, 'x'.repeat(documentUpdateBytesMax))],
      ['undeclared-root', (doc) => doc.getMap('own root').set('k', 1)],
      ['forbidden-content', (doc) => doc.getText('text').format(0, 2, { bold: true })],
      ['forbidden-content', (doc) => void doc.getMap('map').set('k', new Y.Doc())],
      ['forbidden-key', (doc) => void doc.getMap('map').set('__proto__', 1)],
      ['foreign-struct', (doc) => Y.applyUpdate(doc, otherDocument())],
      ['foreign-struct', (doc) => doc.transact(() => Y.applyUpdate(doc, otherDocument()))],
      // Structs after a gap, and a delete of what is not there: nothing happens yet, Yjs keeps both.
      ['foreign-struct', (doc) => Y.applyUpdate(doc, updateOf(5, 7, [item({})]))],
      ['foreign-struct', (doc) => Y.applyUpdate(doc, Uint8Array.of(0, 1, 5, 1, 0, 1))],
      ['foreign-struct', (doc) => {
        doc.clientID = 5;
        doc.getText('text').insert(0, 'somebody else');
      }],
      ['foreign-struct', (doc) => {
        doc.clientID = 5;
        doc.getText('text').delete(0, 1);
      }],
    ];
    for (const [reason, change] of changes) {
      const { station, pen, doc, first } = begun();
      const { hash } = station;
      let ends = 0;
      doc.on('destroy', () => void ends++);
      change(doc);
      expect([station.refusals, ends, doc.isDestroyed]).toEqual([[reason], 1, true]);
      expect([station.hash, station.edits]).toEqual([hash, []]);
      doc.getText('text').insert(0, 'nobody hears');
      const fresh = station.open(pen, 'd');
      expect([fresh === doc, fresh.toJSON()]).toEqual([false, { list: [], map: {}, text: 'start' }]);
      fresh.getText('text').insert(0, 're');
      expect(elsewhere(first, ...station.sealEdits(pen)).hash).toBe(station.hash);
    }
  });

  it('STA22: says which roots there are to whoever writes to another one', () => {
    const { station, pen } = begun();
    const edit = (): unknown => station.edit(pen, 'd', (doc) => doc.getMap('own root').set('k', 1));
    expect(edit).toThrow('The change of document "d" is refused: undeclared-root (the roots of a document are list, map, text).');
  });

  it('STA22: ends where a function given to editDocument throws, for its half of a change cannot be taken out', () => {
    const { station, pen, doc } = begun();
    expect(() => station.edit(pen, 'd', () => {
      doc.getText('text').delete(0, 5);
      throw new Error('changed my mind');
    })).toThrow('changed my mind');
    expect([station.refusals, doc.isDestroyed, read(station)]).toEqual([['abandoned-edit'], true, { list: [], map: {}, text: 'start' }]);
  });

  it('STA22: that ended of an edit which nobody else holds is not told: the edit throws', () => {
    const station = new Station(sha256);
    expect(() => station.edit(new Pen(sha256, 0), 'd', (doc) => doc.getMap('no').set('k', 1))).toThrow('undeclared-root');
    expect(station.refusals).toEqual([]);
  });

  it('STA22: takes updates that it has already, as a second provider hands them in', () => {
    const { station, doc } = begun();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(doc));
    expect([station.edits, station.refusals, doc.isDestroyed]).toEqual([[], [], false]);
  });

  it('STA22: refuses editDocument in the middle of a transaction: its receipt would be a lie', () => {
    const { station, pen, doc, first } = begun();
    const reasons: unknown[] = [];
    const edit = (): void => {
      try {
        station.edit(pen, 'd', (its) => its.getText('text').insert(0, 'x'));
      } catch (error) {
        reasons.push(reasonOfError(error));
      }
    };
    doc.transact(edit);
    doc.getMap('map').observe(edit);
    doc.getMap('map').set('k', 1);
    expect([reasons, station.refusals, doc.isDestroyed]).toEqual([['in-transaction', 'in-transaction'], [], false]);
    expect(elsewhere(first, ...station.sealEdits(pen)).hash).toBe(station.hash);
  });

  it('STA23: destroyed by the application opens again, and loses nothing that was changed before', () => {
    const { station, pen, doc, first } = begun();
    doc.getText('text').insert(0, 're');
    doc.destroy();
    const fresh = station.open(pen, 'd');
    expect([fresh === doc, fresh.getText('text').toJSON(), station.refusals]).toEqual([false, 'restart', []]);
    expect(elsewhere(first, ...station.sealEdits(pen)).hash).toBe(station.hash);
    fresh.transact(() => {
      fresh.getText('text').insert(0, 'lost');
      fresh.destroy();
    });
    expect([station.refusals, station.edits]).toEqual([['in-transaction'], []]);
  });

  it('STA23: ends where the log went on without a change of it', () => {
    const { station, pen, doc, first } = begun();
    doc.getText('text').insert(0, 'lost ');
    const clone = elsewhere(first);
    station.take(clone.edit(pen, 'd', (its) => its.getText('text').insert(5, ' over')) as Sealed);
    expect([station.refusals, doc.isDestroyed, station.hash]).toEqual([['rebuilt'], true, clone.hash]);
    expect(station.open(pen, 'd').toJSON()).toEqual(read(station));
  });

  it('STA23: takes no change any more once the content has left it behind, even before it is told', () => {
    const { station, pen, doc, first } = begun();
    const second = station.open(new Pen(sha256, 7), 'd');
    doc.on('destroy', () => second.getText('text').insert(0, 'too late '));
    doc.getText('text').insert(0, 'lost ');
    station.edits.length = 0;
    station.take(elsewhere(first).edit(pen, 'd', (its) => its.getText('text').insert(5, ' over')) as Sealed);
    expect([station.refusals, station.edits, second.isDestroyed]).toEqual([['rebuilt', 'rebuilt'], [], true]);
    expect(station.replica.readDocument('d')?.['text']).toBe('start over');
  });

  it('STA23: ends where its log was continued elsewhere', () => {
    const { station, pen, doc, first } = begun();
    station.take(elsewhere(first).edit(pen, 'd', (its) => its.getText('text').insert(5, ' over')) as Sealed);
    expect([station.refusals, doc.isDestroyed]).toEqual([['rebuilt'], true]);
    expect(station.open(pen, 'd').getText('text').toJSON()).toBe('start over');
  });

  it('STA23: ends with an edit that is withdrawn because it cannot be sealed, and with all after it', () => {
    const { station, pen, doc } = begun();
    const { hash } = station;
    doc.getText('text').insert(0, '1');
    doc.getText('text').insert(0, '2');
    const [one, two] = station.edits as [(typeof station.edits)[0], (typeof station.edits)[0]];
    const error = new Error('the disk is full');
    expect([station.replica.withdrawEdit(one, error), station.replica.withdrawEdit(two, error)]).toEqual([true, false]);
    expect([station.refusals, doc.isDestroyed, station.hash]).toEqual([['the disk is full'], true, hash]);
    expect(station.open(pen, 'd').toJSON()).toEqual(read(station));
  });

  it('STA23: ends with the replica, in order', () => {
    const { station, pen, doc, first } = begun();
    doc.getText('text').insert(0, 're');
    station.replica.closeDocuments();
    expect([doc.isDestroyed, station.refusals]).toEqual([true, []]);
    expect(elsewhere(first, ...station.sealEdits(pen)).hash).toBe(station.hash);
  });

  it('STA24: goes on where a listener throws, which is told apart', () => {
    const { station, pen, doc, first } = begun();
    doc.getText('text').observe(() => {
      throw new Error('in a listener');
    });
    station.take(ofOther([first], (its) => its.getText('text').insert(5, ' up')));
    expect(station.failures).toEqual([new Error('in a listener')]);
    expect(() => doc.getText('text').insert(8, '!')).toThrow('in a listener');
    expect([doc.toJSON(), station.edits.length, station.refusals, doc.isDestroyed]).toEqual([read(station), 1, [], false]);
    expect(station.sealEdits(pen)).toHaveLength(1);
  });

  it('STA24: ends where an exception has left Yjs in the middle of a transaction, and loses no change of before', () => {
    for (const happening of ['update', 'beforeTransaction', 'afterAllTransactions'] as const) {
      const { station, pen, doc, first } = begun();
      doc.on(happening, () => {
        throw new Error('in a listener');
      });
      const own = happening === 'beforeTransaction' ? [] : ['!'];
      expect(() => doc.getText('text').insert(5, '!')).toThrow('in a listener');
      expect(station.edits).toHaveLength(own.length);
      const sealed = station.sealEdits(pen);
      station.take(ofOther([first], (its) => void its.getMap('map').set('k', 1)));
      const isStuck = happening !== 'afterAllTransactions';
      expect([station.refusals, doc.isDestroyed]).toEqual(isStuck ? [['in-transaction'], true] : [[], false]);
      expect(station.open(pen, 'd').toJSON()).toEqual({ list: [], map: { k: 1 }, text: ['start', ...own].join('') });
      expect(sealed).toHaveLength(own.length);
    }
  });

  it('STA24: ends where a listener writes into the transaction of others', () => {
    const { station, pen, doc, first } = begun();
    doc.on('beforeTransaction', ({ local }) => {
      if (!local) doc.getText('text').delete(0, 1);
    });
    station.take(ofOther([first], (its) => void its.getMap('map').set('k', 1)));
    expect([station.refusals, doc.isDestroyed]).toEqual([['in-transaction'], true]);
    expect(station.open(pen, 'd').toJSON()).toEqual({ list: [], map: { k: 1 }, text: 'start' });
  });

  it('STA20: can be undone and redone: an UndoManager deletes what is ours, and leaves what others wrote', () => {
    const { station, pen, doc, first } = begun();
    const text = doc.getText('text');
    const undo = new Y.UndoManager([text, doc.getMap('map')], { captureTimeout: 0 });
    text.insert(5, ' up');
    doc.getMap('map').set('nested', new Y.Map([['in', Y.Array.from([1, 2])]]));
    text.delete(0, 2);
    const own = station.sealEdits(pen);
    const foreign = ofOther([first, ...own], (its) => its.getText('text').insert(6, ' theirs'));
    station.take(foreign);
    while (undo.undo() !== null);
    expect(doc.toJSON()).toEqual({ list: [], map: {}, text: 'start theirs' });
    while (undo.redo() !== null);
    expect(doc.toJSON()).toEqual({ list: [], map: { nested: { in: [1, 2] } }, text: 'art up theirs' });
    const other = elsewhere(first, foreign, ...own, ...station.sealEdits(pen));
    expect([read(other), other.hash, station.refusals]).toEqual([doc.toJSON(), station.hash, []]);
  });

  it('STA25: counts as a document that its log writes to', () => {
    const station = new Station(sha256);
    const pen = new Pen(sha256, 0);
    const docs = Array.from({ length: documentsPerLogMax }, (_, index) => station.open(pen, `d${index}`));
    expect(() => station.open(pen, 'one more')).toThrow('over-quota');
    docs[0]?.destroy();
    expect(station.open(pen, 'one more').isDestroyed).toBe(false);
    for (const name of ['', 'half \ud800']) expect(() => station.open(pen, name)).toThrow('invalid-name');
    expect(station.replica.documents()).toEqual([]);
  });

  it('STA25: costs a keystroke the same in a long text as in a short one', () => {
    const { station, pen, doc } = begun();
    for (let index = 0; index < 2_000; index++) doc.getText('text').insert(5 + index, 'x');
    const longest = Math.max(...station.edits.map(({ update }) => update.length));
    expect(longest).toBeLessThan(40);
    station.sealEdits(pen);
    expect(doc.toJSON()).toEqual(read(station));
  });
});

/** The content of an unrelated Yjs document. */
function otherDocument(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('text').insert(0, 'imported');
  return Y.encodeStateAsUpdate(doc);
}
