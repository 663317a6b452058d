/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  encodeMessages, encodeUpdates, messageLogOf, millis, noOrigin,
  type BatchHandle, type BatchMessage, type BatchPlace, type Epoch, type MessageUpdate, type NodeIndex, type PeerIndex, type Sequence,
} from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOverheadBytes } from './history-account.ts';
import { MessageLogs } from './message-logs.ts';
import type { MessageLogOptionsInput } from './message-log-options.ts';
import { headerOf, Pen, type Sealed } from './pen.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const node = 0 as NodeIndex;
const epoch = messageLogOf(1 as Epoch);
const costOf = ({ batch }: Sealed): number => batch.signed.length + 64 + batchOverheadBytes;

/** Says messages of so many bytes in one batch. */
class Speaker extends Pen {
  constructor(author: number, start = 1) {
    super(sha256, author, messageLogOf(start as Epoch));
  }

  say(...sizes: number[]): Sealed {
    const messages = sizes.map((size): MessageUpdate => ({ type: 'message', topic: 't', origin: noOrigin, payload: new Uint8Array(size) }));
    return this.seal([], { payload: encodeMessages(messages), count: messages.length });
  }
}

/** Message logs as a shell uses them. */
class Keeper {
  readonly trimmed: BatchHandle[] = [];
  readonly logs: MessageLogs;
  nowMs = 0;

  constructor(options: MessageLogOptionsInput = {}) {
    this.logs = new MessageLogs({ hash: sha256, options, onTrimmed: (handle) => this.trimmed.push(handle) });
  }

  judge(sealed: Sealed, place: BatchPlace = 'next'): string {
    const verdict = this.logs.examine(sealed.author as PeerIndex, sealed.batch, place);
    return verdict.type === 'ignore' ? verdict.reason : verdict.type === 'reject' ? verdict.offence : 'accept';
  }

  /** Answers how many messages were taken. */
  take(sealed: Sealed, place: BatchPlace = 'next'): number {
    const message: BatchMessage = { type: 'batch', header: headerOf(sealed, sealed.author), handle: sealed.handle, hops: 0, place };
    return this.logs.apply(message, { batch: sealed.batch, hash: sha256(sealed.batch.signed) }, millis(this.nowMs)).length;
  }

  after(sequence: number, author = 1): string | undefined {
    const batch = this.logs.batchAfter(node, author as PeerIndex, epoch, sequence as Sequence);
    return batch && `${batch.place} ${batch.header.firstSequence}`;
  }

  holds({ handle }: Sealed): boolean {
    return this.logs.batchOf(node, handle) !== undefined;
  }
}

describe('a message log', () => {
  it('STA14: takes messages only, and of all a batch that is none is blamed on its giver', () => {
    const keeper = new Keeper();
    const pen = new Pen(sha256, 1, epoch);
    expect(keeper.judge(pen.seal([{ type: 'register-delete', key: 'k' }]))).toBe('malformed-batch');
    const mixed = Uint8Array.of(...encodeMessages([{ type: 'message', topic: 't', origin: noOrigin, payload: noOrigin }]),
      ...encodeUpdates([{ type: 'register-delete', key: 'k' }]));
    expect(keeper.judge(new Pen(sha256, 1, epoch).seal([], { payload: mixed, count: 2 }))).toBe('malformed-batch');
    expect(keeper.judge(new Speaker(1).say(0, 5))).toBe('accept');
  });

  it('STA15: goes on by hash, in order, and knows again what it holds', () => {
    const [keeper, speaker, forger] = [new Keeper(), new Speaker(1), new Speaker(1)];
    const [one, two, three] = [speaker.say(1, 1), speaker.say(1), speaker.say(1)];
    const [other, next] = [forger.say(2, 2), forger.say(1)];
    expect([keeper.judge(one), keeper.judge(two), keeper.judge(next)]).toEqual(['accept', 'gap', 'gap']);
    expect([keeper.take(one), keeper.take(two)]).toEqual([2, 1]);
    expect([one, two, three].map((sealed) => keeper.judge(sealed))).toEqual(['duplicate', 'duplicate', 'accept']);
    expect([other, next].map((sealed) => keeper.judge(sealed))).toEqual(['forked-log', 'forked-log']);
    expect(keeper.logs.headOf(1 as PeerIndex, epoch)).toEqual({ nextSequence: 4, previousHash: sha256(two.batch.signed) });
  });

  it('STA15: goes on over a gap only where its giver keeps nothing older, and cannot follow the chain there', () => {
    const [keeper, speaker] = [new Keeper(), new Speaker(1)];
    const all = [speaker.say(1), speaker.say(1), speaker.say(1), speaker.say(1)] as const;
    keeper.take(all[0]);
    expect(keeper.judge(all[2])).toBe('gap');
    expect([keeper.judge(all[2], 'first-kept'), keeper.judge(all[2], 'past')]).toEqual(['accept', 'accept']);
    keeper.take(all[2], 'first-kept');
    expect([keeper.judge(all[1]), keeper.judge(all[3])]).toEqual(['duplicate', 'accept']);
    expect(new Keeper().judge(all[3], 'past')).toBe('accept');
  });

  it('STA15: what was trimmed or skipped is known again by its place alone', () => {
    const [keeper, speaker] = [new Keeper({ keepBytesMax: 0 as never }), new Speaker(1)];
    const all = [speaker.say(1), speaker.say(1)] as const;
    for (const sealed of all) keeper.take(sealed);
    expect(keeper.holds(all[0])).toBe(false);
    expect([keeper.judge(all[0]), keeper.judge(new Speaker(1).say(9))]).toEqual(['duplicate', 'duplicate']);
  });

  it('STA16: gives what holds the next sequence, or the first kept above it, and says which', () => {
    const [keeper, speaker] = [new Keeper({ keepMs: millis(1_000) }), new Speaker(1)];
    for (const atMs of [0, 600, 1_200]) {
      keeper.nowMs = atMs;
      keeper.take(speaker.say(1, 1));
    }
    expect([0, 1, 2, 3, 4, 5, 6].map((sequence) => keeper.after(sequence)))
      .toEqual(['first-kept 3', 'first-kept 3', 'next 3', 'next 3', 'next 5', 'next 5', undefined]);
    expect(keeper.after(0, 2)).toBeUndefined();
  });

  it('STA16: shows its newest batch for ever, and says of it that it is past once its time is over', () => {
    const [keeper, speaker] = [new Keeper({ keepMs: millis(1_000) }), new Speaker(1)];
    const [old, head] = [speaker.say(1), speaker.say(1)];
    for (const sealed of [old, head]) keeper.take(sealed);
    keeper.logs.trim(millis(999));
    expect([keeper.after(0), keeper.after(1)]).toEqual(['next 1', 'next 2']);
    keeper.logs.trim(millis(1_000));
    expect([keeper.after(0), keeper.after(1)]).toEqual(['past 2', 'past 2']);
    expect(keeper.trimmed).toEqual([old.handle]);
    expect(keeper.holds(head)).toBe(true);
  });

  it('STA16: what came as past is past from the beginning', () => {
    const [keeper, speaker] = [new Keeper(), new Speaker(1)];
    keeper.take(speaker.say(1), 'past');
    expect(keeper.after(0)).toBe('past 1');
  });
});

describe('the bounds of message logs', () => {
  it('STA17: trim the log that holds most, oldest first', () => {
    const [loud, quiet] = [new Speaker(1), new Speaker(2)];
    const all = [quiet.say(10), loud.say(9_000), quiet.say(10), loud.say(10), loud.say(10)] as const;
    // The newest of each log take no room from the others.
    const room = costOf(all[0]) + costOf(all[1]) + costOf(all[3]) - 1;
    const keeper = new Keeper({ keepBytesMax: room as never });
    for (const sealed of all) keeper.take(sealed);
    expect(keeper.trimmed).toEqual([all[1].handle]);
  });

  it('STA17: refuse a log beyond their number, and a newest batch beyond their bytes, of one author or of all', () => {
    const cost = costOf(new Speaker(1).say(10));
    const judgedBy = (options: MessageLogOptionsInput, ...sealed: Sealed[]): string[] => {
      const keeper = new Keeper(options);
      return sealed.map((each) => {
        const verdict = keeper.judge(each);
        if (verdict === 'accept') keeper.take(each);
        return verdict;
      });
    };
    const [one, two, again] = [new Speaker(1), new Speaker(2), new Speaker(1, 2)];
    const logs = [one.say(10), two.say(10), again.say(10), one.say(10)];
    expect(judgedBy({ logsMax: 1 }, ...logs)).toEqual(['accept', 'frontier-full', 'frontier-full', 'accept']);
    expect(judgedBy({ logsPerAuthorMax: 1 }, ...logs)).toEqual(['accept', 'accept', 'frontier-full', 'accept']);
    expect(judgedBy({ headBytesMax: (2 * cost - 1) as never }, ...logs)).toEqual(['accept', 'frontier-full', 'frontier-full', 'accept']);
    expect(judgedBy({ headBytesPerAuthorMax: (2 * cost - 1) as never }, ...logs)).toEqual(['accept', 'accept', 'frontier-full', 'accept']);
    expect(judgedBy({ headBytesMax: (2 * cost) as never }, ...logs)).toEqual(['accept', 'accept', 'frontier-full', 'accept']);
  });

  it('STA17: hold whatever comes: bytes, logs, and the newest batch of each; each batch is let go once', () => {
    const step = fc.record({
      author: fc.integer({ min: 1, max: 3 }), start: fc.integer({ min: 1, max: 3 }), size: fc.nat(4_000),
      isLost: fc.boolean(), place: fc.constantFrom<BatchPlace>('next', 'first-kept', 'past'), afterMs: fc.nat(400), trims: fc.boolean(),
    });
    const options = { keepMs: millis(1_000), keepBytesMax: 12_000 as never, headBytesMax: 16_000 as never, headBytesPerAuthorMax: 9_000 as never, logsMax: 5, logsPerAuthorMax: 2 };
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const keeper = new Keeper(options);
      const speakers = new Map<string, Speaker>();
      const heads = new Map<string, Sealed>();
      const taken: Sealed[] = [];
      for (const { author, start, size, isLost, place, afterMs, trims } of steps) {
        const name = `${author} ${start}`;
        const speaker = speakers.get(name) ?? new Speaker(author, start);
        speakers.set(name, speaker);
        const sealed = speaker.say(size);
        keeper.nowMs += afterMs;
        if (trims) keeper.logs.trim(millis(keeper.nowMs));
        if (isLost || keeper.judge(sealed, place) !== 'accept') continue;
        keeper.take(sealed, place);
        heads.set(name, sealed);
        taken.push(sealed);
        const headBytes = [...heads.values()].reduce((sum, head) => sum + costOf(head), 0);
        expect(headBytes).toBeLessThanOrEqual(options.headBytesMax);
        expect(keeper.logs.bytes).toBeLessThanOrEqual(options.keepBytesMax + headBytes);
        expect(heads.size).toBeLessThanOrEqual(options.logsMax);
        expect([...heads.values()].every((head) => keeper.holds(head))).toBe(true);
      }
      const held = taken.filter((sealed) => keeper.holds(sealed));
      expect(keeper.logs.length).toBe(held.length);
      expect(keeper.logs.bytes).toBe(held.reduce((sum, sealed) => sum + costOf(sealed), 0));
      expect(new Set(keeper.trimmed).size).toBe(keeper.trimmed.length);
      expect(keeper.trimmed.length).toBe(taken.length - held.length);
    }));
  });

  it('are options that are checked', () => {
    expect(() => new Keeper({ logsMax: 0, keepMs: millis(0) })).toThrow(/messages\.keepMs.*messages\.logsMax/);
  });
});
