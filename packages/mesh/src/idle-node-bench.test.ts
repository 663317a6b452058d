/// <reference types="node" />
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const bench = fileURLToPath(new URL('../../../bench/memory/memory.ts', import.meta.url));

interface Preset {
  readonly name: string;
  readonly bytesPerNode: number;
  readonly columns: readonly { readonly bytesPerNode: number }[];
}

interface Result {
  readonly presets: readonly Preset[];
  readonly measured: { readonly nodes: number; readonly arrayBytesPerNode: number };
}

it('an idle edge node costs at most 2 KiB, counted by column and measured', () => {
  // A process, as it is used; on the sources, like all tests.
  const output = execFileSync(process.execPath, ['--conditions=source', bench, '--small', '--json'], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { presets, measured } = JSON.parse(output.trimEnd().split('\n').at(-1) as string) as Result;
  expect(presets.map(({ name }) => name)).toEqual(['defaults', 'edge']);
  const edge = presets[1]!;
  expect(edge.columns.reduce((sum, { bytesPerNode }) => sum + bytesPerNode, 0)).toBe(edge.bytesPerNode);
  expect(edge.bytesPerNode).toBeLessThanOrEqual(2_048);
  // The arrays hold the columns and nothing beside them; 64 B of slack for what else the process keeps in buffers.
  expect(Math.abs(measured.arrayBytesPerNode - edge.bytesPerNode)).toBeLessThan(64);
});
