/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  accept, decodeBatch, MeshError, type BatchHandle, type NodeIndex, type Sequence, type Update,
} from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Replica } from './replica.ts';
import { keyOf, Pen, type Sealed } from './pen.test.support.ts';
import { Station, unheard } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const node = 0 as NodeIndex;
const set = (key: string, ...value: number[]): Update => ({ type: 'register-set', key, value: Uint8Array.from(value) });

describe('examine', () => {
  it('STA3: accepts the next batch, and tells duplicates, gaps and forks apart without changing anything', () => {
    const [a, b] = [new Pen(sha256, 1), new Pen(sha256, 1)];
    const [first, second, third] = [a.seal([set('k', 1)]), a.seal([set('k', 2)]), a.seal([set('k', 3)])];
    const fork = b.seal([set('k', 9)]);
    const station = new Station(sha256);
    expect([station.examine(first), station.examine(second)]).toEqual([accept, { type: 'ignore', reason: 'gap' }]);
    station.take(first);
    const { hash } = station;
    expect([first, fork, second, third].map((sealed) => station.examine(sealed))).toEqual([
      { type: 'ignore', reason: 'duplicate' }, { type: 'ignore', reason: 'forked-log' }, accept,
      { type: 'ignore', reason: 'gap' },
    ]);
    expect(station.examine(b.seal([set('k', 4)]))).toEqual({ type: 'ignore', reason: 'forked-log' });
    expect([station.hash, station.replica.counts().batches]).toEqual([hash, 1]);
  });

  it('STA3: wants zeros before the first batch of an epoch', () => {
    const { batch } = new Pen(sha256, 1).seal([set('k', 1)]);
    const claims = { ...batch, envelope: { ...batch.envelope, previousHash: keyOf(3) } };
    expect(new Station(sha256).replica.examine(1 as never, claims)).toEqual({ type: 'ignore', reason: 'forked-log' });
  });

  it('STA12: rejects a payload that is not exactly its updates', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (payload, count) => {
      const verdict = new Station(sha256).examine(new Pen(sha256, 1).seal([], { payload, count }));
      expect([accept, { type: 'reject', offence: 'malformed-batch' }]).toContainEqual(verdict);
    }));
    const good = new Pen(sha256, 1).seal([set('k', 1)], { count: 2 });
    expect(new Station(sha256).examine(good)).toEqual({ type: 'reject', offence: 'malformed-batch' });
  });

  it('STA12: never throws, whatever bytes pass for a batch', () => {
    const document: Update = { type: 'document-update', document: 'd', update: Uint8Array.of(0, 0) };
    const { batch } = new Pen(sha256, 1).seal([set('k', 1), document]);
    const whole = Uint8Array.from([...batch.signed, ...batch.signature]);
    const patch = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(fc.property(fc.array(patch, { maxLength: 6 }), (changes) => {
      const bytes = whole.slice();
      for (const [at, value] of changes) bytes[at] = value;
      const decoded = decodeBatch(bytes);
      if (decoded !== undefined) expect(() => new Station(sha256).replica.examine(1 as never, decoded)).not.toThrow();
    }), { numRuns: 500 });
  });

  it('STA13: leaves the log of an author where it is who fills its share of registers, and nobody else\'s', () => {
    const station = new Station(sha256, { options: { registersPerAuthorMax: 3, registersMax: 5 } });
    const pens = [new Pen(sha256, 1), new Pen(sha256, 2)] as const;
    const full = { type: 'ignore', reason: 'frontier-full' };
    station.take(pens[0].seal([set('a', 1), set('b', 1), { type: 'register-delete', key: 'c' }, set('a', 2)]));
    expect(station.examine(pens[0].seal([set('d', 1)]))).toEqual(full);
    station.take(pens[1].seal([set('a', 1), set('b', 1)]));
    expect(station.examine(pens[1].seal([set('c', 1)]))).toEqual(full);
    const known = new Pen(sha256, 1, 2).seal([set('a', 3), set('b', 3), set('a', 4), set('b', 5)]);
    expect(station.examine(known)).toEqual(accept);
  });

  it('STA13: opens no more logs than it has room for', () => {
    const station = new Station(sha256, { options: { logsMax: 1 } });
    const pen = new Pen(sha256, 1);
    station.take(pen.seal([set('a', 1)]));
    const another = new Pen(sha256, 1, 2).seal([set('a', 1)]);
    expect(station.examine(another)).toEqual({ type: 'ignore', reason: 'frontier-full' });
    expect(station.examine(pen.seal([set('b', 1)]))).toEqual(accept);
  });
});

describe('apply', () => {
  it('STA2: says what became visible, in order, and nothing else', () => {
    const station = new Station(sha256);
    const author = station.peerOf(1);
    const newer = new Pen(sha256, 1, 2);
    const drop = (key: string): Update => ({ type: 'register-delete', key });
    expect(station.take(newer.seal([set('k', 1), set('k', 2), drop('k'), drop('z')]))).toEqual([
      { type: 'register-changed', author, key: 'k', value: Uint8Array.of(1) },
      { type: 'register-changed', author, key: 'k', value: Uint8Array.of(2) },
      { type: 'register-deleted', author, key: 'k' },
    ]);
    expect(station.take(new Pen(sha256, 1, 1).seal([set('k', 9), set('other', 3)]))).toEqual([
      { type: 'register-changed', author, key: 'other', value: Uint8Array.of(3) },
    ]);
  });

  it('STA3: is for the next batch only; anything else is a bug of the shell', () => {
    const station = new Station(sha256);
    const pen = new Pen(sha256, 1);
    const [first, , third] = [pen.seal([set('k', 1)]), pen.seal([set('k', 2)]), pen.seal([set('k', 3)])];
    station.take(first);
    for (const sealed of [first, third]) expect(() => station.take(sealed)).toThrow('only the next batch');
    expect(station.replica.counts().batches).toBe(1);
  });

  it('STA3: keeps batches for others, by handle and by what comes after a sequence', () => {
    const station = new Station(sha256);
    const author = station.peerOf(1);
    const pen = new Pen(sha256, 1);
    const sealed = [pen.seal([set('a', 1), set('b', 1)]), pen.seal([set('c', 1)])] as [Sealed, Sealed];
    for (const each of sealed) station.take(each);
    const after = (sequence: number): BatchHandle | undefined =>
      station.replica.batchAfter(node, author, pen.epoch, sequence as Sequence)?.handle;
    const [one, two] = sealed.map(({ handle }) => handle);
    expect([0, 1, 2, 3].map(after)).toEqual([one, one, two, undefined]);
    expect(station.replica.batchAfter(node, author, 9 as never, 0 as Sequence)).toBeUndefined();
    expect(station.replica.batchOf(node, two as BatchHandle)?.header.firstSequence).toBe(3);
    expect(station.replica.batchOf(node, -1 as BatchHandle)).toBeUndefined();
  });

  it('STA3: continues a log where its head is', () => {
    const station = new Station(sha256);
    const author = station.peerOf(1);
    const pen = new Pen(sha256, 1, 4);
    expect(station.replica.headOf(author, pen.epoch)).toEqual({ nextSequence: 1, previousHash: new Uint8Array(32) });
    const sealed = pen.seal([set('a', 1), set('b', 1)]);
    station.take(sealed);
    const previousHash = sha256(sealed.batch.signed);
    expect(station.replica.headOf(author, pen.epoch)).toEqual({ nextSequence: 3, previousHash });
  });
});

describe('reading registers', () => {
  it('STA2: goes by author in the order of public keys, then by key, and hands out copies', () => {
    for (const shift of [0, 50]) {
      const station = new Station(sha256, { shift });
      const authors = [3, 1, 2, 4];
      for (const author of authors) {
        station.take(new Pen(sha256, author).seal([set('b', author), set('a', author), set('x/1', 1)]));
      }
      const inOrder = authors.toSorted((a, b) => (keyOf(a)[0] as number) - (keyOf(b)[0] as number));
      const listed = station.replica.registers().map(({ author, key }) => `${author}${key}`);
      const keysOf = (author: number): string[] => ['a', 'b', 'x/1'].map((key) => `${station.peerOf(author)}${key}`);
      expect(listed).toEqual(inOrder.flatMap(keysOf));
      const [own] = station.replica.registers({ author: station.peerOf(2), keyPrefix: 'x/' });
      expect(own?.key).toBe('x/1');
      const { hash } = station;
      station.replica.register(station.peerOf(1), 'a')?.fill(9);
      station.replica.registers()[0]?.value.fill(9);
      station.take(new Pen(sha256, 9).seal([{ type: 'register-delete', key: 'none' }]));
      expect(station.hash).not.toBe(hash);
      expect(station.replica.register(station.peerOf(1), 'a')).toEqual(Uint8Array.of(1));
      expect(station.replica.counts()).toEqual({ registers: 12, documents: 0, batches: 5 });
    }
  });
});

describe('options', () => {
  it('STA13: that break their rules are refused all at once', () => {
    const make = (): Replica => new Replica({
      hash: sha256, publicKeyOf: keyOf, options: { registersMax: 1, registersPerAuthorMax: 2, logsMax: 0 }, listener: unheard,
    });
    expect(make).toThrow(MeshError);
    expect(make).toThrow(/logsMax.*registersPerAuthorMax must not exceed/);
  });
});
