/** What is counted, and that counting hides nothing from the observer behind it. */
import { silentObserver, type NodeIndex, type Observer, type PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';

const node = 0 as NodeIndex;
const peer = 1 as PeerIndex;

describe('counters', () => {
  it('start empty, count by name, and are told in the order of names', () => {
    const counters = new Counters();
    expect(counters.snapshot()).toEqual({});
    for (const name of ['b', 'a', 'b']) counters.add(name);
    expect(Object.entries(counters.snapshot())).toEqual([['a', 1], ['b', 2]]);
  });

  it('give a snapshot that later counts do not change', () => {
    const counters = new Counters();
    const before = counters.snapshot();
    counters.add('a');
    expect(before).toEqual({});
  });

  it('count what the core left out and whom it blamed, by reason', () => {
    const counters = new Counters();
    const observer = counters.observing(silentObserver);
    observer.batchIgnored(node, peer, 'duplicate');
    observer.batchIgnored(node, peer, 'duplicate');
    observer.offenceSeen(node, peer, 'invalid-signature');
    observer.outboxOverflowed(node);
    observer.questionIgnored(node, peer);
    expect(counters.snapshot())
      .toEqual({ 'ignored.duplicate': 2, 'offence.invalid-signature': 1, 'outbox-overflowed': 1, 'question-ignored': 1 });
  });

  it('pass every fact on to an observer, which may be a class with state of its own', () => {
    const names = Object.keys(silentObserver) as (keyof Observer)[];
    class Diary {
      readonly facts: unknown[][] = [];
    }
    const diary = new Diary();
    for (const name of names) {
      Object.defineProperty(Diary.prototype, name, {
        value(this: Diary, ...facts: unknown[]) {
          this.facts.push([name, ...facts]);
        },
      });
    }
    const observer = new Counters().observing(diary as unknown as Observer) as unknown as Record<string, (...facts: unknown[]) => void>;
    for (const name of names) observer[name]?.(node, peer, name);
    expect(diary.facts).toHaveLength(names.length);
    expect(diary.facts.map(([name]) => name)).toEqual(names);
    expect(diary.facts.find(([name]) => name === 'batchIgnored')).toEqual(['batchIgnored', node, peer, 'batchIgnored']);
  });
});
