import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logOptions, type Log } from './log.ts';

const recorded = (): { lines: Record<string, unknown>[]; log: Log } => {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: pino(logOptions('info', 'node-1'), stream) };
};

describe('a log line', () => {
  it('names its level, its node and its time', () => {
    const { lines, log } = recorded();
    log.info({ members: 2 }, 'joined');
    expect(lines).toEqual([{ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), node: 'node-1', members: 2, msg: 'joined' }]);
  });

  it('redacts secrets by their names', () => {
    const { lines, log } = recorded();
    log.warn({ networkKey: 'ab', headers: { authorization: 'Bearer x' }, secretKey: new Uint8Array(32) }, 'refused');
    expect(lines[0]).toMatchObject({
      networkKey: '[redacted]', headers: { authorization: '[redacted]' }, secretKey: '[redacted]',
    });
  });

  it('escapes what a peer could have written, in fields and in words', () => {
    const { lines, log } = recorded();
    log.warn({ name: '\u001b[31mred' }, 'refused: \u202eevil');
    expect(lines[0]).toMatchObject({ name: '\\u001b[31mred', msg: 'refused: \\u202eevil' });
  });

  it('keeps the stack of an error', () => {
    const { lines, log } = recorded();
    log.error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).toMatchObject({ err: { message: 'broken', stack: expect.stringContaining('log.test') as string } });
  });
});
