/** Source sets in memory, in which the tests of the rules plant a fault. */

import type { Finding, SourceFile } from './source-file.ts';

/** A set of files from path to text. Objects are written as JSON, one key a line. */
export const plant = (files: Readonly<Record<string, string | object>>): SourceFile[] =>
  Object.entries(files).map(([path, content]) => ({
    path,
    text: typeof content === 'string' ? content : JSON.stringify(content, undefined, 1),
  }));

/** Where the findings are, as `file:line rule`. */
export const places = (findings: readonly Finding[]): string[] =>
  findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`);

/** Lines of code in an ordinary file with a header. */
export const withHeader = (...lines: string[]): string => ['/** A file. */', ...lines, ''].join('\n');
