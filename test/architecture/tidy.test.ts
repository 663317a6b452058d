import { describe, expect, it } from 'vitest';

import { readRepository } from './repository.ts';
import { rules } from './rules.ts';

const sources = readRepository(`${import.meta.dirname}/../..`);
const show = ({ file, line, rule, message }: { file: string; line: number; rule: string; message: string }): string =>
  `${file}:${line} [${rule}] ${message}`;

describe('in this repository', () => {
  it('the rules read the sources', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toContain('packages/protocol/src/index.ts');
    expect(paths).toContain('package-lock.json');
  });

  for (const { truth, check } of rules) {
    it(truth, () => {
      expect(check(sources).map(show)).toEqual([]);
    });
  }
});
