/** One concept, one file, one name; a file says at its top what it is (STYLE.md, sections 1, 2 and 5). */

import { folderOf, isLayered, isPackage } from './layout.ts';
import { manifestSources } from './manifests.ts';
import { isCode, isTest, tokensOf, type Finding, type SourceFile } from './source-file.ts';
import type { Tokens } from './tokens.ts';

const emptyWords = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc']);
const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Names of files and folders are in kebab-case and say something. */
export const badNames = (sources: readonly SourceFile[]): Finding[] =>
  sources.filter(({ path }) => isCode(path)).flatMap(({ path }) => {
    const parts = path.split('/').flatMap((part) => part.split('.'));
    const empty = parts.flatMap((part) => part.split('-')).find((word) => emptyWords.has(word));
    const ugly = parts.find((part) => !kebab.test(part));
    const message = empty === undefined
      ? ugly === undefined ? undefined : `${ugly} is not in kebab-case: names differ in nothing but their words.`
      : `${empty} says nothing, so everything ends up in it: name the concept.`;
    return message === undefined ? [] : [{ file: path, line: 1, rule: 'file-name', message }];
  });

/** Every package has an index, and it holds exports only. */
export const badIndexes = (sources: readonly SourceFile[]): Finding[] =>
  manifestSources(sources).map(({ path }) => folderOf(path)).filter(isPackage).flatMap((folder) => {
    const path = `${folder}/src/index.ts`;
    const index = sources.find((source) => source.path === path);
    if (index === undefined) {
      const missing = `${folder} has no src/index.ts: a package has one door.`;
      return [{ file: path, line: 1, rule: 'index', message: missing }];
    }
    const line = firstStatement(tokensOf(index));
    if (line === undefined) return [];
    const message = 'An index holds `export … from` only: nobody looks for code in a table of contents.';
    return [{ file: path, line, rule: 'index', message }];
  });

/** The line of the first statement that is no re-export; undefined if all are. */
const firstStatement = ({ code, partner }: Tokens): number | undefined => {
  let at = 0;
  while (at < code.length) {
    const start = code[at];
    const clause = at + (code[at + 1]?.text === 'type' ? 2 : 1);
    const opener = code[clause]?.text;
    if (start?.text !== 'export' || (opener !== '*' && opener !== '{')) return start?.line;
    at = opener === '{' ? (partner[clause] ?? clause) + 1 : clause + 1;
    const isEmptyModule = opener === '{' && partner[clause] === clause + 1;
    if (code[at]?.text === 'as') at += 2;
    if (code[at]?.text === 'from') at += 2;
    else if (!isEmptyModule) return start.line;
    if (code[at]?.text === ';') at += 1;
  }
  return undefined;
};

const headerLinesMax = 8;
const protocolIndex = 'packages/protocol/src/index.ts';
/** Headers that are a page: one tells the whole protocol, one is the contract that every transport keeps. */
const longHeaders = new Set([protocolIndex, 'packages/transport/src/transport.ts']);
const needsHeader = (path: string): boolean =>
  isLayered(folderOf(path)) && path.startsWith(`${folderOf(path)}/src/`) && isCode(path) && !isTest(path) &&
  (!path.endsWith('/index.ts') || path === protocolIndex);

/** Every source file opens with a remark: what it is, its rule, its source. */
export const missingHeaders = (sources: readonly SourceFile[]): Finding[] =>
  sources.filter(({ path }) => needsHeader(path)).flatMap((source) => {
    const lines = headerLines(source);
    const isFit = lines > 0 && (lines <= headerLinesMax || longHeaders.has(source.path));
    if (isFit) return [];
    const message = lines === 0
      ? 'No header: open the file with 1 to 8 lines that say what it is, its rule, its source.'
      : `A header of ${lines} lines, at most ${headerLinesMax}: the rest belongs to the functions, or to another file.`;
    return [{ file: source.path, line: 1, rule: 'header', message }];
  });

/** Lines with words in the remark that opens the file: one block, or `//` lines in a row. */
const headerLines = (source: SourceFile): number => {
  const text = source.text.replace(/^#![^\n]*\n/, '').trimStart();
  const remark = /^(?:\/\*[^]*?\*\/|(?:\/\/[^\n]*\n)+)/.exec(text)?.[0] ?? '';
  return remark.split('\n').filter((line) => /\w/.test(line)).length;
};
