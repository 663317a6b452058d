/** Finds functions and their lengths by matching braces; classes and object literals are no functions. */

import type { Token, Tokens } from './tokens.ts';

export interface FunctionSpan {
  /** Line of its parameters or of its arrow. */
  readonly line: number;
  readonly lines: number;
  /** Index of the brace that opens the body. */
  readonly body: number;
  /** True for the callback of `describe`. */
  readonly isSuite: boolean;
}

const controlWords = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);

/** Every function of a file that has a body in braces. */
export const functionsOf = (tokens: Tokens): FunctionSpan[] =>
  tokens.code.flatMap((token, index) => {
    if (token.text === '=>' && tokens.code[index + 1]?.text === '{') return [arrowAt(tokens, index)];
    return token.text === ')' ? declaredAt(tokens, index) : [];
  });

const span = ({ code, partner }: Tokens, line: number, body: number, isSuite: boolean): FunctionSpan => {
  const end = code[partner[body] ?? -1]?.line ?? line;
  return { line, lines: end - line + 1, body, isSuite };
};

const arrowAt = (tokens: Tokens, index: number): FunctionSpan => {
  const { code, partner } = tokens;
  const parameters = code[index - 1]?.text === ')' ? (partner[index - 1] ?? index) : index - 1;
  const line = code[parameters]?.line ?? 1;
  return span(tokens, line, index + 1, isDescribeArgument(tokens, parameters));
};

/** Functions and methods: parameters in parentheses, perhaps a return type, a body. */
const declaredAt = (tokens: Tokens, close: number): FunctionSpan[] => {
  const { code, partner } = tokens;
  const open = partner[close] ?? -1;
  const name = code[open - 1];
  if (open < 0 || name === undefined || (controlWords.has(name.text) && code[open - 2]?.text !== '.')) return [];
  const body = bodyAfter(tokens, close + 1);
  return body === undefined ? [] : [span(tokens, code[open]?.line ?? 1, body, false)];
};

/** The brace of a body after parameters and a return type; generics in the type may hold braces and commas. */
const bodyAfter = ({ code, partner }: Tokens, start: number): number | undefined => {
  if (code[start]?.text === '{') return start;
  if (code[start]?.text !== ':') return undefined;
  let depth = 0;
  for (let index = start + 1; index < code.length; index += 1) {
    const { text = '' } = code[index] ?? {};
    if (text === '{' && depth === 0 && !isInsideType(code[index - 1])) return index;
    if ('([{'.includes(text)) index = partner[index] ?? index;
    else if (text === '<') depth += 1;
    else if (text === '>') depth -= 1;
    else if (/^(?:[;)}=]|=>|return|const|let)$/.test(text) || (text === ',' && depth === 0)) return undefined;
  }
  return undefined;
};

/** After these, a brace opens the type of an object. */
const isInsideType = (previous: Token | undefined): boolean =>
  previous !== undefined && /^(?:[:|&<?]|is|extends|keyof|readonly)$/.test(previous.text);

/** True if the callback is an argument of `describe(…)`, `describe.each(…)(…)` and the like. */
const isDescribeArgument = ({ code, partner }: Tokens, index: number): boolean => {
  let at = index - 1;
  for (; at >= 0; at -= 1) {
    const text = code[at]?.text ?? '';
    if (')]}'.includes(text)) at = partner[at] ?? at;
    else if (text === '(') break;
    else if (text === '{' || text === ';') return false;
  }
  let callee = at - 1;
  while (callee > 0) {
    const text = code[callee]?.text ?? '';
    if (text === ')') callee = (partner[callee] ?? 0) - 1;
    else if (text === '.' || code[callee - 1]?.text === '.') callee -= 1;
    else break;
  }
  return code[callee]?.text === 'describe';
};
