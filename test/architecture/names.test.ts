import { describe, expect, it } from 'vitest';

import { badIndexes, badNames, missingHeaders } from './names.ts';
import { places, plant } from './planted.ts';

describe('a name that says nothing is found', () => {
  it.each([
    'packages/node/src/utils.ts', 'packages/node/src/test-helpers.ts', 'packages/node/src/common/clock.ts',
    'packages/node/src/eventLoop.ts', 'packages/node/src/Loop.ts', 'packages/node/src/event_loop.ts',
    'test/misc/a.test.ts',
  ])('%s', (path) => {
    expect(places(badNames(plant({ [path]: '' })))).toEqual([`${path}:1 file-name`]);
  });

  it.each([
    'packages/node/src/event-loop.test.ts', 'vitest.config.ts', 'apps/mesh-node/bin/mesh-node.cjs',
    'packages/telemetry/src/a.gen.ts',
  ])('and one that does is not: %s', (path) => {
    expect(badNames(plant({ [path]: '' }))).toEqual([]);
  });
});

describe('an index with something else than exports is found', () => {
  const fault = (index: string): string[] =>
    places(badIndexes(plant({ 'packages/node/package.json': {}, 'packages/node/src/index.ts': index })));

  it.each([
    "export * from './a.ts';\nimport './b.ts';", "export * from './a.ts';\nexport const b = 1;",
    "export * from './a.ts';\nconst b = 1;\nexport { b };", "export * from './a.ts';\nexport type B = string;",
  ])('%s', (index) => {
    expect(fault(index)).toEqual(['packages/node/src/index.ts:2 index']);
  });

  it('but exports of all forms are not', () => {
    expect(fault(`/** Header. */
      export * from './a.ts';
      export * as b from './b.ts'
      export { c, type D } from './c.ts';
      export type { E } from './e.ts';
      export type * from './f.ts';
    `)).toEqual([]);
    expect(fault('export {};\n')).toEqual([]);
  });

  it('and a package without an index is', () => {
    const found = badIndexes(plant({ 'packages/node/package.json': {} }));
    expect(places(found)).toEqual(['packages/node/src/index.ts:1 index']);
  });
});

describe('a file without a header is found', () => {
  const fault = (text: string, path = 'packages/node/src/loop.ts'): string[] =>
    places(missingHeaders(plant({ [path]: text })));
  const found = ['packages/node/src/loop.ts:1 header'];

  it('if it opens with code, or with a header longer than 8 lines', () => {
    expect(fault("import { a } from './a.ts';\n/** Late. */\n")).toEqual(found);
    expect(fault(`/**\n${' * line\n'.repeat(9)} */\n`)).toEqual(found);
    expect(fault('// line\n'.repeat(9))).toEqual(found);
    expect(fault('/* */ const a = 1;')).toEqual(found);
  });

  it('but not if it opens with 1 to 8 lines', () => {
    expect(fault(`/**\n${' * line\n'.repeat(8)} */\n`)).toEqual([]);
    expect(fault('#!/usr/bin/env node\n// One line.\n')).toEqual([]);
  });

  it('and tests and indexes need none, but that of the protocol does', () => {
    expect(fault('const a = 1;', 'packages/node/src/loop.test.ts')).toEqual([]);
    expect(fault("export * from './a.ts';", 'packages/node/src/index.ts')).toEqual([]);
    const index = 'packages/protocol/src/index.ts';
    expect(fault("export * from './a.ts';", index)).toEqual([`${index}:1 header`]);
    expect(fault(`/**\n${' * line\n'.repeat(40)} */\n`, index)).toEqual([]);
  });
});
