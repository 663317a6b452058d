import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStorage } from './file.ts';

/** Why no fault can be injected on this machine; undefined where one can. */
function obstacle(): string | undefined {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', '-e', 'inject=fdatasync:error=EIO', 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `strace does not run here: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

const reason = obstacle();
const title = `a disk that fails${reason === undefined ? '' : ` (skipped: ${reason})`}`;

let scratch = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'murmuration-disk-'));
});
afterEach(() => rm(scratch, { recursive: true }));

interface Outcome {
  readonly code?: string;
  readonly message?: string;
  readonly cause?: string;
}

/** Runs a program over an open storage in a child whose system calls fail as told; it prints a list of outcomes. */
async function outcomes(inject: string, steps: string): Promise<Outcome[]> {
  const program = `
    const { openFileStorage } = await import(${JSON.stringify(new URL('file.ts', import.meta.url).href)});
    const { log, identity } = await openFileStorage(process.argv[1]);
    const batch = { type: 'batch', bytes: new Uint8Array(1000).fill(7) };
    const outcomes = [];
    const outcome = (work) => work.then(() => outcomes.push({}), ({ code, message, cause }) =>
      outcomes.push({ code, message, cause: cause?.code }));
    ${steps}
    process.stdout.write(JSON.stringify(outcomes));`;
  const node = [process.execPath, '--conditions=source', '--input-type=module', '--eval', program];
  // The counts of strace are per thread: one thread does all disk work.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };
  const flags = ['-f', '-qq', '-o', '/dev/null', '-P', join(scratch, 'data', 'log.bin'), '-e', `inject=${inject}`];
  const { stdout } = await promisify(execFile)('strace', [...flags, ...node, join(scratch, 'data')], { env });
  return JSON.parse(stdout) as Outcome[];
}

const threeSyncs = `
  await log.load();
  for (let i = 0; i < 3; i++) {
    log.append(batch);
    await outcome(log.sync());
  }
  await outcome(log.close());`;

describe.skipIf(reason !== undefined)(title, () => {
  it('in one fdatasync ends the log: that sync rejects, and all later ones do, without another try', async () => {
    // Only the second call fails; a log that tried again would succeed in the third.
    const [first, ...later] = await outcomes('fdatasync:error=EIO:when=2', threeSyncs);
    expect(first).toEqual({});
    expect(later).toHaveLength(3);
    for (const outcome of later) {
      expect(outcome).toMatchObject({ code: 'storage-failed', cause: 'EIO' });
      expect(outcome.message).toMatch(/^cannot sync [^\n]*log\.bin: the disk reports a fault \(EIO\)\. Check[^\n]*$/);
    }
    const { log } = await openFileStorage(join(scratch, 'data'));
    expect((await log.load()).records.length, 'what was acknowledged is there').toBeGreaterThanOrEqual(1);
    await log.close();
  });

  it('that is full ends the log with a line that says what to do, and what was acknowledged reads back', async () => {
    const [first, ...later] = await outcomes('write:error=ENOSPC:when=2', threeSyncs);
    expect(first).toEqual({});
    expect(later).toHaveLength(3);
    for (const outcome of later) {
      expect(outcome).toMatchObject({ code: 'storage-failed', cause: 'ENOSPC' });
      expect(outcome.message).toMatch(/^cannot write [^\n]*log\.bin: the disk is full \(ENOSPC\)\. Free[^\n]*$/);
    }
    const { log } = await openFileStorage(join(scratch, 'data'));
    const { records, damagedBytes } = await log.load();
    expect({ count: records.length, damagedBytes }).toEqual({ count: 1, damagedBytes: 0 });
    await log.close();
  });

  it('rejects everybody who waits', async () => {
    const steps = `
      await log.load();
      log.append(batch);
      await Promise.all([outcome(log.sync()), outcome(log.sync())]);
      log.append(batch);
      await outcome(log.sync());`;
    const found = await outcomes('write:error=EIO', steps);
    expect(found.map(({ code }) => code)).toEqual(['storage-failed', 'storage-failed', 'storage-failed']);
  });

  it('while nobody waits is no unhandled rejection: the next sync tells it', async () => {
    const steps = `
      await log.load();
      log.append(batch);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await outcome(log.sync());`;
    const found = await outcomes('write:error=EIO', steps);
    expect(found).toMatchObject([{ code: 'storage-failed', cause: 'EIO' }]);
  });

  it('while it is read makes load reject, and the file stays as it is', async () => {
    const before = await openFileStorage(join(scratch, 'data'));
    await before.log.load();
    before.log.append({ type: 'batch', bytes: new Uint8Array(100) });
    await before.log.close();
    const { size } = await stat(join(scratch, 'data', 'log.bin'));
    const [found] = await outcomes('pread64:error=EIO', 'await outcome(log.load());');
    expect(found).toMatchObject({ code: 'storage-failed', cause: 'EIO' });
    expect(found?.message).toMatch(/^cannot read /);
    expect((await stat(join(scratch, 'data', 'log.bin'))).size).toBe(size);
    expect(await readdir(join(scratch, 'data'))).toEqual(['log.bin']);
  });
});

describe('concurrent syncs', () => {
  it.skipIf(reason !== undefined)('of a hundred callers share one fdatasync', async () => {
    const steps = `
      await log.load();
      const waiting = [];
      for (let i = 0; i < 100; i++) {
        log.append(batch);
        waiting.push(outcome(log.sync()));
      }
      await Promise.all(waiting);
      log.append(batch);
      await outcome(log.sync());`;
    // The second fdatasync fails: had the hundred needed it, some of them would say so.
    const found = await outcomes('fdatasync:error=EIO:when=2', steps);
    expect(found.slice(0, 100).every(({ code }) => code === undefined)).toBe(true);
    expect(found[100]).toMatchObject({ code: 'storage-failed' });
  });
});
