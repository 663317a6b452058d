import { describe, expect, it } from 'vitest';

import { places, plant, withHeader } from './planted.ts';
import { processOwnership, strayClocks } from './shell-bans.ts';
import type { Finding, SourceFile } from './source-file.ts';

const path = 'packages/node/src/effects.ts';
const at = (check: (sources: readonly SourceFile[]) => Finding[], line: string, file: string = path): string[] =>
  places(check(plant({ [file]: withHeader(line) })));

describe('what belongs to the process is found in a package', () => {
  it.each(['process.exit(1);', "const name = process.env['OTEL_SERVICE_NAME'];", 'process.env.OTEL_SERVICE_NAME;'])(
    '%s',
    (line) => {
      expect(at(processOwnership, line)).toEqual([`${path}:2 process`]);
      expect(at(processOwnership, line, 'apps/mesh-node/src/start.ts')).toEqual([]);
    },
  );

  it('but an exit of something else is not', () => {
    expect(at(processOwnership, "loop.exit(); process.on('exit', stop);")).toEqual([]);
  });
});

describe('a clock beside the producers of time is found', () => {
  it.each([
    'const now = Date.now();', 'const now = new Date();', 'const now = performance.now();', 'setTimeout(next, 10);',
    'setInterval(next, 10);', 'setImmediate(next);', 'process.hrtime.bigint();', 'AbortSignal.timeout(10);',
    "import { setTimeout as sleep } from 'node:timers/promises';",
  ])('%s', (line) => {
    expect(at(strayClocks, line)).toEqual([`${path}:2 stray-clock`]);
  });

  it.each([
    'packages/node/src/clock.ts', 'packages/node/src/timers.ts', 'packages/node/src/loop.ts',
    'packages/transport/src/libp2p/link.ts', 'packages/simulator/src/stopwatch.ts', 'packages/client/src/clock.ts',
    'packages/node/src/effects.test.ts', 'apps/mesh-node/src/status.ts',
  ])('but not in %s', (file) => {
    expect(at(strayClocks, 'const now = Date.now(); setTimeout(next, 10);', file)).toEqual([]);
  });

  it('but a date of a given time is no clock', () => {
    expect(at(strayClocks, 'const text = new Date(wallMs).toISOString(); this.timers.setTimeout(1);')).toEqual([]);
  });
});
