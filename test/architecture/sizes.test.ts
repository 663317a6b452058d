import { describe, expect, it } from 'vitest';

import { functionsOf } from './functions.ts';
import { places, plant } from './planted.ts';
import { longFiles, longFunctions } from './sizes.ts';
import { tokenize } from './tokens.ts';

const lines = (count: number): string => '// line\n'.repeat(count);
const fileFault = (path: string, count: number): string[] => places(longFiles(plant({ [path]: lines(count) })));
/** A text around a body, such that the function has so many lines in all. */
const longText = (head: string, count: number, tail = '}'): string =>
  `${head}\n${'  step();\n'.repeat(count - 2)}${tail}\n`;

describe('a long file is found', () => {
  it.each([
    ['packages/node/src/loop.ts', 400], ['packages/mesh/src/mesh.ts', 250], ['apps/mesh-node/src/main.ts', 30],
    ['test/e2e/first-light.test.ts', 400], ['demo/main.ts', 400],
  ])('%s may have %i lines and not one more', (path, max) => {
    expect(fileFault(path, max)).toEqual([]);
    expect(fileFault(path, max + 1)).toEqual([`${path}:${max + 1} file-size`]);
  });

  it('unless it was generated', () => {
    expect(fileFault('packages/telemetry/src/semconv/names.gen.ts', 2000)).toEqual([]);
  });
});

describe('a long function is found', () => {
  const faults = (text: string, path = 'packages/node/src/loop.ts'): string[] =>
    places(longFunctions(plant({ [path]: text })));

  it.each([
    'function run(): void {', 'export const run = (a: number): Step => {', 'const run = a => {',
    'class A { run(a: number) {',
    'class A { get run(): { a: number } {', 'class A { constructor() {', 'class A { #run(): Map<string, { a: 1 }> {',
    'const a = { run() {', 'if (a) { b.map((c) => {', 'class A { async *[Symbol.asyncIterator](): B {',
    'each(function () {',
    'function isStep(value: unknown): value is { a: 1 } {',
  ])('%s', (head) => {
    const depth = head.split('{').length - head.split('}').length;
    const closers = head.startsWith('each') || head.includes('b.map') ? '}) }' : '} }'.slice(0, depth > 1 ? 3 : 1);
    expect(faults(longText(head, 60, closers))).toEqual([]);
    expect(faults(longText(head, 61, closers))).toEqual(['packages/node/src/loop.ts:1 function-size']);
  });

  it('but a class, a literal, a type and a block are no functions', () => {
    expect(faults(longText('class Mesh {', 90))).toEqual([]);
    expect(faults(longText('const table = {', 90))).toEqual([]);
    expect(faults(longText('if (ready(a)) {', 90))).toEqual([]);
    const bodiless = [
      'interface A { run(a: number): { b: 1 }; walk(): void }', 'declare function f(): { c: 1 };',
      'const a = b ? f(c) : { d: 1 };', 'switch (f(e)) { case g(1): { h; } }',
    ];
    expect(bodiless.flatMap((text) => functionsOf(tokenize(text)))).toEqual([]);
  });

  it('but a suite in a test is a list', () => {
    const test = 'packages/node/src/loop.test.ts';
    expect(faults(longText("describe('the loop', () => {", 90, '});'), test)).toEqual([]);
    expect(faults(longText("describe.each(kinds)('the loop', (kind) => {", 90, '});'), test)).toEqual([]);
    expect(faults(longText('export function suite(): void { describe(name, () => {', 90, '}); }'), test)).toEqual([]);
    expect(faults(longText("it('turns', () => {", 90, '});'), test)).toEqual([`${test}:1 function-size`]);
  });
});
