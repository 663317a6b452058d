import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStorage } from './file.ts';

const secret = Uint8Array.from({ length: 32 }, (_, index) => index);
const secretText = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n';
const never = (): Uint8Array => {
  throw new Error('a key exists, or is refused');
};

let scratch = '';
let keyPath = '';
let epochPath = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'murmuration-identity-'));
  keyPath = join(scratch, 'identity.key');
  epochPath = join(scratch, 'epoch');
});
afterEach(() => rm(scratch, { recursive: true }));

describe('a data directory', () => {
  it('is made with mode 0700, parents included', async () => {
    const directory = join(scratch, 'a', 'b', 'c');
    await openFileStorage(directory);
    for (const made of ['a', 'a/b', 'a/b/c']) expect((await stat(join(scratch, made))).mode & 0o777, made).toBe(0o700);
  });

  it('that group or others can write to is refused with the command that mends it', async () => {
    for (const mode of [0o720, 0o702, 0o1777]) {
      await chmod(scratch, mode);
      const opened = openFileStorage(scratch);
      await expect(opened).rejects.toMatchObject({ code: 'unsafe-file', details: { path: scratch } });
      await expect(opened).rejects.toThrow(`chmod 700 ${scratch}`);
    }
    await chmod(scratch, 0o755);
    await expect(openFileStorage(scratch)).resolves.toBeDefined();
  });

  it('that is a file, or lies in one, is refused', async () => {
    await writeFile(join(scratch, 'file'), '');
    for (const directory of ['file', 'file/below']) {
      await expect(openFileStorage(join(scratch, directory))).rejects.toMatchObject({ code: 'storage-failed' });
    }
  });
});

describe('the key file', () => {
  it('holds the secret as text with mode 0600, and nothing is left beside it', async () => {
    const { identity } = await openFileStorage(scratch);
    expect(await identity.secretKey(() => secret)).toEqual(secret);
    expect(await readFile(keyPath, 'utf8')).toBe(secretText);
    expect((await stat(keyPath)).mode & 0o777).toBe(0o600);
    expect(await readdir(scratch)).toEqual(['identity.key']);
  });

  it('that others may use in any way is refused with the command that mends it', async () => {
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      await rm(keyPath, { force: true });
      await writeFile(keyPath, secretText);
      await chmod(keyPath, mode);
      const { identity } = await openFileStorage(scratch);
      const read = identity.secretKey(never);
      await expect(read).rejects.toMatchObject({ code: 'unsafe-file', details: { path: keyPath } });
      await expect(read).rejects.toThrow(`chmod 600 ${keyPath}`);
    }
  });

  it('may be read-only, in capitals, or without a line end', async () => {
    for (const text of [secretText, secretText.trim(), secretText.toUpperCase()]) {
      await rm(keyPath, { force: true });
      await writeFile(keyPath, text, { mode: 0o400 });
      const { identity } = await openFileStorage(scratch);
      expect(await identity.secretKey(never)).toEqual(secret);
    }
  });

  it('that is malformed is refused with what it should be, is left alone, and is not quoted', async () => {
    for (const text of ['', 'no key', secretText.slice(1), `${secretText}\n`, ` ${secretText}`, 'f'.repeat(5000)]) {
      await writeFile(keyPath, text, { mode: 0o600 });
      const { identity } = await openFileStorage(scratch);
      const read = identity.secretKey(never);
      await expect(read).rejects.toMatchObject({ code: 'unsafe-file' });
      await expect(read).rejects.toThrow(/^[^\n]*identity\.key must hold 64 hexadecimal characters[^\n]*$/);
      await expect(read).rejects.not.toThrow(/no key|0a0b0c/);
      expect(await readFile(keyPath, 'utf8')).toBe(text);
    }
  });

  it('that is a directory is refused', async () => {
    await mkdir(keyPath, { mode: 0o700 });
    const { identity } = await openFileStorage(scratch);
    await expect(identity.secretKey(never)).rejects.toMatchObject({ code: 'unsafe-file' });
  });

  it('that several processes make at once is the same for all of them', async () => {
    const program = `
      const { openFileStorage } = await import(${JSON.stringify(new URL('file.ts', import.meta.url).href)});
      const { identity } = await openFileStorage(process.argv[1]);
      const secret = await identity.secretKey(() => new Uint8Array(32).fill(process.pid));
      process.stdout.write(Buffer.from(secret).toString('hex'));`;
    const flags = ['--conditions=source', '--input-type=module', '--eval', program];
    for (const round of [1, 2, 3]) {
      const directory = join(scratch, `round-${round}`);
      const runs = [1, 2].map(() => promisify(execFile)(process.execPath, [...flags, directory]));
      const [one, other] = await Promise.all(runs);
      expect(one?.stdout).toMatch(/^[0-9a-f]{64}$/);
      expect(one?.stdout).toBe(other?.stdout);
      expect(await readFile(join(directory, 'identity.key'), 'utf8')).toBe(`${one?.stdout}\n`);
      expect(await readdir(directory)).toEqual(['identity.key']);
    }
  });
});

describe('the epoch file', () => {
  it('holds the epoch in use as decimal text with mode 0600, and nothing is left beside it', async () => {
    const { identity } = await openFileStorage(scratch);
    await identity.nextEpoch(41);
    await identity.nextEpoch(0);
    expect(await readFile(epochPath, 'utf8')).toBe('42\n');
    expect((await stat(epochPath)).mode & 0o777).toBe(0o600);
    expect(await readdir(scratch)).toEqual(['epoch']);
  });

  it('that is malformed or used up is refused, never begun anew', async () => {
    for (const text of ['', 'x', '-1', '1.5', '1e3', '12345678901', '2147483647', '4294967295']) {
      await writeFile(epochPath, text);
      const { identity } = await openFileStorage(scratch);
      const raised = identity.nextEpoch(7);
      await expect(raised, text).rejects.toMatchObject({ code: 'unsafe-file', details: { path: epochPath } });
      expect(await readFile(epochPath, 'utf8')).toBe(text);
    }
    await writeFile(epochPath, '2147483646');
    await expect((await openFileStorage(scratch)).identity.nextEpoch(0)).resolves.toBe(2147483647);
  });

  it('that cannot be replaced stays, and the next call has the same chance', async () => {
    const { identity } = await openFileStorage(join(scratch, 'data'));
    await rm(join(scratch, 'data'), { recursive: true });
    await expect(identity.nextEpoch(3)).rejects.toMatchObject({ code: 'storage-failed', cause: { code: 'ENOENT' } });
    await mkdir(join(scratch, 'data'), { mode: 0o700 });
    await expect(identity.nextEpoch(3)).resolves.toBe(3);
  });
});
