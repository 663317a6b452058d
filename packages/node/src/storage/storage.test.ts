import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageConformance } from './conformance.ts';
import { openFileStorage } from './file.ts';
import { memoryStorage } from './memory.test.support.ts';

describe('storage in memory', () => {
  it.each(storageConformance)('$name', async ({ run }) => {
    const storage = memoryStorage();
    await expect(run(async () => storage)).resolves.toBeUndefined();
  });
});

describe('storage in files', () => {
  let scratch = '';
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'murmuration-storage-'));
  });
  afterEach(() => rm(scratch, { recursive: true }));

  it.each(storageConformance)('$name', async ({ run }) => {
    await expect(run(() => openFileStorage(join(scratch, 'data', 'node')))).resolves.toBeUndefined();
  });
});
