/** The demo over both wires, on a small real folder: the promise of the README's first command. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

interface Result {
  readonly files: number;
  readonly convergenceMs: { readonly p50: number; readonly max: number };
}

describe('the demo', () => {
  it.each(['quic', 'tcp'])('ends with equal copies after a kill, over %s', async (transport) => {
    const args = [join(root, 'demo', 'main.ts'), join(root, 'docs'), '--json', '--transport', transport];
    const { stdout } = await run(process.execPath, args, { timeout: 100_000 });
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
    expect(result).toMatchObject({ nodes: 9, regions: 3, transport, converged: true, distinctHashes: 1 });
    expect(result).toMatchObject({ indexed: result.files, killed: 1, rejoined: 1, lost: 0 });
    expect(result.files).toBeGreaterThan(5);
    expect(result.convergenceMs.max).toBeGreaterThanOrEqual(result.convergenceMs.p50);
  });

  it.each([
    [['--transport', 'carrier-pigeon'], '--transport is quic or tcp, not carrier-pigeon'],
    [['--jsno'], "Unknown option '--jsno'"],
    [['one', 'two'], 'one folder at most'],
    [['/no/such/folder'], 'cannot read the folder /no/such/folder: ENOENT'],
  ])('refuses %j in one line', async (args, sentence) => {
    const call = run(process.execPath, [join(root, 'demo', 'main.ts'), ...args]);
    await expect(call).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) as string });
  });
});
