/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Epoch } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from './canonical-content.ts';
import { clientIdOf, clientSeed } from './client-id.ts';
import { keyOf, Pen, type Hash, type Sealed } from './pen.test.support.ts';
import { interleave, Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

describe('the canonical text', () => {
  it('STA11: is JSON with sorted keys where JSON can say it', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(JSON.parse(canonicalText(plain))).toEqual(plain);
    }));
    expect(canonicalText({ b: 1, a: [null, 'x"'], '': true })).toBe('{"":true,"a":[null,"x\\""],"b":1}');
  });

  it('STA11: gives each value that JSON lacks a form of its own', () => {
    const values = [
      undefined, null, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '', '0',
      Uint8Array.of(0, 255), [0, 255], 'b"00ff"', {}, [],
    ];
    expect(new Set(values.map(canonicalText)).size).toBe(values.length);
    expect(canonicalText(Uint8Array.of(0, 255))).toBe('b"00ff"');
  });
});

describe('the state hash', () => {
  const logs = (): Sealed[][] => [1, 2].map((author) => {
    const pen = new Pen(sha256, author);
    return [
      pen.seal([{ type: 'register-set', key: 'k', value: Uint8Array.of(author) }]),
      pen.seal([{ type: 'register-delete', key: 'k' }, { type: 'register-set', key: 'j', value: Uint8Array.of(1) }]),
    ];
  });

  it('STA11: is the same where peers are numbered differently', () => {
    const hashes = [0, 7, 90].map((shift) => {
      const station = new Station(sha256, { shift });
      for (const sealed of interleave(logs(), [shift])) station.take(sealed);
      return station.hash;
    });
    expect(new Set(hashes).size).toBe(1);
  });

  it('STA11: differs after every batch, also one that changes nothing to read', () => {
    const station = new Station(sha256);
    const hashes = new Set([station.hash]);
    for (const sealed of logs().flat()) {
      station.take(sealed);
      hashes.add(station.hash);
      expect(station.hash).toBe(station.hash);
    }
    station.take(new Pen(sha256, 3).seal([{ type: 'register-delete', key: 'never set' }]));
    expect(hashes.add(station.hash).size).toBe(6);
  });

  it('STA11: tells forks apart that say the same', () => {
    const [station, other] = [new Station(sha256), new Station(sha256)];
    const set = (value: number) => ({ type: 'register-set', key: 'k', value: Uint8Array.of(value) }) as const;
    station.take(new Pen(sha256, 1).seal([set(1), set(2)]));
    other.take(new Pen(sha256, 1).seal([set(2), set(2)]));
    expect(station.replica.registers()).toEqual(other.replica.registers());
    expect(station.replica.frontier()).toEqual(other.replica.frontier());
    expect(station.hash).not.toBe(other.hash);
  });

  it('STA11: does not depend on edits that led to nothing', () => {
    const station = new Station(sha256);
    const { hash } = station;
    expect(() => station.edit(new Pen(sha256, 1), 'd', () => { throw new Error('no'); })).toThrow('no');
    expect([station.hash, station.replica.frontier()]).toEqual([hash, []]);
  });
});

describe('client ids', () => {
  it('STA5: follow from key and epoch, and use 53 bits', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) =>
      clientIdOf(sha256(clientSeed(keyOf(index % 50), index as Epoch))));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isSafeInteger(id) && id >= 0)).toBe(true);
    expect(Math.max(...ids)).toBeGreaterThan(2 ** 52);
    expect(clientIdOf(new Uint8Array(32).fill(255))).toBe(2 ** 53 - 1);
  });

  it('STA5: belong to the first log in canonical order where two logs have the same one, whichever comes first', () => {
    // As if somebody had found two epochs of one key, and a third of another key, whose hashes begin alike.
    const { length } = clientSeed(keyOf(0), 1 as Epoch);
    const colliding: Hash = (bytes) => (bytes.length === length ? new Uint8Array(32).fill(1) : sha256(bytes));
    const write = (author: number, epoch: number, text: string): Sealed => {
      const alone = new Station(colliding);
      return alone.edit(new Pen(colliding, author, epoch), 'd', (doc) => doc.getText('text').insert(0, text)) as Sealed;
    };
    const all = [write(1, 2, 'two'), write(1, 1, 'one'), write(2, 1, 'other')];
    const orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1], [2, 0, 1]];
    const read = orders.map((order) => {
      const station = new Station(colliding);
      for (const index of order) station.take(all[index] as Sealed);
      return [station.hash, station.replica.readDocument('d')?.['text'], station.replica.counters.inadmissibleByReason];
    });
    const first = (keyOf(1)[0] as number) < (keyOf(2)[0] as number) ? 'one' : 'other';
    expect(read).toEqual(orders.map(() => [read[0]?.[0], first, { 'log-blocked': 2 }]));
  });
});
