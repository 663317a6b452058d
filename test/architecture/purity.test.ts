import { describe, expect, it } from 'vitest';

import { places, plant, withHeader } from './planted.ts';
import { impurities } from './purity.ts';

const faultsAt = (path: string, ...lines: string[]): string[] =>
  places(impurities(plant({ [path]: withHeader(...lines) })));

describe('a pure package is found to use', () => {
  it.each([
    ['the wall clock', 'const now = Date.now();'],
    ['a date as a type', 'let born: Date;'],
    ['the monotonic clock', 'const now = performance.now();'],
    ['a timeout', 'setTimeout(probe, 1000);'],
    ['an interval', 'if (late) setInterval(probe, 1000);'],
    ['an immediate', 'setImmediate(probe);'],
    ['a microtask', 'queueMicrotask(probe);'],
    ['unseeded chance', 'const draw = Math.random();'],
    ['hidden chance', 'const { random } = Math;'],
    ['cryptography', 'crypto.getRandomValues(bytes);'],
    ['a part of the platform', "import { join } from 'node:path';"],
    ['the process', 'const level = process.env.LEVEL;'],
    ['a buffer', 'const bytes = Buffer.alloc(8);'],
    ['the console', "console.log('dead');"],
    ['the global object', "const clock = globalThis['Date'];"],
    ['an async function', 'const probe = async () => 1;'],
    ['an async method', 'class A { async probe(): void {} }'],
    ['an await', 'await link;'],
    ['a promise', 'type Later = Promise<number>;'],
    ['an emitter', 'class Mesh extends EventEmitter {}'],
    ['an event target', 'const bus = new EventTarget();'],
    ['a bare sort', 'peers.sort();'],
    ['a bare sorted copy', 'const ordered = peers?.toSorted( );'],
    ['an order of one locale', 'peers.sort((a, b) => a.localeCompare(b));'],
    ['the clock in a branch', 'const at = known ? Date : other;'],
    ['the clock in a template', 'const text = `at ${Date.now()}`;'],
  ])('%s', (_what, line) => {
    expect(faultsAt('packages/gossip/src/rounds.ts', line)).toEqual(['packages/gossip/src/rounds.ts:2 purity']);
  });

  it.each(['protocol', 'peer-registry', 'gossip', 'partition', 'topology', 'mesh', 'state'])('a clock: %s', (name) => {
    expect(faultsAt(`packages/${name}/src/a.ts`, 'Date.now();')).toEqual([`packages/${name}/src/a.ts:2 purity`]);
  });
});

describe('a pure package may', () => {
  it('speak of what is banned', () => {
    expect(faultsAt('packages/gossip/src/rounds.ts',
      '// No Date, no Promise: await nothing.',
      "const text = 'Date.now()';",
      'const rows = { process: 1, crypto: 2, async: 3 };',
      'peer.process(rows.crypto); columns.performance; message.async();',
      'interface Step { process(now: Millis): void; console?: boolean; }',
      'class Step { process(now: Millis): void {} static crypto() { return 1; } }',
      'peers.sort(byIndex); peers.toSorted((a, b) => a - b); Math.log(2);',
      'const isDate = true; const updatedDate = 1; const promise = 2;',
    )).toEqual([]);
  });

  it('use the platform in tests, but neither clocks nor unseeded chance', () => {
    const test = 'packages/gossip/src/rounds.test.ts';
    const platform = ["import { readFileSync } from 'node:fs';", 'const a = async () => Buffer.alloc(1);'];
    expect(faultsAt(test, ...platform)).toEqual([]);
    expect(faultsAt(test, 'Math.random();', 'setTimeout(next, 1);', 'performance.now();')).toEqual(
      [`${test}:2 purity`, `${test}:3 purity`, `${test}:4 purity`],
    );
  });
});

describe('the schemes of byzantine', () => {
  const keys = 'packages/byzantine/src/keys.ts';
  const cryptography = withHeader("import { verify } from 'node:crypto';", 'const bytes = Buffer.alloc(32);');

  it('may use the platform\'s cryptography, but no promise and no clock', () => {
    expect(places(impurities(plant({ [keys]: cryptography })))).toEqual([]);
    expect(faultsAt(keys, 'await loaded;', 'Date.now();')).toEqual([`${keys}:2 purity`, `${keys}:3 purity`]);
  });

  it('end where the main entry begins', () => {
    const core = plant({
      'packages/byzantine/src/index.ts': "export { judge } from './validator.ts';",
      'packages/byzantine/src/validator.ts': withHeader("import { keys } from './keys.ts';"),
      [keys]: cryptography,
    });
    expect(places(impurities(core))).toEqual([`${keys}:2 purity`, `${keys}:3 purity`]);
  });
});

describe('a shell', () => {
  it('may be impure', () => {
    expect(faultsAt('packages/node/src/loop.ts', 'await Promise.all([Date.now()]);')).toEqual([]);
  });
});
