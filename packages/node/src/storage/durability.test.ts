import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStorage } from './file.ts';

/** Why system calls cannot be watched on this machine; undefined where they can. */
function obstacle(): string | undefined {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `strace does not run here: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

const reason = obstacle();
const title = `what is told to be durable${reason === undefined ? '' : ` (skipped: ${reason})`}`;

let scratch = '';
let directory = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'murmuration-durable-'));
  directory = join(scratch, 'data');
});
afterEach(() => rm(scratch, { recursive: true }));

/** The system calls of a program on files of the directory, such as `rename epoch.new epoch`, and its word `done`. */
async function callsOf(steps: string, inject: readonly string[] = []): Promise<string[]> {
  const program = `
    const { openFileStorage } = await import(${JSON.stringify(new URL('file.ts', import.meta.url).href)});
    const { writeSync } = await import('node:fs');
    const { log, identity } = await openFileStorage(process.argv[1]);
    const batch = { type: 'batch', bytes: new Uint8Array(100) };
    ${steps}`;
  const trace = join(scratch, 'trace');
  const calls = 'trace=write,pwrite64,fsync,fdatasync,link,rename,ftruncate';
  const node = [process.execPath, '--conditions=source', '--input-type=module', '--eval', program, directory];
  // One thread does all disk work, so that the order of the trace is the order of the calls.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };
  const flags = ['-f', '-qq', '-y', '-s', '1', '-o', trace, '-e', calls, ...inject];
  await promisify(execFile)('strace', [...flags, ...node], { env });
  return (await readFile(trace, 'utf8')).split('\n').flatMap(named);
}

/** One line of a trace in short: paths relative to the directory, the random part of temporary names left out. */
function named(line: string): string[] {
  const call = /^\d+ +(\w+)\((.*)$/.exec(line);
  if (call === null) return [];
  if (call[2]?.startsWith('1<') === true) return ['done'];
  const paths = [...(call[2] ?? '').matchAll(/[<"]([^<>"]*)[>"]/g)].map((found) => found[1] ?? '')
    .filter((path) => path.startsWith(directory))
    .map((path) => path.slice(directory.length + 1).replace(/[0-9a-f-]{36}\./, '') || '.');
  return paths.length === 0 ? [] : [[call[1], ...paths].join(' ')];
}

describe.skipIf(reason !== undefined)(title, () => {
  it('is a key: written and synced beside its place, linked into it, and its name synced', async () => {
    expect(await callsOf("await identity.secretKey(() => new Uint8Array(32)); writeSync(1, '.');")).toEqual([
      'write identity.key.new', 'fsync identity.key.new', 'link identity.key.new identity.key', 'fsync .', 'done',
    ]);
  });

  it('is an epoch: written and synced beside its place, moved into it, and its name synced', async () => {
    expect(await callsOf("await identity.nextEpoch(1); writeSync(1, '.');")).toEqual([
      'write epoch.new', 'fsync epoch.new', 'rename epoch.new epoch', 'fsync .', 'done',
    ]);
  });

  it('is a record: in the file, and the file synced; those of one turn share one write and one sync', async () => {
    const steps = "await log.load(); log.append(batch); log.append(batch); await log.sync(); writeSync(1, '.');";
    const calls = await callsOf(steps);
    expect(calls.slice(calls.indexOf('fsync log.bin') + 1)).toEqual(['write log.bin', 'fdatasync log.bin', 'done']);
  });

  it('is not a record that came during a sync: it waits for the next one', async () => {
    const steps = `
      await log.load();
      log.append(batch);
      const first = log.sync();
      await new Promise((resolve) => setTimeout(resolve, 100));
      log.append(batch);
      await Promise.all([first, log.sync()]);
      writeSync(1, '.');`;
    const calls = await callsOf(steps, ['-e', 'inject=fdatasync:delay_enter=300000']);
    expect(calls.slice(calls.indexOf('fsync log.bin') + 1)).toEqual([
      'write log.bin', 'fdatasync log.bin', 'write log.bin', 'fdatasync log.bin', 'done',
    ]);
  });

  it('is a repair: the damaged end is durable in its new file before it is cut off', async () => {
    const { log } = await openFileStorage(directory);
    await log.load();
    log.append({ type: 'batch', bytes: new Uint8Array(100) });
    await log.close();
    await truncate(join(directory, 'log.bin'), 60);
    expect(await callsOf("await log.load(); writeSync(1, '.');")).toEqual([
      'write log.damaged-1', 'fsync log.damaged-1', 'fsync .', 'ftruncate log.bin', 'fsync log.bin', 'done',
    ]);
  });
});
