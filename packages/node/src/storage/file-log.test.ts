import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLog } from './file-log.ts';
import { encodeRecord } from './log-record.ts';
import { logLimits } from './log-limits.ts';
import type { LogContents, LogRecord } from './ports.ts';

const headerBytes = 8;
const batch = (...bytes: number[]): LogRecord => ({ type: 'batch', bytes: Uint8Array.from(bytes) });
const introduction = {
  publicKey: new Uint8Array(32).fill(1), certificate: new Uint8Array(64).fill(2), addresses: ['/ip4/1.2.3.4/tcp/5'],
};
const written: readonly LogRecord[] = [
  batch(1, 2, 3),
  { type: 'peer', introduction },
  batch(4, 5, 6, 7, 8),
];

let scratch = '';
let path = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'murmuration-log-'));
  path = join(scratch, 'log.bin');
});
afterEach(() => rm(scratch, { recursive: true }));

async function write(records: readonly LogRecord[]): Promise<void> {
  const log = new FileLog(scratch);
  await log.load();
  for (const record of records) log.append(record);
  await log.close();
}

async function load(): Promise<LogContents> {
  const log = new FileLog(scratch);
  const contents = await log.load();
  await log.close();
  return contents;
}

const damagedNames = async (): Promise<string[]> =>
  (await readdir(scratch)).filter((name) => name.startsWith('log.damaged-')).toSorted();

describe('a log file', () => {
  it('is made with mode 0600, and so is what is set aside', async () => {
    await write(written);
    await truncate(path, (await stat(path)).size - 1);
    await load();
    expect((await readdir(scratch)).toSorted()).toEqual(['log.bin', 'log.damaged-1']);
    for (const name of await readdir(scratch)) expect((await stat(join(scratch, name))).mode & 0o777, name).toBe(0o600);
  });

  it('is the header and its records, byte for byte', async () => {
    await write(written);
    expect(await readFile(path)).toEqual(Buffer.concat([Buffer.from('murmlog\u0001'), ...written.map(encodeRecord)]));
  });

  it('torn at any byte of its last record loses that record only, keeps it aside, and goes on', async () => {
    await write(written);
    const whole = await readFile(path);
    const start = whole.length - encodeRecord(batch(4, 5, 6, 7, 8)).length;
    for (let end = start; end < whole.length; end += 1) {
      const torn = whole.subarray(0, end);
      await writeFile(path, torn);
      expect(await load()).toEqual({ records: written.slice(0, 2), damagedBytes: end - start });
      const aside = end === start ? [] : [`log.damaged-1`];
      expect(await damagedNames()).toEqual(aside);
      for (const name of aside) expect(await readFile(join(scratch, name))).toEqual(torn.subarray(start));
      await write([batch(9)]);
      expect(await load()).toEqual({ records: [...written.slice(0, 2), batch(9)], damagedBytes: 0 });
      for (const name of aside) await rm(join(scratch, name));
    }
  });

  it('with a bit flipped anywhere gives the records before it, and counts the rest as damaged', async () => {
    await write(written);
    const whole = await readFile(path);
    const lengths = written.map((record) => encodeRecord(record).length);
    await fc.assert(fc.asyncProperty(fc.nat({ max: (whole.length - headerBytes) * 8 - 1 }), async (bit) => {
      const flipped = Uint8Array.from(whole);
      flipped[headerBytes + (bit >> 3)]! ^= 1 << (bit & 7);
      await writeFile(path, flipped);
      let start = headerBytes;
      let sound = 0;
      while (start + lengths[sound]! <= headerBytes + (bit >> 3)) start += lengths[sound++]!;
      expect(await load()).toEqual({ records: written.slice(0, sound), damagedBytes: whole.length - start });
      expect(await load()).toEqual({ records: written.slice(0, sound), damagedBytes: 0 });
    }), { numRuns: 60 });
  });

  it('that is damaged again and again keeps every damaged end under a name of its own', async () => {
    for (const value of [1, 2, 3]) {
      await write([batch(value)]);
      await truncate(path, (await stat(path)).size - 1);
      expect((await load()).damagedBytes).toBeGreaterThan(0);
    }
    expect(await damagedNames()).toEqual(['log.damaged-1', 'log.damaged-2', 'log.damaged-3']);
  });

  it('shorter than its header begins anew', async () => {
    for (const length of [0, 3, 7]) {
      await writeFile(path, 'murmlog'.slice(0, length));
      expect(await load()).toEqual({ records: [], damagedBytes: length });
      await write([batch(1)]);
      expect(await load()).toEqual({ records: [batch(1)], damagedBytes: 0 });
    }
  });

  it('of another format or version is refused and left as it is', async () => {
    for (const content of ['murmlog\u0002 something', 'a letter to my mother']) {
      await writeFile(path, content);
      await expect(load()).rejects.toMatchObject({ code: 'storage-failed', details: { path } });
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });

  it('of more than 4 GiB is refused with a message that says what to do', async () => {
    await write(written);
    await truncate(path, 4 * 1024 ** 3 + 1);
    await expect(load()).rejects.toThrow(/has 4294967297 bytes, more than the 4294967296 .* Move it away/);
  });

  it('larger than a chunk of reading comes back whole', async () => {
    const large = Array.from({ length: 9 }, (_, index): LogRecord =>
      ({ type: 'batch', bytes: new Uint8Array(300_000 + 7919 * index).fill(index) }));
    const records = large.flatMap((record, index) => [record, batch(index)]);
    await write(records);
    expect(await load()).toEqual({ records, damagedBytes: 0 });
  });

  it('never grows beyond its limit: it fails first, and reads back what it acknowledged', async () => {
    const log = new FileLog(scratch, { ...logLimits, logBytesMax: 60 });
    await log.load();
    log.append(batch(1));
    await log.sync();
    log.append({ type: 'batch', bytes: new Uint8Array(60) });
    await expect(log.sync()).rejects.toThrow(/the log is full at 60 bytes/);
    await expect(log.close()).rejects.toMatchObject({ code: 'storage-failed' });
    expect((await load()).records).toEqual([batch(1)]);
  });

  it('fails where more waits than may wait, instead of filling the memory', async () => {
    const log = new FileLog(scratch, { ...logLimits, bufferBytesMax: 100 });
    await log.load();
    log.append(batch(0));
    const waiting = log.sync();
    for (let count = 1; count < 20; count += 1) log.append(batch(count));
    await expect(waiting).rejects.toThrow(/cannot write .*log\.bin: the disk does not keep up/);
    await expect(log.sync()).rejects.toMatchObject({ code: 'storage-failed' });
    await expect(log.close()).rejects.toMatchObject({ code: 'storage-failed' });
  });

  it('that cannot be opened rejects with the path and what to do', async () => {
    const log = new FileLog(join(scratch, 'absent'));
    await expect(log.load()).rejects.toMatchObject({ code: 'storage-failed', cause: { code: 'ENOENT' } });
    await log.close();
  });
});
