import type { SeedsResult } from '@murmuration/simulator';
import { describe, expect, it } from 'vitest';
import { RememberingTerminal } from './terminal.test.support.ts';

describe('seeds', () => {
  it('runs so many seeds from a first one on, and tells what they reached', async () => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run('seeds --from 7 --count 2 --json')).toBe(0);
    const result = terminal.json<SeedsResult>();
    expect([result.from, result.count, result.complete, result.failures]).toEqual([7, 2, true, []]);
    expect(result.sometimes['suspected']).toBeGreaterThan(0);
    expect(await terminal.run('seeds --from 7 --count 2')).toBe(0);
    expect(terminal.written).toContain('2 seeds from 7: 0 failed');
  });

  it('cut short tells what it has', async () => {
    using terminal = new RememberingTerminal();
    terminal.isImpatient = true;
    expect(await terminal.run('seeds --count 50 --json')).toBe(130);
    expect(terminal.json<SeedsResult>().complete).toBe(false);
  });

  it.each([
    ['seeds --count 0', '--count must be an integer from 1 to 100000, not 0'],
    ['seeds --from x', '--from must be an integer from 0 to 4294967295, not x'],
    ['seeds 5', 'unexpected argument 5'],
  ])('%s is a wrong call', async (line, mistake) => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run(line)).toBe(2);
    expect(terminal.told).toContain(mistake);
  });
});
