import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readVectors, readVersions, recordVersion } from './records.ts';
import { currentVectors } from './vectors.ts';
import { versionFault } from './wire-digest.ts';

const vectors = { ...currentVectors(), protocolVersion: 2 };

describe('versionFault', () => {
  it('is silent about a version that is recorded with the same digest', () => {
    expect(versionFault({ 2: 'same' }, 2, 'same')).toBeUndefined();
  });

  it('says of changed bytes to raise protocolVersion and to add a new entry', () => {
    expect(versionFault({ 2: 'before' }, 2, 'now')).toMatch(
      /has changed.*protocolVersion is still 2.*Raise protocolVersion in .*messages\.ts to 3.*add a new entry/);
  });

  it('says of an unknown version how to record it', () => {
    expect(versionFault({ 1: 'before' }, 2, 'now')).toMatch(/version 2 has no entry in versions\.json.*generate\.ts/);
  });
});

describe('recordVersion', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wire-records-'));
    writeFileSync(join(folder, 'versions.json'), '{"1":"first"}');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('adds a new version and leaves the others as they are', () => {
    recordVersion(folder, vectors, 'second');
    expect(readVersions(folder)).toEqual({ 1: 'first', 2: 'second' });
    expect(readVectors(folder, 2)).toEqual(vectors);
    expect(readdirSync(join(folder, 'vectors'))).toEqual(['v2.json']);
  });

  it('writes the same files again for the same digest', () => {
    recordVersion(folder, vectors, 'second');
    const before = readFileSync(join(folder, 'vectors', 'v2.json'), 'utf8');
    recordVersion(folder, vectors, 'second');
    expect(readFileSync(join(folder, 'vectors', 'v2.json'), 'utf8')).toBe(before);
    expect(readVersions(folder)).toEqual({ 1: 'first', 2: 'second' });
  });

  it('refuses to give a recorded version another digest, and writes nothing', () => {
    recordVersion(folder, vectors, 'second');
    expect(() => recordVersion(folder, { ...vectors, keys: {} }, 'changed')).toThrow('Raise protocolVersion');
    expect(readVersions(folder)).toEqual({ 1: 'first', 2: 'second' });
    expect(readVectors(folder, 2)).toEqual(vectors);
  });
});
