import { describe, expect, it } from 'vitest';

import { importsOf } from './imports.ts';
import { tokenize } from './tokens.ts';

const names = (text: string): string[] =>
  tokenize(text).code.filter(({ kind }) => kind === 'name').map((token) => token.text);

const specifiers = (text: string): (string | undefined)[] =>
  importsOf({ path: 'packages/gossip/src/a.ts', text }).map(({ specifier }) => specifier);

describe('the scanner', () => {
  it('keeps words in comments and strings out of the code', () => {
    expect(names('// Date\n/* Date */ a = "Date" + \'it\\\'s Date\'; `Date`')).toEqual(['a']);
  });

  it('reads the code inside templates, however deep', () => {
    expect(names('`a ${b + `c ${{ d: e }} f`} g` + h')).toEqual(['b', 'd', 'e', 'h']);
  });

  it('tells a regular expression from a division', () => {
    expect(names('a = /it\'s/g; b = c / d; e = f(g) / h / i; j = [k / l] / 2; m! / n; o++ / p')).toEqual(
      [...'abcdefghijklmnop'],
    );
    expect(names('return /it[/"]s/')).toEqual(['return']);
    expect(names('if (a) /b"/.test(c); x = !/d"/.test(e)')).toEqual(['if', 'a', 'test', 'c', 'x', 'test', 'e']);
  });

  it('counts lines across comments, templates and strings', () => {
    const { code } = tokenize('/*\n*/ a\n`\n${\nb}\n` c');
    expect(code.map(({ text, line }) => [text, line])).toEqual(
      [['a', 2], ['`\n${', 3], ['b', 5], ['}\n`', 5], ['c', 6]],
    );
  });

  it('pairs brackets', () => {
    expect(tokenize('f({ a: [1] })').partner).toEqual([-1, 9, 8, -1, -1, 7, -1, 5, 2, 1]);
  });

  it('reads numbers, private names and optional chains as one token each', () => {
    expect(tokenize('1_000n .5e-3 0xff #a b?.c d?.5:1').code.map(({ text }) => text)).toEqual(
      ['1_000n', '.5e-3', '0xff', '#a', 'b', '?.', 'c', 'd', '?', '.5', ':', '1'],
    );
  });

  it('survives what is not TypeScript', () => {
    expect(names('} ) ` ${ \' a')).toEqual(['a']);
  });
});

describe('the reader of imports', () => {
  it('finds every form', () => {
    expect(specifiers(`
      import 'a'; import b from 'b'; import * as c from 'c'; import { d, type D } from 'd'; import type { E } from 'e';
      export * from 'f'; export * as g from 'g'; export { h } from 'h'; export type { I } from 'i';
      export type * from 'j'; const k = await import('k');
      type L = import('l').L; const m = require('m'); import n, { type N } from "n";
      import o = require('o'); import p from 'p' with { type: 'json' }; import(\`q\`);
    `)).toEqual([...'abcdefghijklmnopq']);
  });

  it('follows createRequire through the name of its result', () => {
    expect(specifiers("const load = createRequire(import.meta.url); load('a'); createRequire(here)('b');")).toEqual(
      ['a', 'b'],
    );
  });

  it('sees that a name is computed', () => {
    expect(specifiers('import(`./${name}.ts`); import(name); require("a" + b);')).toEqual(
      [undefined, undefined, undefined],
    );
  });

  it('does not take for an import what is none', () => {
    expect(specifiers(`
      // import 'a'
      const text = "import 'b'"; import.meta.url; x.import('c'); x.require('d'); export { e }; export const from = 'f';
      export type G = { from: 'g' }; declare module 'h' {} const i = { import: 'i' };
    `)).toEqual([]);
  });

  it('knows what is left at run time', () => {
    const text = [
      "import type { A } from 'a';", "import { type B, type C } from 'b';", "import { type D, E } from 'c';",
      "import {} from 'd';",
    ];
    const found = importsOf({ path: 'a.ts', text: text.join('\n') });
    expect(found.map(({ isTypeOnly }) => isTypeOnly)).toEqual([true, true, false, false]);
  });
});
