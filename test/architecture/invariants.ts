/** `docs/PROTOCOL.md` and the code agree: on the invariants that tests cite, and on the loops that retry. */

import { folderOf, isLayered } from './layout.ts';
import { isCode, isTest, isTidyItself, lineOf, tokensOf, type Finding, type SourceFile } from './source-file.ts';

const page = 'docs/PROTOCOL.md';
/** An invariant is defined where a line opens with `**GOS1**`; it is cited as `GOS1`. */
const definition = /^\*\*((?:REG|GOS|BYZ|PAR|TOP|STA|NET|DIR|BRI)\d+)\*\*/gm;
const citation = /\b(?:REG|GOS|BYZ|PAR|TOP|STA|NET|DIR|BRI)\d+\b/g;
/** A loop that retries is listed as `**R1**` and marked `// retry: R1`. */
const retryEntry = /\*\*(R\d+)\*\*/g;
const retryMark = /^\/\/\s*retry:\s*(R\d+)\b/;

interface Citation {
  readonly id: string;
  readonly source: SourceFile;
  readonly line: number;
}

const isWitness = (path: string): boolean => isTest(path) || path.startsWith('packages/simulator/src/checkers/');
const readCode = (sources: readonly SourceFile[]): SourceFile[] =>
  sources.filter(({ path }) => isCode(path) && !isTidyItself(path));

const definedBy = (pattern: RegExp, document: SourceFile | undefined): Set<string> =>
  new Set([...(document?.text.matchAll(pattern) ?? [])].map(([, id = '']) => id));

const citationsIn = (sources: readonly SourceFile[]): Citation[] =>
  readCode(sources).flatMap((source) =>
    source.text.split('\n').flatMap((text, index) =>
      [...text.matchAll(citation)].map(([id]) => ({ id, source, line: index + 1 }))));

const retriesIn = (sources: readonly SourceFile[]): Citation[] =>
  readCode(sources).flatMap((source) =>
    tokensOf(source).comments.flatMap(({ text, line }) => {
      const id = retryMark.exec(text)?.[1];
      return id === undefined ? [] : [{ id, source, line }];
    }));

const missingPage = ({ id, source, line }: Citation, rule: string): Finding => ({
  file: source.path, line, rule,
  message: `${page} is missing, and ${id} is cited here: write the page that says what ${id} means.`,
});

/** Every invariant is cited by a test, and every cited one exists. */
export const invariantCitations = (sources: readonly SourceFile[]): Finding[] => {
  const rule = 'invariant';
  const document = sources.find(({ path }) => path === page);
  const citations = citationsIn(sources);
  if (document === undefined) return citations.slice(0, 1).map((first) => missingPage(first, rule));
  const defined = definedBy(definition, document);
  const proven = new Set(citations.filter(({ source }) => isWitness(source.path)).map(({ id }) => id));
  return [
    ...citations.filter(({ id }) => !defined.has(id)).map(({ id, source, line }) => ({
      file: source.path, line, rule, message: `${id} is not in ${page}: cite what is written there, or write it.`,
    })),
    ...[...defined].filter((id) => !proven.has(id)).map((id) => ({
      file: page, line: lineOf(document, `**${id}**`), rule,
      message: `No test cites ${id}: a claim without a test is a wish. Test it and name it in the test.`,
    })),
  ];
};

/** Every loop that retries is in the inventory, and every entry has its loop. */
export const retryInventory = (sources: readonly SourceFile[]): Finding[] => {
  const rule = 'retry';
  const document = sources.find(({ path }) => path === page);
  const marks = retriesIn(sources).filter(({ source }) => isLayered(folderOf(source.path)));
  if (document === undefined) return marks.slice(0, 1).map((first) => missingPage(first, rule));
  const listed = definedBy(retryEntry, document);
  const marked = new Set(marks.map(({ id }) => id));
  return [
    ...marks.filter(({ id }) => !listed.has(id)).map(({ id, source, line }) => ({
      file: source.path, line, rule, message: `${id} is not in the retry inventory of ${page}: write its bound there.`,
    })),
    ...[...listed].filter((id) => !marked.has(id)).map((id) => ({
      file: page, line: lineOf(document, `**${id}**`), rule,
      message: `No code is marked \`// retry: ${id}\`: mark the loop, or remove the entry.`,
    })),
  ];
};
