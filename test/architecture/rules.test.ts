import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readRepository } from './repository.ts';
import { findingsIn, rules } from './rules.ts';

const here = import.meta.dirname;
const repository = join(here, '../..');

describe('the rules on a copy of the real packages', () => {
  let copy: string;

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'tidy-'));
    const isWritten = (path: string): boolean => !['node_modules', 'dist'].includes(basename(path));
    for (const folder of ['protocol', 'peer-registry', 'gossip']) {
      const path = join('packages', folder);
      cpSync(join(repository, path), join(copy, path), { recursive: true, filter: isWritten });
    }
  });

  afterEach(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  const placesIn = (folder: string): Set<string> =>
    new Set(findingsIn(readRepository(folder)).map(({ file, rule }) => `${file} ${rule}`));

  it('find an arrow that breaks in a real file', () => {
    const before = placesIn(copy);
    const path = 'packages/gossip/src/index.ts';
    const text = readFileSync(join(copy, path), 'utf8');
    writeFileSync(join(copy, path), `${text}export * from '@murmuration/peer-registry';\n`);
    expect([...placesIn(copy).difference(before)].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      [`${path} arrow`, `${path} undeclared-import`],
    );
  });

  it('find a clock in a real file of the core', () => {
    const before = placesIn(copy);
    const path = 'packages/protocol/src/units.ts';
    const text = readFileSync(join(copy, path), 'utf8');
    writeFileSync(join(copy, path), `${text}export const startedAt: number = Date.now();\n`);
    expect([...placesIn(copy).difference(before)]).toEqual([`${path} purity`]);
  });
});

describe('the list of rules', () => {
  it('holds every rule that is written, and the tests beside plant a fault for each', () => {
    const files = readdirSync(here);
    const read = (isWanted: (file: string) => boolean): string =>
      files.filter(isWanted).map((file) => readFileSync(join(here, file), 'utf8')).join('\n');
    const exported = /export const (\w+) = \(sources: readonly SourceFile\[\]\): Finding\[\]/g;
    const written = [...read((file) => !file.endsWith('.test.ts') && file !== 'rules.ts').matchAll(exported)]
      .map(([, name = '']) => name);
    const tests = read((file) => file.endsWith('.test.ts') && file !== 'rules.test.ts' && file !== 'tidy.test.ts');
    expect(rules.map(({ check }) => check.name).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      written.toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(written.filter((name) => !new RegExp(`\\b${name}\\b`).test(tests))).toEqual([]);
  });
});
