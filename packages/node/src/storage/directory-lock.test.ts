import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryLock, isLocked } from './directory-lock.ts';
import { openLockedStorage } from './locked.ts';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

describe('the lock of a data directory', () => {
  it('is had by one, and is free again when it is released', () => {
    const file = join(scratch, 'lock.db');
    expect(isLocked(file)).toBe(false);
    const lock = DirectoryLock.take(file);
    expect(isLocked(file)).toBe(true);
    expect(DirectoryLock.take(file)).toBeUndefined();
    lock?.release();
    expect(isLocked(file)).toBe(false);
  });

  it('says what is wrong where its file is something else', () => {
    const file = join(scratch, 'lock.db');
    writeFileSync(file, 'not a database, and long enough that nobody takes it for an empty one'.repeat(10));
    expect(() => DirectoryLock.take(file)).toThrow(`cannot lock ${file}: file is not a database`);
  });

  it('keeps a second node out of the directory, until the first has closed it', async () => {
    const first = await openLockedStorage(scratch, undefined);
    await expect(openLockedStorage(scratch, undefined)).rejects.toMatchObject({ code: 'directory-in-use' });
    await first.close();
    const second = await openLockedStorage(scratch, undefined);
    await second.close();
  });

  it('stays with the caller who held it before', async () => {
    const lock = DirectoryLock.take(join(scratch, 'lock.db'));
    const storage = await openLockedStorage(scratch, lock);
    await storage.close();
    expect(isLocked(join(scratch, 'lock.db'))).toBe(true);
    lock?.release();
  });
});
