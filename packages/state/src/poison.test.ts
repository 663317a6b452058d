/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Epoch } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { InadmissibleReason } from './admission.ts';
import { clientIdOf, clientSeed } from './client-id.ts';
import { keyOf, Pen } from './pen.test.support.ts';
import { anyOf, gc, item, skip, typeOf, updateOf, varText, varUint } from './crafted.test.support.ts';
import { Station } from './station.test.support.ts';

// The rows of the poison list (RELIABILITY.md, section 3). Y1 and Y2 need V2, which nothing here ever calls.
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const clientOf = (author: number, epoch = 1): number => clientIdOf(sha256(clientSeed(keyOf(author), epoch as Epoch)));
const hex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** The victim of the list writes as client 777; a hash says so for author 0. */
const victimHash = (bytes: Uint8Array): Uint8Array => {
  const seed = clientSeed(keyOf(0), 1 as Epoch);
  const isVictim = bytes.length === seed.length && seed.every((byte, at) => bytes[at] === byte);
  return isVictim ? Uint8Array.from({ length: 32 }, (_, at) => [0x09, 0x03][at] ?? 0) : sha256(bytes);
};

/** What the attacker's replica neighbor makes of updates that author 1 sends; then the victim writes, and is read. */
function afterPoison(...updates: readonly Uint8Array[]): {
  reasons: Partial<Record<InadmissibleReason, number>>; pending: number; text: unknown;
} {
  const station = new Station(victimHash);
  const victim = new Pen(victimHash, 0);
  const attacker = new Pen(victimHash, 1);
  station.edit(victim, 'd', (doc) => doc.getText('text').insert(0, 'safe'));
  for (const update of updates) station.take(attacker.write('d', update));
  station.edit(victim, 'd', (doc) => doc.getText('text').insert(4, ' and sound'));
  const { inadmissibleByReason, pendingUpdates } = station.replica.counters;
  return { reasons: inadmissibleByReason, pending: pendingUpdates, text: station.replica.readDocument('d')?.['text'] };
}

const unharmed = (reason: InadmissibleReason): ReturnType<typeof afterPoison> =>
  ({ reasons: { [reason]: 1 }, pending: 0, text: 'safe and sound' });

describe('the poison list', () => {
  it('STA4: the victim of these tests writes as the client of the list', () => {
    expect(clientIdOf(victimHash(clientSeed(keyOf(0), 1 as Epoch)))).toBe(777);
  });

  it.each(['01ffffff7f0100', 'ffffff7f', '', '00'])('STA4: Y3: %s is no update', (digits) => {
    expect(() => Y.applyUpdate(new Y.Doc(), hex(digits))).toThrow(/.*/);
    expect(afterPoison(hex(digits))).toEqual(unharmed('undecodable'));
  });

  it.each(['010189060000808080800800', '01018906000101016d808080800800'])('STA5: Y4, Y5: %s silences nobody', (digits) => {
    const bare = new Y.Doc();
    Y.applyUpdate(bare, hex(digits));
    const writer = new Y.Doc();
    writer.clientID = 777;
    writer.getText('text').insert(0, 'lost');
    Y.applyUpdate(bare, Y.encodeStateAsUpdate(writer));
    expect(bare.getText('text').toJSON()).toBe('');
    expect(afterPoison(hex(digits))).toEqual(unharmed('foreign-struct'));
  });

  it('STA5: Y4: a log cannot silence itself with a struct of endless length either', () => {
    const update = updateOf(clientOf(1), 0, [gc(2 ** 31)]);
    expect(afterPoison(update)).toEqual(unharmed('oversized'));
  });

  it('STA9: Y6: deletes of what is not written yet wait, and never delete ahead', () => {
    const poison = hex('000189060100c0843d');
    const bare = new Y.Doc();
    Y.applyUpdate(bare, poison);
    const writer = new Y.Doc();
    writer.clientID = 777;
    writer.getText('text').insert(0, 'gone');
    Y.applyUpdate(bare, Y.encodeStateAsUpdate(writer));
    expect(bare.getText('text').toJSON()).toBe('');
    expect(afterPoison(poison)).toEqual({ reasons: {}, pending: 1, text: 'safe and sound' });
  });

  it('STA9: Y6: own deletes reach back only', () => {
    const update = updateOf(clientOf(1), 0, [item({})], [[clientOf(1), [[0, 2]]]]);
    expect(afterPoison(update)).toEqual(unharmed('unknown-own-struct'));
  });

  it('STA5: Y7: two documents with one client id differ for ever; no two logs share one', () => {
    const updates = ['AAA', 'BBB'].map((value) => {
      const doc = new Y.Doc();
      doc.clientID = 5;
      doc.getMap('m').set('k', value);
      return Y.encodeStateAsUpdate(doc);
    });
    const [one, two] = [updates, updates.toReversed()].map((order) => {
      const doc = new Y.Doc();
      for (const update of order) Y.applyUpdate(doc, update);
      return doc;
    }) as [Y.Doc, Y.Doc];
    expect(Y.encodeStateVector(one)).toEqual(Y.encodeStateVector(two));
    expect(one.getMap('m').toJSON()).not.toEqual(two.getMap('m').toJSON());
    for (const update of updates) expect(afterPoison(update)).toEqual(unharmed('foreign-struct'));
    expect(clientOf(0, 1)).not.toBe(clientOf(0, 2));
  });

  it('STA11: Y8: a lost delete shows in the hash, though not in the state vector', () => {
    const pen = new Pen(sha256, 0);
    const station = new Station(sha256);
    const other = new Station(sha256);
    const write = station.edit(pen, 'd', (doc) => doc.getText('text').insert(0, 'here'));
    if (write !== undefined) other.take(write);
    expect(other.hash).toBe(station.hash);
    station.edit(pen, 'd', (doc) => doc.getText('text').delete(0, 4));
    expect(other.hash).not.toBe(station.hash);
  });

  it('STA7: Y10: a clock far ahead stays out of the document', () => {
    const poison = hex('010189068080808080808008000100');
    const bare = new Y.Doc();
    Y.applyUpdate(bare, poison);
    expect(Y.encodeStateAsUpdate(bare).length).toBeGreaterThan(2);
    expect(afterPoison(poison)).toEqual(unharmed('foreign-struct'));
    expect(afterPoison(updateOf(clientOf(1), 2 ** 52, [gc(1)]))).toEqual(unharmed('clock-gap'));
  });

  it('STA5: Y11: a client id cannot be chosen, so nobody is always right', () => {
    const update = updateOf(2 ** 32 - 1, 0, [item({ root: 'map', key: 'k', content: anyOf(120) })]);
    expect(afterPoison(update)).toEqual(unharmed('foreign-struct'));
  });

  it('STA4: Y12: types nest 64 deep and no deeper', () => {
    const nest = (depth: number, client = clientOf(1)): Uint8Array =>
      updateOf(client, 0, Array.from({ length: depth }, (_, clock) => {
        const place = clock === 0 ? { root: 'map' } : { parent: { client, clock: clock - 1 } };
        return item({ ...place, key: 'k', content: typeOf(1) });
      }));
    const bare = new Y.Doc();
    Y.applyUpdate(bare, nest(9_000, 1));
    expect(() => bare.getMap('map').toJSON()).toThrow(RangeError);
    expect(afterPoison(nest(64))).toEqual({ reasons: {}, pending: 0, text: 'safe and sound' });
    expect(afterPoison(nest(65))).toEqual(unharmed('too-deep'));
    expect(afterPoison(nest(3_000))).toEqual(unharmed('too-deep'));
  });

  it('STA4: Y13: plain values nest 32 deep and no deeper', () => {
    const nest = (depth: number): Uint8Array => updateOf(clientOf(1), 0, [
      item({ root: 'list', content: anyOf(...Array.from({ length: depth }, () => [0x75, 1]).flat(), 126) }),
    ]);
    expect(afterPoison(nest(32))).toEqual({ reasons: {}, pending: 0, text: 'safe and sound' });
    expect(afterPoison(nest(33))).toEqual(unharmed('too-deep'));
    for (const depth of [300, 5_000, 8_000, 30_000]) {
      // How deep the decoder gets before the stack ends differs from caller to caller; that it stays out does not.
      const { reasons, text } = afterPoison(nest(depth));
      expect([['too-deep', 'undecodable'], text]).toEqual([expect.arrayContaining(Object.keys(reasons)), 'safe and sound']);
      expect(Object.keys(reasons)).toHaveLength(1);
    }
  });

  it('STA4: Y14: no key reaches a prototype, whatever its value and wherever it is', () => {
    const bare = new Y.Doc();
    const object = [0x76, 1, ...varText('__proto__'), 0x76, 1, ...varText('isAdmin'), 0x78];
    Y.applyUpdate(bare, updateOf(1, 0, [item({ root: 'map', key: 'k', content: anyOf(...object) })]));
    expect((bare.getMap('map').toJSON() as { k: { isAdmin: boolean } }).k.isAdmin).toBe(true);
    const inMap = (key: string, content = anyOf(126)): Uint8Array =>
      updateOf(clientOf(1), 0, [item({ root: 'map', key, content })]);
    expect(afterPoison(inMap('k', anyOf(...object)))).toEqual(unharmed('forbidden-key'));
    const longWinded = anyOf(0x76, 1, 0x89, 0, ...varText('__proto__').slice(1), 126);
    expect(afterPoison(inMap('k', longWinded))).toEqual(unharmed('forbidden-key'));
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expect(afterPoison(inMap(key))).toEqual(unharmed('forbidden-key'));
      expect(afterPoison(inMap('k', anyOf(0x76, 1, ...varText(key), 126)))).toEqual(unharmed('forbidden-key'));
    }
    expect(afterPoison(inMap('é'.repeat(65)))).toEqual(unharmed('forbidden-key'));
  });

  it('STA4: Y16: trailing bytes and long numbers change nothing: a batch is known by its sequence', () => {
    expect(afterPoison(hex('00006363'))).toEqual(unharmed('undecodable'));
    expect(afterPoison(hex('800000'))).toEqual(unharmed('undecodable'));
    const trailing = Uint8Array.from([...updateOf(clientOf(1), 0, [item({ root: 'list', content: anyOf(126) })]), 0x63]);
    expect(afterPoison(trailing)).toEqual({ reasons: {}, pending: 0, text: 'safe and sound' });
  });

  it('STA4: Y17: V2 bytes are not applied', () => {
    const doc = new Y.Doc();
    doc.clientID = clientOf(1);
    doc.getText('text').insert(0, 'V2');
    expect(afterPoison(Y.encodeStateAsUpdateV2(doc))).toEqual(unharmed('undecodable'));
    expect(afterPoison(hex('00000107000001000100000001010180dac4090000'))).toEqual(unharmed('undecodable'));
  });

  it('STA5: Y18: bare Yjs changes its client id when its own history comes back; a log keeps its own', () => {
    const doc = new Y.Doc();
    doc.clientID = 777;
    const other = new Y.Doc();
    other.clientID = 777;
    other.getText('text').insert(0, 'own');
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
    expect(doc.clientID).not.toBe(777);

    const station = new Station(victimHash);
    const pen = new Pen(victimHash, 0);
    for (const letter of 'abc') station.edit(pen, 'd', (draft) => draft.getText('text').insert(0, letter));
    const again = new Station(victimHash);
    const log = new Pen(victimHash, 0);
    const history = ['a', 'b'].map((letter) => again.edit(log, 'd', (draft) => draft.getText('text').insert(0, letter)));
    const third = new Station(victimHash);
    for (const sealed of history) if (sealed !== undefined) third.take(sealed);
    const clients: number[] = [];
    third.edit(log, 'd', (draft) => {
      clients.push(draft.clientID);
      draft.getText('text').insert(0, 'c');
    });
    expect([clients, third.replica.readDocument('d')?.['text']]).toEqual([[777], 'cba']);
  });

  it('STA4: Y19: roots are declared, and hold what their kind holds', () => {
    const bare = new Y.Doc();
    Y.applyUpdate(bare, updateOf(1, 0, [item({ root: 'm', content: anyOf(126) })]));
    expect(bare.getMap('m').toJSON()).toEqual({});
    const alone = (one: Parameters<typeof item>[0]): Uint8Array => updateOf(clientOf(1), 0, [item(one)]);
    expect(afterPoison(alone({ root: 'm', content: anyOf(126) }))).toEqual(unharmed('undeclared-root'));
    expect(afterPoison(alone({ root: 'map', content: anyOf(126) }))).toEqual(unharmed('misplaced'));
    expect(afterPoison(alone({ root: 'list', key: 'k', content: anyOf(126) }))).toEqual(unharmed('misplaced'));
    expect(afterPoison(alone({ root: 'list' }))).toEqual(unharmed('misplaced'));
    expect(afterPoison(alone({ root: 'text', content: typeOf(1) }))).toEqual(unharmed('misplaced'));
  });

  it('STA4: neighbors stand in one place, and a value of a map stands last', () => {
    const client = clientOf(1);
    const one = item({ root: 'list', content: anyOf(126) });
    const value = item({ root: 'map', key: 'k', content: anyOf(126) });
    const between = (origin: number | undefined, right: number | undefined): number[] => item({
      origin: origin === undefined ? undefined : { client, clock: origin },
      right: right === undefined ? undefined : { client, clock: right },
      content: anyOf(126),
    });
    expect(afterPoison(updateOf(client, 0, [one, value, between(0, 1)]))).toEqual(unharmed('misplaced'));
    expect(afterPoison(updateOf(client, 0, [value, item({ root: 'map', key: 'j', content: anyOf(126) }), between(0, 1)])))
      .toEqual(unharmed('misplaced'));
    expect(afterPoison(updateOf(client, 0, [value, between(undefined, 0)]))).toEqual(unharmed('misplaced'));
    expect(afterPoison(updateOf(client, 0, [gc(1), between(0, undefined)]))).toEqual(unharmed('forbidden-content'));
    expect(afterPoison(updateOf(client, 0, [one, item({ parent: { client, clock: 0 } })]))).toEqual(unharmed('forbidden-content'));
    expect(afterPoison(updateOf(client, 0, [value, between(0, undefined)])).reasons).toEqual({});
  });

  it('STA5: own GC passes up to its length, Skip never', () => {
    expect(afterPoison(updateOf(clientOf(1), 0, [gc(4_096)])).reasons).toEqual({});
    expect(afterPoison(updateOf(clientOf(1), 0, [gc(4_097)]))).toEqual(unharmed('oversized'));
    expect(afterPoison(updateOf(clientOf(1), 0, [gc(1), skip(3), gc(1)]))).toEqual(unharmed('forbidden-content'));
  });

  it('STA4: JSON, embeds, formats, subdocuments, XML and whole numbers beyond JSON are no content', () => {
    const contents = [
      { ref: 2, bytes: [1, ...varText('1')] }, { ref: 5, bytes: varText('{}') },
      { ref: 6, bytes: [...varText('bold'), ...varText('1')] },
      { ref: 9, bytes: [...varText('guid'), 0x76, 0] }, { ref: 7, bytes: [3, ...varText('div')] }, typeOf(4), typeOf(6),
      anyOf(122, 0, 0, 0, 0, 0, 0, 0, 1),
    ];
    for (const content of contents) {
      const update = updateOf(clientOf(1), 0, [item({ root: 'list', content })]);
      expect(afterPoison(update)).toEqual(unharmed('forbidden-content'));
    }
  });

  it('STA4: repeated sections of one client, which two readers of Yjs read differently, stay out', () => {
    const client = varUint(clientOf(1));
    const section = (clock: number): number[] => [1, ...client, clock, ...item({ root: 'list', content: anyOf(126) })];
    expect(afterPoison(Uint8Array.from([2, ...section(0), ...section(1), 0]))).toEqual(unharmed('foreign-struct'));
  });
});
