/**
 * Splits TypeScript into tokens. TypeScript 7 has no compiler API, and a search in plain text would find faults inside
 * comments and strings; the rules therefore read tokens. It is a scanner, no parser: it knows where strings, templates,
 * comments and regular expressions begin and end, and nothing about grammar.
 */

export type TokenKind = 'name' | 'private' | 'number' | 'string' | 'template' | 'regex' | 'mark' | 'comment';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** First line, counted from 1. */
  readonly line: number;
}

export interface Tokens {
  readonly code: readonly Token[];
  readonly comments: readonly Token[];
  /** For the index of a bracket in `code`, the index of its partner; -1 for every other token. */
  readonly partner: readonly number[];
}

const blank = /\s+/y;
const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*/y;
const templatePiece = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
const regex = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const plain: readonly (readonly [TokenKind, RegExp])[] = [
  ['name', /[\p{ID_Start}$_][\p{ID_Continue}$]*/yu],
  ['private', /#[\p{ID_Start}$_][\p{ID_Continue}$]*/yu],
  ['number', /0[xXoObB][\da-fA-F_]+n?|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?n?|\.\d[\d_]*(?:[eE][+-]?\d+)?/y],
  ['string', /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y],
  ['mark', /=>|\?\.(?!\d)|\.\.\.|\+\+|--|[^]/y],
];
const wordsBeforeOperand = new Set(
  'return typeof case in of delete void throw new instanceof else do yield await extends'.split(' '),
);
const conditionWords = new Set(['if', 'while', 'for', 'with']);

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** Scans one text from front to back. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  readonly #code: Token[] = [];
  readonly #comments: Token[] = [];
  readonly #partner: number[] = [];
  readonly #open: number[] = [];
  /** For every template that waits for its `}`: how many brackets were open at its `${`. */
  readonly #templates: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Tokens {
    while (this.#at < this.#text.length) this.#step();
    return { code: this.#code, comments: this.#comments, partner: this.#partner };
  }

  #step(): void {
    const skipped = matchAt(blank, this.#text, this.#at);
    if (skipped !== undefined) return this.#advance(skipped);
    const remark = matchAt(comment, this.#text, this.#at);
    if (remark !== undefined) {
      this.#comments.push({ kind: 'comment', text: remark, line: this.#line });
      return this.#advance(remark);
    }
    const char = this.#text.charAt(this.#at);
    if (char === '`') return this.#template();
    if (char === '}' && this.#templates.at(-1) === this.#open.length) {
      this.#templates.pop();
      return this.#template();
    }
    const pattern = char === '/' && this.#expectsOperand() ? matchAt(regex, this.#text, this.#at) : undefined;
    if (pattern !== undefined) return this.#push('regex', pattern);
    this.#plain();
  }

  #plain(): void {
    for (const [kind, pattern] of plain) {
      const found = matchAt(pattern, this.#text, this.#at);
      if (found !== undefined) return this.#push(kind, found);
    }
  }

  /** Reads from a backtick, or from the `}` that ends a substitution, to the next `${` or the closing backtick. */
  #template(): void {
    const rest = matchAt(templatePiece, this.#text, this.#at + 1) ?? this.#text.slice(this.#at + 1);
    const piece = this.#text.charAt(this.#at) + rest;
    if (piece.endsWith('${')) this.#templates.push(this.#open.length);
    this.#push('template', piece);
  }

  #push(kind: TokenKind, text: string): void {
    const index = this.#code.push({ kind, text, line: this.#line }) - 1;
    this.#partner.push(-1);
    if (kind === 'mark') this.#pair(text, index);
    this.#advance(text);
  }

  #pair(text: string, index: number): void {
    if ('([{'.includes(text)) this.#open.push(index);
    if (!')]}'.includes(text)) return;
    const opener = this.#open.pop();
    if (opener === undefined) return;
    this.#partner[opener] = index;
    this.#partner[index] = opener;
  }

  #advance(text: string): void {
    this.#at += text.length;
    for (const char of text) if (char === '\n') this.#line += 1;
  }

  /** True where a value may begin, so that a slash opens a regular expression and does not divide. */
  #expectsOperand(): boolean {
    const last = this.#code.length - 1;
    const previous = this.#code[last];
    if (previous === undefined) return true;
    if (previous.kind === 'name') return wordsBeforeOperand.has(previous.text);
    if (previous.kind === 'template') return previous.text.endsWith('${');
    if (previous.kind !== 'mark') return false;
    if (previous.text === ')') {
      const before = this.#code[(this.#partner[last] ?? 0) - 1];
      return before !== undefined && conditionWords.has(before.text);
    }
    if (['!', '++', '--'].includes(previous.text)) return !this.#endsOperand(this.#code[last - 1]);
    return previous.text !== ']' && previous.text !== '}';
  }

  #endsOperand(token: Token | undefined): boolean {
    if (token === undefined) return false;
    if (token.kind === 'name') return !wordsBeforeOperand.has(token.text);
    return token.kind !== 'mark' || ')]'.includes(token.text);
  }
}

/** Splits a text into tokens. Never throws: what is not TypeScript becomes single marks. */
export const tokenize = (text: string): Tokens => new Scanner(text).scan();

/** The value of a string, or of a template without substitutions; undefined for every other token. */
export const literalOf = (token: Token | undefined): string | undefined => {
  if (token?.kind === 'string') return token.text.slice(1, -1);
  if (token?.kind !== 'template' || !/^`[^]*`$/.test(token.text)) return undefined;
  return token.text.slice(1, -1);
};
