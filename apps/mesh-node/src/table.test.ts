import { describe, expect, it } from 'vitest';
import { columns, durationText, explanations } from './table.ts';

describe('a table', () => {
  it('is aligned, with nothing behind the last cell of a line', () => {
    expect(columns([['a', 'bbb', ''], ['aaa', 'b', 'c']])).toEqual(['a    bbb', 'aaa  b    c']);
    expect(columns([])).toEqual([]);
  });
});

describe('an explanation', () => {
  it('is broken between words, beside its term', () => {
    expect(explanations([['--a', 'one two three four five'], ['--bb', 'six']], 26)).toEqual([
      '--a   one two three four', '      five', '--bb  six',
    ]);
  });
});

describe('a duration', () => {
  it.each([[0, '0s'], [59_999, '59s'], [60_000, '1m'], [3_600_000, '1h'], [93_784_000, '1d 2h 3m']])('of %i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
