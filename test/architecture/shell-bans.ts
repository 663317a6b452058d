/** What a library must leave to the process that embeds it, and who may read a clock (STYLE.md, bans). */

import { importsOf, isMember } from './imports.ts';
import { folderOf, isPackage, layers } from './layout.ts';
import { isCode, isTest, tokensOf, type Finding, type SourceFile } from './source-file.ts';
import type { Token } from './tokens.ts';

const packageCode = (sources: readonly SourceFile[]): SourceFile[] =>
  sources.filter(({ path }) => isCode(path) && isPackage(folderOf(path)));

/** Only an app ends the process or reads the environment of its telemetry. */
export const processOwnership = (sources: readonly SourceFile[]): Finding[] =>
  packageCode(sources).flatMap((source) => {
    const { code } = tokensOf(source);
    return code.flatMap((token, index) => {
      const message = ownership(code, index, token);
      return message === undefined ? [] : [{ file: source.path, line: token.line, rule: 'process', message }];
    });
  });

const ownership = (code: readonly Token[], index: number, { kind, text }: Token): string | undefined => {
  if (text === 'exit' && isMember(code, index) && code[index - 2]?.text === 'process') {
    return 'process.exit outside apps: the process is not ours. Throw, or end by an event.';
  }
  const isText = kind === 'string' || kind === 'template' || kind === 'name';
  if (!isText || !/^['"`]?OTEL_/.test(text)) return undefined;
  return 'OTEL_* outside apps: the environment is not ours. Take an option.';
};

interface TimeProducer {
  readonly files: RegExp;
  readonly reason: string;
}

/** Who may read clocks and set timers, and why. */
const timeProducers: readonly TimeProducer[] = [
  { files: /^packages\/node\/src\/clock\.ts$/, reason: 'the only reader of time in a node; the gateway borrows it' },
  { files: /^packages\/node\/src\/(?:timers|timer-wheel)\.ts$/, reason: 'turns setTimer effects into inputs' },
  { files: /^packages\/node\/src\/(?:loop|lag)[a-z-]*\.ts$/, reason: 'measures and yields the event loop (D12)' },
  { files: /^packages\/node\/src\/storage\//, reason: 'waits for disks, which no clock of the mesh governs' },
  { files: /^packages\/transport\/src\//, reason: 'dial deadlines, keep-alives, idle links: time of sockets' },
  { files: /^packages\/telemetry\/src\/sdk/, reason: 'the export interval' },
  { files: /^packages\/simulator\/src\/stopwatch\.ts$/, reason: 'measures how long a run takes on the machine; nothing simulated reads it' },
  { files: /^packages\/client\/src\/clock\.ts$/, reason: 'the only reader of time in a client' },
];

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const timeModules = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks']);

/** In shells, time comes from its producers. Tests of shells wait for real sockets and disks, and may watch a clock. */
export const strayClocks = (sources: readonly SourceFile[]): Finding[] =>
  packageCode(sources)
    .filter(({ path }) => layers[folderOf(path)]?.isPure !== true && !isTest(path))
    .filter(({ path }) => !timeProducers.some(({ files }) => files.test(path)))
    .flatMap((source) => {
      const { code } = tokensOf(source);
      const imported = importsOf(source).filter(({ specifier = '' }) => timeModules.has(specifier));
      return [
        ...imported.map(({ specifier = '', line }) => stray(source, line, specifier)),
        ...code.flatMap((token, index) => {
          const what = token.kind === 'name' ? clockAt(code, index) : undefined;
          return what === undefined ? [] : [stray(source, token.line, what)];
        }),
      ];
    });

const stray = (source: SourceFile, line: number, what: string): Finding => ({
  file: source.path, line, rule: 'stray-clock',
  message: `${what} beside the producers of time: two clocks disagree, and no test can hold them. ` +
    'Take the clock or the timers as an option (the list of producers is in shell-bans.ts, with reasons).',
});

const clockAt = (code: readonly Token[], index: number): string | undefined => {
  const text = code[index]?.text ?? '';
  const next = (steps: number): string => code[index + steps]?.text ?? '';
  if (isMember(code, index)) {
    const owner = code[index - 2]?.text ?? '';
    return ['process.hrtime', 'AbortSignal.timeout'].find((name) => name === `${owner}.${text}`);
  }
  if (text === 'Date' && next(1) === '.' && next(2) === 'now') return 'Date.now';
  if (text === 'Date' && code[index - 1]?.text === 'new' && (next(1) !== '(' || next(2) === ')')) return 'new Date()';
  if (text === 'performance' && next(1) === '.') return 'performance';
  return timers.has(text) && next(1) === '(' && code[index - 1]?.text !== 'function' ? text : undefined;
};
