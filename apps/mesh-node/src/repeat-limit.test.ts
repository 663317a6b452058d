import { describe, expect, it } from 'vitest';
import { RepeatLimit, otherReasons, reasonsMax } from './repeat-limit.ts';

const recorded = (): { said: string[]; limit: RepeatLimit } => {
  const said: string[] = [];
  const limit = new RepeatLimit({
    first: (reason, detail) => said.push(`${reason} ${JSON.stringify(detail)}`),
    repeated: (reason, count) => said.push(`${reason} x${count}`),
  });
  return { said, limit };
};

describe('a repeated reason', () => {
  it('is told at once, and then as a count per period', () => {
    const { said, limit } = recorded();
    for (let knock = 0; knock < 100; knock += 1) limit.note('wrong network', { peer: 'x' });
    expect(said).toEqual(['wrong network {"peer":"x"}']);
    limit.endPeriod();
    expect(said.slice(1)).toEqual(['wrong network x99']);
  });

  it('goes on as a count, and is new again after a quiet period', () => {
    const { said, limit } = recorded();
    limit.note('a');
    limit.note('a');
    limit.endPeriod();
    limit.note('a');
    limit.endPeriod();
    limit.endPeriod();
    limit.note('a');
    expect(said).toEqual(['a {}', 'a x1', 'a x1', 'a {}']);
  });

  it('shares a count with the rest once a period has seen too many reasons', () => {
    const { said, limit } = recorded();
    for (let reason = 0; reason < reasonsMax + 50; reason += 1) limit.note(`reason ${reason}`);
    expect(said.length).toBe(reasonsMax);
    limit.endPeriod();
    expect(said.slice(reasonsMax)).toEqual([`${otherReasons} x50`]);
  });
});
