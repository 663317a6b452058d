import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { sodiumScheme } from './ed25519-sodium.ts';

const bench = fileURLToPath(new URL('../../../bench/micro/signatures.ts', import.meta.url));

interface Result {
  readonly rows: readonly { readonly scheme: string; readonly operation: string; readonly p50: number }[];
}

it('the bench of signatures ends with one JSON line, and measures every scheme that can be loaded', () => {
  // A process, as it is used; on the sources, like all tests.
  const output = execFileSync(process.execPath, ['--conditions=source', bench, '--small', '--json'], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { rows } = JSON.parse(output.trimEnd().split('\n').at(-1) as string) as Result;
  const names = ['node-crypto', ...(sodiumScheme() ? ['sodium'] : []), 'portable'];
  expect(rows.map(({ scheme, operation }) => `${scheme} ${operation}`))
    .toEqual(names.flatMap((name) => [`${name} sign`, `${name} verify`]));
  expect(rows.every(({ p50 }) => p50 > 0)).toBe(true);
});
