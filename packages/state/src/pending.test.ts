/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Epoch } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientIdOf, clientSeed } from './client-id.ts';
import { WaitList } from './pending.ts';
import { gc, item, updateOf } from './crafted.test.support.ts';
import { keyOf, Pen, type Sealed } from './pen.test.support.ts';
import { Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const clientOf = (author: number): number => clientIdOf(sha256(clientSeed(keyOf(author), 1 as Epoch)));

describe('a wait list', () => {
  it('STA7: releases exactly those whose struct has come, and each once', () => {
    const waits = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 20 })), { maxLength: 30 });
    const progress = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 22 })), { maxLength: 20 });
    fc.assert(fc.property(waits, progress, (wanted, steps) => {
      const list = new WaitList<number>();
      wanted.forEach(([client, clock], index) => list.add(client, clock, index));
      const open = new Set(wanted.keys());
      for (const [client, next] of steps) {
        const expected = [...open].filter((index) => wanted[index]?.[0] === client && (wanted[index]?.[1] ?? 0) < next);
        expect(list.take(client, next).toSorted((a, b) => a - b)).toEqual(expected);
        for (const index of expected) open.delete(index);
      }
    }));
  });
});

describe('updates that come before what they build on', () => {
  /** Three authors, each editing what the one before wrote. */
  const chain = (): { logs: Sealed[]; hash: string } => {
    const station = new Station(sha256);
    const logs = [0, 1, 2].flatMap((author) => {
      const sealed = station.edit(new Pen(sha256, author), 'd', (doc) => doc.getText('text').insert(author, `${author}`));
      return sealed === undefined ? [] : [sealed];
    });
    return { logs, hash: station.hash };
  };

  it('STA7: wait, and take effect when it comes, however long the chain', () => {
    const { logs, hash } = chain();
    const station = new Station(sha256);
    const pending = logs.toReversed().map((sealed) => {
      station.take(sealed);
      return station.replica.counters.pendingUpdates;
    });
    expect([pending, station.hash]).toEqual([[1, 2, 0], hash]);
    expect(station.replica.readDocument('d')?.['text']).toBe('012');
  });

  it('STA7: say that the document changed when they take effect, not when they arrive', () => {
    const { logs } = chain();
    const station = new Station(sha256);
    const changes = logs.toReversed().map((sealed) => station.take(sealed));
    expect(changes).toEqual([[], [], [{ type: 'document-changed', document: 'd' }]]);
  });

  it('STA7: hold up the later updates of their own log for that document, and nothing else', () => {
    const station = new Station(sha256);
    const poisoner = new Pen(sha256, 1);
    const nowhere = { client: 12_345, clock: 0 };
    station.take(poisoner.write('d', updateOf(clientOf(1), 0, [item({ origin: nowhere })])));
    station.take(poisoner.write('d', updateOf(clientOf(1), 0, [item({})])));
    station.take(poisoner.write('other', updateOf(clientOf(1), 0, [item({})])));
    station.take(poisoner.seal([{ type: 'register-set', key: 'k', value: Uint8Array.of(1) }]));
    station.edit(new Pen(sha256, 0), 'd', (doc) => doc.getText('text').insert(0, 'free'));
    expect(station.replica.counters).toEqual({ pendingUpdates: 2, inadmissibleUpdates: 0, inadmissibleByReason: {} });
    expect(station.replica.readDocument('d')?.['text']).toBe('free');
    expect(station.replica.readDocument('other')?.['text']).toBe('x');
    expect(station.replica.register(station.peerOf(1), 'k')).toEqual(Uint8Array.of(1));
  });

  it('STA7: a gap in the own clock is final, since a log has no holes that could be filled later', () => {
    const station = new Station(sha256);
    station.take(new Pen(sha256, 1).write('d', updateOf(clientOf(1), 1, [item({})])));
    expect(station.replica.counters.inadmissibleByReason).toEqual({ 'clock-gap': 1 });
  });

  it('STA7: Y9: cost nothing while others make progress; bare Yjs goes through all of them at every update', () => {
    // 3,000 of these and 200 updates take bare Yjs longer than the time limit of a test.
    const poisoners = Array.from({ length: 3_000 }, (_, index) => index + 1);
    const station = new Station(sha256);
    for (const author of poisoners) {
      const update = updateOf(clientOf(author), 0, [item({ origin: { client: clientOf(0), clock: 10 ** 6 + author } })]);
      station.take(new Pen(sha256, author).write('d', update));
    }
    const victim = new Pen(sha256, 0);
    for (let count = 0; count < 200; count++) station.edit(victim, 'd', (doc) => doc.getText('text').insert(count, 'v'));
    expect(station.replica.counters.pendingUpdates).toBe(poisoners.length);
    expect(station.replica.readDocument('d')?.['text']).toBe('v'.repeat(200));
  });

  it('STA7: are opened again only when everything that they miss is there', () => {
    const station = new Station(sha256);
    const authors = Array.from({ length: 40 }, (_, index) => index + 1);
    const ranges = authors.map((author) => [clientOf(author), [[0, 1]]] as const);
    station.take(new Pen(sha256, 0).write('d', updateOf(clientOf(0), 0, [gc(1)], ranges)));
    for (const author of authors) {
      expect(station.replica.counters.pendingUpdates).toBe(1);
      station.take(new Pen(sha256, author).write('d', updateOf(clientOf(author), 0, [item({})])));
    }
    expect(station.replica.counters.pendingUpdates).toBe(0);
    expect(station.replica.readDocument('d')?.['text']).toBe('');
  });
});
