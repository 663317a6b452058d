import { describe, expect, it } from 'vitest';
import { csvReport, csvText } from './csv.ts';
import { bytesText, countText, millisText, roughText, shareText } from './figures.ts';
import { resultWith } from './results.test.support.ts';
import { textReport } from './text.ts';

describe('figures for people', () => {
  it.each([
    [countText(1_234_567), '1,234,567'], [countText(12), '12'], [roughText(12_345_678), '12.3 M'], [roughText(56_000), '56 k'], [roughText(999), '999'],
    [bytesText(3 * 2 ** 20), '3.0 MiB'], [bytesText(42), '42 B'], [bytesText(2 ** 31), '2.00 GiB'], [millisText(250), '250 ms'], [millisText(1_500), '1.5 s'],
    [millisText(83_000), '1 min 23 s'], [shareText(0.0123), '1.23 %'], [shareText(1), '100 %'], [shareText(0.999_999), '99.99 %'], [shareText(0), '0 %'],
  ])('%s', (text, wanted) => {
    expect(text).toBe(wanted);
  });
});

describe('the summary', () => {
  it('says what came out, what it cost, what holds, what stood in, and how to have it again', () => {
    const text = textReport(resultWith());
    for (const part of ['epidemic, 1,000 nodes, seed 7, 2 workers\n', '3 rounds (50 % 1 round, 99 % 2 rounds', '1.25 copies', 'ok    all-know', '- a stand-in', 'equivocation: precision 1, recall 0.98, excluded after 1.4 s', 'mesh-sim run epidemic --nodes 1000 --seed 7']) {
      expect(text).toContain(part);
    }
    expect(text.endsWith('\n')).toBe(true);
  });

  it('of a run that was cut short begins with that', () => {
    const text = textReport(resultWith({ complete: false, verdicts: [], percentiles: { 50: 1, 99: null, '99.99': null, 100: null } }));
    expect(text.split('\n')[0]).toContain('CUT SHORT');
    expect(text).toContain('not reached (50 % 1 round, 99 % not reached');
    expect(text).not.toContain('verdicts');
  });
});

describe('comma-separated values', () => {
  it('are a row a point, with what tells runs apart in front', () => {
    expect(csvReport(resultWith()).split('\n').slice(0, 3)).toEqual(['scenario,seed,nodes,round,informed,expected', 'epidemic,7,1000,0,0.001,0.001', 'epidemic,7,1000,1,0.6,0.5']);
    const { rounds: _rounds, ...timed } = resultWith({ curve: [{ at: 5, informed: 1 }] });
    expect(csvReport(timed)).toBe('scenario,seed,nodes,simulatedMs,informed,expected\nepidemic,7,1000,5,1,\n');
  });

  it('quote what would part a row', () => {
    expect(csvText([['a,b', 'say "no"', 1]])).toBe('"a,b","say ""no""",1\n');
  });
});
