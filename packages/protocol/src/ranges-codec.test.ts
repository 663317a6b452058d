import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, messageOverheadBytes } from './codec.ts';
import { frameOf, markOf, nameOf, rangesOf, Table } from './codec.test.support.ts';
import { frontierEntriesMax, rangesPerMessageMax } from './limits.ts';
import { compareLogNames, lastLogName } from './log-name.ts';
import type { LogRange, Message } from './messages.ts';

const malformed = { type: 'malformed' };
const names = new Table();
const decoded = (message: Message): unknown => decodeFrame(encodeFrame([message], names), names);
const sound = (message: Message): unknown => ({ type: 'messages', messages: [message] });
const list = (upTo: number, ...marks: readonly number[]): LogRange => ({ type: 'list', upTo: nameOf(upTo), marks: marks.map(markOf) });
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
const done = (upTo: number): LogRange => ({ type: 'done', upTo: nameOf(upTo) });

describe('a comparison of ranges', () => {
  it('is nonce, count, and each range by its upper bound, its kind and what it says', () => {
    const fingerprint = { high: 0x0102_0304, low: 5 };
    const frame = encodeFrame([rangesOf({ type: 'compare', upTo: nameOf(9), fingerprint }, list(10, 10))], names);
    const [name, word] = [(first: number) => [first, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], [4, 3, 2, 1, 5, 0, 0, 0]];
    expect([...frame].slice(1 + messageOverheadBytes)).toEqual([
      0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, ...name(9), 1, ...word, ...name(10), 2, 1, 0, ...name(10), 2, 0, 0, 0, 0, 0,
    ]);
  });

  it('names logs in one order: by the first word, the second, and the epoch', () => {
    const rising = [nameOf(0), nameOf(1), { ...nameOf(1), epoch: 2 as never }, { ...nameOf(1), tagLow: 2 }, nameOf(2), lastLogName];
    for (const [at, name] of rising.entries()) {
      expect(rising.map((other) => Math.sign(compareLogNames(other, name)))).toEqual(rising.map((_, other) => Math.sign(other - at)));
    }
  });
});

describe('GOS34: ranges that are not in order are refused', () => {
  it.each<readonly [string, readonly LogRange[]]>([
    ['bounds that fall', [done(2), done(1)]],
    ['bounds that stand still', [done(2), done(2)]],
    ['a mark beyond its bound', [list(3, 4)]],
    ['a mark of the range before', [done(3), list(5, 2)]],
    ['a mark at the bound of the range before', [done(3), list(5, 3)]],
    ['marks that fall', [list(9, 4, 3)]],
  ])('%s', (_what, ranges) => {
    expect(decoded(rangesOf(...ranges))).toEqual(malformed);
  });

  it.each<readonly [string, readonly LogRange[]]>([
    ['marks at both ends of their range', [done(3), list(5, 4, 5)]],
    ['two marks of one name', [list(5, 4, 4)]],
    ['a range without marks', [list(5)]],
    ['no range', []],
  ])('but not %s', (_what, ranges) => {
    expect(decoded(rangesOf(...ranges))).toEqual(sound(rangesOf(...ranges)));
  });

  it('and neither is an unknown kind, nor marks that are announced and are not there', () => {
    const body = [0, ...times(8, 0), 1, 0, ...times(12, 7)];
    expect(decodeFrame(frameOf(18, body.length + 1, [...body, 4]), names)).toEqual(malformed);
    expect(decodeFrame(frameOf(18, body.length + 3, [...body, 2, 0xff, 0xff]), names)).toEqual(malformed);
    expect(decodeFrame(frameOf(18, body.length + 3, [...body, 2, 1, 0]), names)).toEqual(malformed);
    expect(decodeFrame(frameOf(18, 11, [0, ...times(8, 0), 0xff, 0xff]), names)).toEqual(malformed);
  });
});

describe('NET6: limits of a comparison of ranges', () => {
  const ranges = (count: number): Message => rangesOf(...Array.from({ length: count }, (_, at) => done(at)));
  const halves = (first: number, second: number): Message =>
    rangesOf(list(1, ...times(first, 1)), list(2, ...times(second, 2)));

  it('8,192 ranges, no more', () => {
    expect(decoded(ranges(rangesPerMessageMax))).toMatchObject({ type: 'messages' });
    expect(decoded(ranges(rangesPerMessageMax + 1))).toEqual(malformed);
  });

  it('8,192 marks in all its ranges together, no more', () => {
    expect(decoded(halves(4_000, frontierEntriesMax - 4_000))).toMatchObject({ type: 'messages' });
    expect(decoded(halves(4_000, frontierEntriesMax - 3_999))).toEqual(malformed);
  });
});
