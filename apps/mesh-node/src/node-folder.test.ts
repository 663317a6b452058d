import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { claimFolder } from './node-folder.ts';
import { DirectoryLock, isLocked } from '@murmuration/node';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mesh-folder-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const configOf = (environment: Readonly<Record<string, string>> = {}): Config =>
  readConfig({ flags: {}, environment: { MESH_HOME: home, ...environment }, folder: home });

describe('the folder of a node', () => {
  it('is the first free one for nodes without a name', () => {
    const first = claimFolder(configOf());
    const second = claimFolder(configOf());
    expect([first.folder.name, second.folder.name]).toEqual(['node-1', 'node-2']);
    first.lock.release();
    const third = claimFolder(configOf());
    expect(third.folder.name).toBe('node-1');
    second.lock.release();
    third.lock.release();
  });

  it('is that of the name, for one process at a time', () => {
    const { folder, lock } = claimFolder(configOf({ MESH_NAME: 'paris' }));
    expect(folder.path).toBe(join(home, 'nodes', 'paris'));
    expect(() => claimFolder(configOf({ MESH_NAME: 'paris' }))).toThrow(`paris is already running (its folder is ${folder.path})`);
    lock.release();
    claimFolder(configOf({ MESH_NAME: 'paris' })).lock.release();
  });

  it('can be named by itself, and names the node then', () => {
    const { folder, lock } = claimFolder(configOf({ MESH_DATA: join(home, 'elsewhere') }));
    expect(folder).toMatchObject({ path: join(home, 'elsewhere'), name: 'elsewhere' });
    lock.release();
  });

  it('is for its owner only', () => {
    const { folder, lock } = claimFolder(configOf());
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    lock.release();
  });

  it('is refused where a control socket would not fit or the folder cannot be made', () => {
    expect(() => claimFolder(configOf({ MESH_HOME: join(home, 'x'.repeat(90)) }))).toThrow('choose a shorter --home');
    writeFileSync(join(home, 'file'), '');
    expect(() => claimFolder(configOf({ MESH_HOME: join(home, 'file') }))).toThrow(/cannot use the node folder .*: not a directory/);
  });
});

describe('the lock of a node', () => {
  it('is seen by others while it is held, and only then', () => {
    const file = join(home, 'lock.db');
    expect(isLocked(file)).toBe(false);
    const lock = DirectoryLock.take(file);
    expect(isLocked(file)).toBe(true);
    lock?.release();
    expect(isLocked(file)).toBe(false);
  });

  it('says where it cannot be taken at all', () => {
    const file = join(home, 'lock.db');
    writeFileSync(file, 'this is no database, and it is long enough to be read as one'.repeat(20));
    expect(() => DirectoryLock.take(file)).toThrow(`cannot lock ${file}: file is not a database`);
  });
});
