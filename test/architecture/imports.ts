/**
 * Finds what a file imports: static imports and re-exports, `import()` in code and in types, `require` and whatever
 * name `createRequire` was given.
 */

import { tokensOf, type SourceFile } from './source-file.ts';
import { literalOf, type Token, type Tokens } from './tokens.ts';

export interface Import {
  /** Undefined if the name is computed, so that no rule can judge it. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** True if nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

/** Every import of one file, in the order of its lines. */
export const importsOf = (source: SourceFile): Import[] => {
  const tokens = tokensOf(source);
  const loaders = requireNames(tokens.code);
  return tokens.code.flatMap((token, index) => {
    if (token.kind !== 'name' || isMember(tokens.code, index)) return [];
    if (token.text === 'import') return importAt(tokens, index);
    if (token.text === 'export') return reexportAt(tokens, index);
    if (token.text === 'createRequire') return createdRequireAt(tokens, index);
    return loaders.has(token.text) ? callAt(tokens, index) : [];
  });
};

/** The package of a bare specifier: `@scope/name` or `name`. */
export const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

export const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier) || /^\.{1,2}$/.test(specifier);

/** True for `x.name` and `x?.name`. */
export const isMember = (code: readonly Token[], index: number): boolean =>
  code[index - 1]?.text === '.' || code[index - 1]?.text === '?.';

const importAt = ({ code, partner }: Tokens, index: number): Import[] => {
  const next = code[index + 1];
  if (next?.text === '(') return callAt({ code, partner, comments: [] }, index);
  if (next?.text === '.' || next?.text === ':' || next === undefined) return [];
  const line = next.line;
  if (next.kind === 'string') return [{ specifier: literalOf(next), line, isTypeOnly: false }];
  const from = fromAfter({ code, partner, comments: [] }, index + 1);
  if (from === undefined) return [];
  const isTypeOnly = isTypeClause(code, index + 1) || namesOnlyTypes(code.slice(index + 1, from));
  return [{ specifier: literalOf(code[from + 1]), line: code[from + 1]?.line ?? line, isTypeOnly }];
};

const reexportAt = (tokens: Tokens, index: number): Import[] => {
  const { code } = tokens;
  const isType = isTypeClause(code, index + 1);
  const clause = code[index + (isType ? 2 : 1)];
  if (clause?.text !== '*' && clause?.text !== '{') return [];
  const from = fromAfter(tokens, index + 1);
  if (from === undefined) return [];
  const isTypeOnly = isType || namesOnlyTypes(code.slice(index + 1, from));
  return [{ specifier: literalOf(code[from + 1]), line: code[from + 1]?.line ?? clause.line, isTypeOnly }];
};

/** The index of the `from` that ends an import clause; undefined if the clause has none. */
const fromAfter = ({ code, partner }: Tokens, start: number): number | undefined => {
  for (let index = start; index < code.length; index += 1) {
    const token = code[index];
    if (token?.text === 'from' && code[index + 1]?.kind === 'string') return index;
    if (token?.text === '{') index = partner[index] ?? index;
    else if (token?.kind !== 'name' && token?.text !== '*' && token?.text !== ',') return undefined;
  }
  return undefined;
};

const isTypeClause = (code: readonly Token[], index: number): boolean =>
  code[index]?.text === 'type' && code[index + 1]?.text !== 'from' && code[index + 1]?.text !== ',';

/** True for `{ type A, type B }`. */
const namesOnlyTypes = (clause: readonly Token[]): boolean => {
  if (clause[0]?.text !== '{' || clause[1]?.text === '}') return false;
  return clause.every(({ text }, index) => {
    const opensName = text === '{' || text === ',';
    return !opensName || ['type', '}'].includes(clause[index + 1]?.text ?? '');
  });
};

/** `import(…)`, `require(…)`: the specifier is the first argument. */
const callAt = ({ code }: Tokens, index: number): Import[] => {
  if (code[index + 1]?.text !== '(') return [];
  const argument = code[index + 2];
  const after = code[index + 3]?.text;
  const specifier = after === ')' || after === ',' ? literalOf(argument) : undefined;
  return [{ specifier, line: argument?.line ?? 1, isTypeOnly: false }];
};

/** `createRequire(…)('name')`, called on the spot. */
const createdRequireAt = (tokens: Tokens, index: number): Import[] => {
  const end = tokens.code[index + 1]?.text === '(' ? tokens.partner[index + 1] : undefined;
  return end === undefined || end < 0 ? [] : callAt(tokens, end);
};

/** `require`, and each name that holds the result of `createRequire`. */
const requireNames = (code: readonly Token[]): Set<string> => {
  const names = new Set(['require']);
  code.forEach((token, index) => {
    const holder = code[index - 2];
    const isCall = token.text === 'createRequire' && code[index + 1]?.text === '(';
    if (isCall && code[index - 1]?.text === '=' && holder?.kind === 'name') names.add(holder.text);
  });
  return names;
};
