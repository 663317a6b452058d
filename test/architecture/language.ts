/** Words of the language, and of Yjs, that nobody writes here (STYLE.md, bans). */

import { isMember } from './imports.ts';
import { isCode, isTest, tokensOf, type Finding, type SourceFile } from './source-file.ts';
import { literalOf, type Token, type Tokens } from './tokens.ts';

const scan = (
  sources: readonly SourceFile[],
  rule: string,
  judge: (tokens: Tokens, index: number, token: Token) => string | undefined,
): Finding[] =>
  sources.filter(({ path }) => isCode(path)).flatMap((source) => {
    const tokens = tokensOf(source);
    return tokens.code.flatMap((token, index) => {
      const message = judge(tokens, index, token);
      return message === undefined ? [] : [{ file: source.path, line: token.line, rule, message }];
    });
  });

/** No enum, namespace or parameter property: Node runs the sources by erasing types, and these leave code behind. */
export const unerasableSyntax = (sources: readonly SourceFile[]): Finding[] =>
  scan(sources, 'unerasable', (tokens, index, { kind, text }) => {
    const { code } = tokens;
    if (kind !== 'name' || isMember(code, index)) return undefined;
    const isBlock = code[index + 1]?.kind === 'name' && ['{', '.'].includes(code[index + 2]?.text ?? '');
    if (text === 'enum' && isBlock) return 'enum is not erasable: use a union of literals.';
    if ((text === 'namespace' || text === 'module') && isBlock) return `${text} is not erasable: use a file.`;
    if (text !== 'constructor' || !hasParameterProperty(tokens, index)) return undefined;
    return 'A parameter property is not erasable: declare the field and assign it.';
  });

const modifiers = new Set(['public', 'private', 'protected', 'readonly', 'override']);

const hasParameterProperty = ({ code, partner }: Tokens, index: number): boolean => {
  const end = code[index + 1]?.text === '(' ? (partner[index + 1] ?? -1) : -1;
  for (let at = index + 2; at < end; at += 1) {
    const token = code[at];
    const opensParameter = code[at - 1]?.text === '(' || code[at - 1]?.text === ',';
    if (token !== undefined && opensParameter && modifiers.has(token.text)) {
      if (code[at + 1]?.kind === 'name' && at < end) return true;
    }
    // What is nested is a type or a default value.
    if (token !== undefined && '([{'.includes(token.text)) at = partner[at] ?? at;
  }
  return false;
};

/** The tool that reads these files asks for a default export. */
const toolConfigs = new Set(['vitest.config.ts']);

/** Named exports only. */
export const defaultExports = (sources: readonly SourceFile[]): Finding[] =>
  scan(sources.filter(({ path }) => !toolConfigs.has(path)), 'default-export', ({ code }, index, { kind, text }) => {
    const previous = code[index - 1]?.text;
    const isTarget = previous === 'as' || code[index + 1]?.text !== 'as';
    const isDefault = kind === 'name' && text === 'default' &&
      (previous === 'export' || (isTarget && isInExportClause(code, index)));
    const isAssigned = kind === 'name' && text === 'export' && code[index + 1]?.text === '=';
    if (!isDefault && !isAssigned) return undefined;
    return 'A default export has no name, so every reader gives it another: export a name.';
  });

const isInExportClause = (code: readonly Token[], index: number): boolean => {
  let at = index;
  while (at > 0 && code[at]?.text !== '{') at -= 1;
  return code[at - 1]?.text === 'export' || code[at - 2]?.text === 'export';
};

/** Yjs speaks V1 only (D7). Tests may make a V2 update, to show that it is refused. */
export const yjsV2Calls = (sources: readonly SourceFile[]): Finding[] =>
  scan(sources.filter(({ path }) => !isTest(path)), 'yjs-v2', (_tokens, _index, token) => {
    const name = token.kind === 'name' ? token.text : literalOf(token);
    if (name === undefined || !/^(?:[a-z]\w*)?(?:update|Update)\w*V2(?:ToV1)?$/.test(name)) return undefined;
    return `${name}: the wire format is Yjs V1 everywhere; two formats are two canonical hashes (D7). Use the V1 call.`;
  });

/** Work that is left over is an issue, not a remark. */
export const unfinishedRemarks = (sources: readonly SourceFile[]): Finding[] =>
  sources.filter(({ path }) => isCode(path)).flatMap((source) =>
    tokensOf(source).comments.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ line }) => ({
      file: source.path, line, rule: 'unfinished', message: 'A remark about work left over: do it, or open an issue.',
    })));
