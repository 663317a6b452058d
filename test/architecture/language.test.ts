import { describe, expect, it } from 'vitest';

import { defaultExports, unerasableSyntax, unfinishedRemarks, yjsV2Calls } from './language.ts';
import { places, plant, withHeader } from './planted.ts';
import type { Finding, SourceFile } from './source-file.ts';

const path = 'packages/node/src/effects.ts';
const at = (check: (sources: readonly SourceFile[]) => Finding[], line: string, file: string = path): string[] =>
  places(check(plant({ [file]: withHeader(line) })));

describe('syntax that types do not erase is found', () => {
  it.each([
    'export enum State { Alive }', 'const enum State { Alive }', 'declare enum State { Alive }',
    'namespace Mesh { const a = 1; }', 'export namespace Mesh.Inner { }', 'module Mesh { }',
    'class A { constructor(private readonly links: Links) {} }',
    'class A { constructor(first: number, readonly second = f(1)) {} }',
  ])('%s', (line) => {
    expect(at(unerasableSyntax, line)).toEqual([`${path}:2 unerasable`]);
  });

  it.each([
    "const row = { enum: 1, namespace: 'a' }; row.enum; row.namespace;", "const module = { a: 1 }; module;",
    'class A { constructor(readonly: number, { private: b }: Options, rows: { readonly c: number }) {} }',
    'declare global { interface A {} }', 'interface A { readonly enum: string; namespace(): void }',
  ])('and what they erase is not: %s', (line) => {
    expect(at(unerasableSyntax, line)).toEqual([]);
  });
});

describe('an export without a name is found', () => {
  it.each([
    'export default class {}', 'export { mesh as default };', "export { node, default } from './a.ts';",
    'export = mesh;',
  ])('%s', (line) => {
    expect(at(defaultExports, line)).toEqual([`${path}:2 default-export`]);
  });

  it('but a switch and an import may have a default', () => {
    expect(at(defaultExports, 'switch (a) { default: b; } export const a = { default: 1 };')).toEqual([]);
    expect(at(defaultExports, "import { default as yaml } from 'yaml';")).toEqual([]);
    expect(at(defaultExports, "export { default as mesh } from './a.ts';")).toEqual([]);
    expect(at(defaultExports, 'export default {};', 'vitest.config.ts')).toEqual([]);
  });
});

describe('a call of Yjs V2 is found', () => {
  it.each([
    'Y.applyUpdateV2(doc, update);', 'Y.encodeStateAsUpdateV2(doc);', 'Y.mergeUpdatesV2(updates);',
    'Y.diffUpdateV2(a, b);', "doc.on('updateV2', send);", 'Y.convertUpdateFormatV2ToV1(update);',
  ])('%s', (line) => {
    expect(at(yjsV2Calls, line, 'packages/state/src/document.ts')).toEqual(['packages/state/src/document.ts:2 yjs-v2']);
  });

  it('but V1 is not, nor a test that shows V2 refused', () => {
    expect(at(yjsV2Calls, 'Y.applyUpdate(doc, update); // not applyUpdateV2')).toEqual([]);
    expect(at(yjsV2Calls, 'Y.encodeStateAsUpdateV2(doc);', 'packages/state/src/document.test.ts')).toEqual([]);
  });
});

describe('a remark about work left over is found', () => {
  it('in comments only', () => {
    expect(at(unfinishedRemarks, '// TODO: bound this')).toEqual([`${path}:2 unfinished`]);
    expect(at(unfinishedRemarks, "const text = 'TODO';")).toEqual([]);
  });
});
