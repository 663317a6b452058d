import type { Epoch, PeerIndex, Sequence } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Registers, type RegisterWrite } from './registers.ts';

/** What a log says at (epoch, sequence) is one thing: the value follows from the position. */
const write = fc.record({
  author: fc.integer({ min: 0, max: 2 }), epoch: fc.integer({ min: 1, max: 3 }), sequence: fc.integer({ min: 1, max: 6 }),
}).map(({ author, epoch, sequence }): RegisterWrite => ({
  author: author as PeerIndex, epoch: epoch as Epoch, sequence: sequence as Sequence,
  key: `k${(epoch * 7 + sequence) % 3}`,
  value: (epoch + sequence) % 4 === 0 ? undefined : Uint8Array.of(author, epoch, sequence),
}));
const writes = fc.array(write, { maxLength: 40 });

function registersOf(list: readonly RegisterWrite[]): Registers {
  const registers = new Registers();
  for (const each of list) registers.merge(each);
  return registers;
}

function contentOf(registers: Registers): unknown[] {
  return registers.authors().toSorted((a, b) => a - b).flatMap((author) =>
    [...registers.of(author)].map(({ key, value }) => [author, key, [...value]]));
}

describe('registers', () => {
  it('STA2: end in the same content for any order and any repetition of the same writes', () => {
    fc.assert(fc.property(writes, fc.array(fc.nat(), { maxLength: 40 }), (list, keys) => {
      const shuffled = list.map((each, index) => ({ each, by: keys[index] ?? 0 })).toSorted((a, b) => a.by - b.by);
      const other = registersOf([...shuffled.map(({ each }) => each), ...list]);
      expect(contentOf(other)).toEqual(contentOf(registersOf(list)));
      expect(other.rows).toBe(registersOf(list).rows);
    }));
  });

  it('STA2: hold the write with the highest epoch and sequence of each author and key', () => {
    fc.assert(fc.property(writes, (list) => {
      const registers = registersOf(list);
      for (const { author, key } of list) {
        const last = list.filter((each) => each.author === author && each.key === key)
          .toSorted((a, b) => a.epoch - b.epoch || a.sequence - b.sequence).at(-1);
        expect(registers.get(author, key)).toEqual(last?.value);
      }
      expect(registers.live).toBe(contentOf(registers).length);
    }));
  });

  it('STA2: report a change exactly where a reader sees one', () => {
    fc.assert(fc.property(writes, (list) => {
      const registers = new Registers();
      for (const each of list) {
        const before = registers.get(each.author, each.key);
        const changed = registers.merge(each);
        if (!changed) expect(registers.get(each.author, each.key)).toEqual(before);
        else expect(before !== undefined || each.value !== undefined).toBe(true);
      }
    }));
  });

  it('STA2: keep a deleted key dead when an older write arrives after the delete', () => {
    const registers = new Registers();
    const at = (epoch: number, sequence: number, value?: Uint8Array): boolean => registers.merge({
      author: 0 as PeerIndex, epoch: epoch as Epoch, sequence: sequence as Sequence, key: 'k', value,
    });
    expect(at(2, 1)).toBe(false);
    expect(at(1, 9, Uint8Array.of(1))).toBe(false);
    expect([registers.get(0 as PeerIndex, 'k'), registers.rows, registers.live]).toEqual([undefined, 1, 0]);
  });

  it('STA2: list keys in the order of code units, whatever the order of writing', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 90 }), (keys) => {
      const registers = new Registers();
      keys.forEach((key, index) => registers.merge({
        author: 5 as PeerIndex, epoch: 1 as Epoch, sequence: (index + 1) as Sequence, key, value: Uint8Array.of(1),
      }));
      const listed = [...registers.of(5 as PeerIndex)].map(({ key }) => key);
      expect(listed).toHaveLength(keys.length);
      expect(listed.every((key, index) => index === 0 || (listed[index - 1] as string) < key)).toBe(true);
    }));
  });
});
