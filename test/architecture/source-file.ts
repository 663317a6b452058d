/** What a rule reads and what it answers: a set of files in memory, and findings with a reason. Rules do no I/O. */

import { tokenize, type Tokens } from './tokens.ts';

/** One text file of the repository. */
export interface SourceFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** One broken rule at one place. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  /** Short name of the rule, in kebab-case. */
  readonly rule: string;
  /** What is wrong, why that matters, what to do instead. */
  readonly message: string;
}

/** A rule: the truth that it guards, as a sentence, and the check. */
export interface Rule {
  readonly truth: string;
  check(sources: readonly SourceFile[]): Finding[];
}

const cache = new WeakMap<SourceFile, Tokens>();

/** The tokens of a file, scanned once. */
export const tokensOf = (source: SourceFile): Tokens => {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const tokens = tokenize(source.text);
  cache.set(source, tokens);
  return tokens;
};

/** The first line that contains the words, counted from 1; 1 if none does. */
export const lineOf = (source: SourceFile, words: string): number =>
  Math.max(0, source.text.split('\n').findIndex((line) => line.includes(words))) + 1;

export const isCode = (path: string): boolean => /\.[mc]?[jt]s$/.test(path);

/** Tests and the conformance suites of ports, which are tests that several implementations share. */
export const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') || path.endsWith('.test.support.ts') || /(^|\/)([a-z-]+-)?conformance(\.ts$|\/)/.test(path);

/** These rules and their tests name what they forbid, so rules that read raw text leave them out. */
export const isTidyItself = (path: string): boolean => path.startsWith('test/architecture/');
