/** The core is pure: what would make two runs of one seed differ is banned there (STYLE.md, bans). */

import { posix } from 'node:path';

import { importsOf, isMember, isRelative } from './imports.ts';
import { folderOf, layers } from './layout.ts';
import { isCode, isTest, tokensOf, type Finding, type SourceFile } from './source-file.ts';
import type { Token, Tokens } from './tokens.ts';

interface Ban {
  readonly why: string;
  /** The ban holds in tests of pure packages, too. */
  readonly inTests?: true;
  /** The signature schemes of byzantine may use it. */
  readonly notInSchemes?: true;
}

const clock: Ban = { why: 'a run could not be replayed. Take `now`, or ask with `effects.setTimer`.', inTests: true };
const chance: Ban = { why: 'it has no seed. Use `random` of the protocol.', inTests: true };
const cryptography: Ban = { why: 'it is the platform\'s. Take a `SignatureScheme`.', notInSchemes: true };
const platform: Ban = { why: 'it is the platform\'s. Use `Uint8Array`, `observer`, or a port.' };
const buffers: Ban = { ...platform, notInSchemes: true };
const later: Ban = { why: 'a step is atomic. Answer with an effect; the result comes back as an input.' };

/** Names of the platform, where they are used as free names. */
const bannedNames: Readonly<Record<string, Ban>> = {
  Date: clock, performance: clock, setTimeout: clock, setInterval: clock, setImmediate: clock, queueMicrotask: later,
  crypto: cryptography, process: platform, Buffer: buffers, console: platform, globalThis: platform,
  Promise: later, EventEmitter: later, EventTarget: later,
};

interface Fault {
  readonly line: number;
  readonly what: string;
  readonly ban: Ban;
}

/** Pure packages use no clock, chance, platform or promise. */
export const impurities = (sources: readonly SourceFile[]): Finding[] => {
  const core = reachable(sources, `${schemeFolder}/src/index.ts`);
  const isScheme = (path: string): boolean => folderOf(path) === schemeFolder && !core.has(path);
  return sources.filter(({ path }) => isCode(path) && layers[folderOf(path)]?.isPure === true).flatMap((source) =>
    faultsOf(source)
      .filter(({ ban }) => ban.inTests === true || !isTest(source.path))
      .filter(({ ban }) => ban.notInSchemes !== true || !isScheme(source.path))
      .map(({ line, what, ban }) => ({
        file: source.path, line, rule: 'purity', message: `${what} in a pure package: ${ban.why}`,
      })));
};

/**
 * Signatures need the platform's cryptography. Byzantine offers it at the entry `./schemes`, so what its main entry
 * reaches is the core, and the rest are schemes and their test vectors.
 */
const schemeFolder = 'packages/byzantine';

const reachable = (sources: readonly SourceFile[], from: string): Set<string> => {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const source = sources.find((other) => other.path === path);
    if (source === undefined || found.has(path)) return;
    found.add(path);
    for (const { specifier = '', isTypeOnly } of importsOf(source)) {
      if (isRelative(specifier) && !isTypeOnly) visit(posix.join(posix.dirname(path), specifier));
    }
  };
  visit(from);
  return found;
};

const faultsOf = (source: SourceFile): Fault[] => {
  const tokens = tokensOf(source);
  const builtins = importsOf(source).filter(({ specifier }) => specifier?.startsWith('node:') === true);
  return [
    ...builtins.map(({ specifier = '', line }) => ({ line, what: specifier, ban: buffers })),
    ...tokens.code.flatMap((token, index) => {
      const fault = token.kind === 'name' ? faultAt(tokens, index, token) : undefined;
      return fault === undefined ? [] : [{ line: token.line, ...fault }];
    }),
  ];
};

const faultAt = (tokens: Tokens, index: number, { text }: Token): Omit<Fault, 'line'> | undefined => {
  const next = (steps: number): string => tokens.code[index + steps]?.text ?? '';
  if (isMember(tokens.code, index)) {
    if (text === 'localeCompare') return { what: text, ban: textOrder };
    const isBare = (text === 'sort' || text === 'toSorted') && next(1) === '(' && next(2) === ')';
    if (isBare) return { what: `bare ${text}()`, ban: textOrder };
    return undefined;
  }
  // `Math['random']` and `const { random } = Math` hide the draw, so Math is read by names only.
  if (text === 'Math' && (next(1) !== '.' || next(2) === 'random')) return { what: 'Math.random', ban: chance };
  if (text === 'async' && isAsync(tokens, index)) return { what: text, ban: later };
  if (text === 'await' && next(1) !== ':') return { what: text, ban: later };
  const ban = Object.hasOwn(bannedNames, text) ? bannedNames[text] : undefined;
  return ban === undefined || isPropertyName(tokens, index) ? undefined : { what: text, ban };
};

const textOrder: Ban = { why: 'it orders by text or by locale. Pass a comparator of code units or numbers.' };

/** `async` before a function, not a property of that name. */
const isAsync = ({ code }: Tokens, index: number): boolean => {
  const next = code[index + 1];
  if (next === undefined || next.line !== code[index]?.line) return false;
  return next.kind === 'name' || next.kind === 'private' || '(*['.includes(next.text);
};

/** True for `{ process: … }`, `process?: …` and the name of a method, which only look like the platform's names. */
const isPropertyName = ({ code, partner }: Tokens, index: number): boolean => {
  const previous = code[index - 1]?.text ?? '';
  const next = code[index + 1]?.text ?? '';
  if (previous === '?' || previous === 'case') return false;
  if (next === ':' || (next === '?' && code[index + 2]?.text === ':')) return true;
  if (next !== '(' || !['{', '}', ';', ',', 'get', 'set', 'static', 'override'].includes(previous)) return false;
  const after = code[(partner[index + 1] ?? index) + 1]?.text;
  return after === '{' || after === ':';
};
