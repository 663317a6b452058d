/// <reference types="node" />
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const bench = fileURLToPath(new URL('../../../bench/scale/convergence.ts', import.meta.url));

interface Sample {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly allMs: number;
  readonly copiesPerDelivery: number;
  readonly bytesPerNode: number;
}

interface Result extends Sample {
  readonly nodes: number;
  readonly transport: string;
  readonly samples: readonly Sample[];
}

it('the bench of convergence ends with one JSON line: 20 living nodes join, and all know of every write', { timeout: 60_000 }, () => {
  // A process, as it is used; on the sources, like all tests.
  const output = execFileSync(process.execPath, ['--conditions=source', bench, '--small', '--json', '--writes', '3'], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 55_000,
  });
  const result = JSON.parse(output.trimEnd().split('\n').at(-1) as string) as Result;
  expect(result).toMatchObject({ nodes: 20, transport: 'memory' });
  expect(result.samples).toHaveLength(3);
  for (const { p50Ms, p99Ms, allMs, copiesPerDelivery, bytesPerNode } of [result, ...result.samples]) {
    // No link is faster than a millisecond, and nobody is told of what nobody sent.
    expect(p50Ms).toBeGreaterThanOrEqual(1);
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
    expect(allMs).toBeGreaterThanOrEqual(p99Ms);
    expect(copiesPerDelivery).toBeGreaterThanOrEqual(1);
    expect(bytesPerNode).toBeGreaterThan(100);
  }
});
