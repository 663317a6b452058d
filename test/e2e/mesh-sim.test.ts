/** The simulator as people run it: a real process, its exit codes, Ctrl-C, and the same state on any number of threads. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventually } from './processes.ts';

const shim = new URL('../../apps/mesh-sim/bin/mesh-sim.cjs', import.meta.url).pathname;

/** What is looked at of a result. */
interface Result {
  readonly complete: boolean;
  readonly workers: number;
  readonly peakRssBytes: number;
  readonly stateHash: string;
  readonly verdicts: readonly { readonly holds: boolean }[];
}

function start(...words: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [shim, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ending(child: ChildProcessByStdio<null, Readable, Readable>): Promise<{ code: number | null; out: string; err: string }> {
  const code = new Promise<number | null>((resolve) => { child.once('exit', resolve); });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

const resultOf = (out: string): Result => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Result;

describe('mesh-sim', () => {
  it('runs a hundred thousand nodes to the same state on one, two and four threads', async () => {
    const results: Result[] = [];
    for (const workers of ['1', '2', '4']) {
      const { code, out, err } = await ending(start('run', 'epidemic', '--nodes', '100000', '--loss', '0.05', '--workers', workers, '--json'));
      expect([code, err]).toEqual([0, '']);
      results.push(resultOf(out));
    }
    expect(new Set(results.map(({ stateHash }) => stateHash)).size).toBe(1);
    for (const { complete, verdicts, peakRssBytes } of results) {
      expect(complete && verdicts.every(({ holds }) => holds)).toBe(true);
      expect(peakRssBytes).toBeLessThan(2 ** 30);
    }
  });

  it.each(['1', '2'])('Ctrl-C on %s threads leaves a partial report and exit code 130', async (workers) => {
    const child = start('run', 'epidemic', '--nodes', '4000000', '--workers', workers, '--json');
    const ended = ending(child);
    // The memory of the run is there only after the program listens to signals.
    await eventually('the run to have begun', () => (residentBytes(child.pid ?? 0) > 150 * 2 ** 20 ? true : undefined));
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    expect([code, err]).toEqual([130, '']);
    expect(resultOf(out)).toMatchObject({ complete: false, verdicts: [] });
  });

  it('a reader that goes before the end is no failure', async () => {
    const child = start('run', 'epidemic', '--nodes', '1000');
    child.stdout.destroy();
    const [err, code] = await Promise.all([text(child.stderr), new Promise((resolve) => { child.once('exit', resolve); })]);
    expect([code, err]).toEqual([0, '']);
  });

  it('a wrong call is one line and exit code 2', async () => {
    expect(await ending(start('run', 'epidemic', '--nodes', '0'))).toEqual({ code: 2, out: '', err: 'mesh-sim: --nodes must be an integer from 2 to 16777216, not 0\n' });
  });
});

function residentBytes(pid: number): number {
  const [, kibibytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
