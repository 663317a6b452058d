/** Limits of size: what does not fit in one view is two concepts (STYLE.md, house rule 4). */

import { functionsOf, type FunctionSpan } from './functions.ts';
import { isApp, folderOf } from './layout.ts';
import { isCode, isTest, tokensOf, type Finding, type SourceFile } from './source-file.ts';
import type { Tokens } from './tokens.ts';

const fileLinesMax = 400;
const composerLinesMax = 250;
const mainLinesMax = 30;
const functionLinesMax = 60;

const written = (sources: readonly SourceFile[]): SourceFile[] =>
  sources.filter(({ path }) => isCode(path) && !/\.gen\.[a-z]+$/.test(path));

const linesOf = ({ text }: SourceFile): number => text.trimEnd().split('\n').length;

const limitOf = (path: string): number => {
  if (path === 'packages/mesh/src/mesh.ts') return composerLinesMax;
  return isApp(folderOf(path)) && path === `${folderOf(path)}/src/main.ts` ? mainLinesMax : fileLinesMax;
};

/** Files stay short; the composer and the mains of apps stay shorter. */
export const longFiles = (sources: readonly SourceFile[]): Finding[] =>
  written(sources).filter((source) => linesOf(source) > limitOf(source.path)).map((source) => ({
    file: source.path, line: limitOf(source.path) + 1, rule: 'file-size',
    message: `${linesOf(source)} lines, at most ${limitOf(source.path)}: ` +
      'nobody holds more in mind at once. Give one of its concepts a file of its own.',
  }));

/** Functions fit on a screen. A suite of tests is a list, not a function. */
export const longFunctions = (sources: readonly SourceFile[]): Finding[] =>
  written(sources).flatMap((source) => {
    const tokens = tokensOf(source);
    return functionsOf(tokens)
      .filter((found) => found.lines > functionLinesMax && !(isTest(source.path) && isSuite(tokens, found)))
      .map(({ line, lines }) => ({
        file: source.path, line, rule: 'function-size',
        message: `A function of ${lines} lines, at most ${functionLinesMax}: name its steps as functions.`,
      }));
  });

/** A callback of `describe`, or a function that declares suites. */
const isSuite = ({ code, partner }: Tokens, { body, isSuite: isCallback }: FunctionSpan): boolean =>
  isCallback || code.slice(body, partner[body]).some(({ text }, index, all) =>
    text === 'describe' && ['(', '.'].includes(all[index + 1]?.text ?? ''));
