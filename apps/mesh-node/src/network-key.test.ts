import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { networkFingerprint, networkKeyOf } from './network-key.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mesh-key-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const configOf = (environment: Readonly<Record<string, string>> = {}): Config =>
  readConfig({ flags: {}, environment: { MESH_HOME: home, ...environment }, folder: home });

describe('the network key', () => {
  it('is made once, for its owner only, and is the same at every start', () => {
    const key = networkKeyOf(configOf());
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(networkKeyOf(configOf())).toBe(key);
    expect(statSync(join(home, 'network.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['network.key']);
  });

  it('is not replaced where there is one', () => {
    const key = 'AB'.repeat(32);
    writeFileSync(join(home, 'network.key'), `${key}\n`, { mode: 0o600 });
    expect(networkKeyOf(configOf())).toBe(key.toLowerCase());
    expect(readFileSync(join(home, 'network.key'), 'utf8')).toBe(`${key}\n`);
  });

  it.each([0o640, 0o604, 0o660])('is refused with mode %o, because others can use it', (mode) => {
    networkKeyOf(configOf());
    chmodSync(join(home, 'network.key'), mode);
    expect(() => networkKeyOf(configOf())).toThrow(/network\.key has mode 06\d\d, so others can use it: run chmod 600/);
  });

  it('is refused where the file holds something else', () => {
    const file = join(home, 'other.key');
    writeFileSync(file, 'secret words', { mode: 0o600 });
    expect(() => networkKeyOf(configOf({ MESH_NETWORK_KEY_FILE: file }))).toThrow(`${file} does not hold 64 hex digits`);
    expect(() => networkKeyOf(configOf({ MESH_NETWORK_KEY_FILE: join(home, 'none') }))).toThrow('no such file or directory');
    expect(() => networkKeyOf(configOf({ MESH_NETWORK_KEY_FILE: home }))).toThrow('it is not a file');
  });

  it('is not made where one is given, or none is wanted', () => {
    expect(networkKeyOf(configOf({ MESH_NETWORK_KEY: 'CD'.repeat(32) }))).toBe('cd'.repeat(32));
    expect(networkKeyOf(configOf({ MESH_DEV: 'true' }))).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
  });

  it('is named by a fingerprint that tells networks apart', () => {
    const names = [undefined, 'ab'.repeat(32), 'cd'.repeat(32)].map(networkFingerprint);
    expect(new Set(names).size).toBe(3);
    expect(networkFingerprint('ab'.repeat(32))).toBe(names[1]);
  });
});
