import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../arguments.ts';
import { ProgramError } from '../program-error.ts';
import type { Environment } from './environment.ts';
import { readConfig } from './read-config.ts';
import type { Config } from './settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const configOf = (words: readonly string[], environment: Environment = {}): Config =>
  readConfig({ flags: readArguments(['start', ...words], folder).flags, environment: { HOME: '/h', ...environment }, folder });

const violationsOf = (words: readonly string[], environment: Environment = {}): readonly string[] => {
  try {
    configOf(words, environment);
  } catch (error) {
    if (error instanceof ProgramError && error.code === 'invalid-config' && error.exitCode === 2) return error.lines;
    throw error;
  }
  return [];
};

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('the configuration', () => {
  it('prefers flags to the environment, the environment to the file, the file to the defaults', () => {
    const file = write('mesh.yaml', 'name: of-file\nregion: of-file\nidleTimeoutMs: 7000\n');
    const environment = { MESH_NAME: 'of-environment', MESH_REGION: 'of-environment' };
    expect(configOf(['--config', file, '--name', 'of-flag'], environment)).toMatchObject({
      name: 'of-flag', region: 'of-environment', idleTimeoutMs: 7000, transport: 'both',
    });
  });

  it('nests environment names by two underscores and file keys by groups', () => {
    const file = write('mesh.yaml', 'log:\n  format: json\n');
    expect(configOf(['--config', file], { MESH_LOG__LEVEL: 'debug' })).toMatchObject({ logLevel: 'debug', logFormat: 'json' });
  });

  it('reads JSON as well as YAML, and an empty file as nothing', () => {
    expect(configOf(['--config', write('a.json', '{"region":"eu","bootstrap":["/ip4/10.0.0.1/tcp/4001"]}')])).toMatchObject({
      region: 'eu', bootstrap: ['/ip4/10.0.0.1/tcp/4001'],
    });
    expect(configOf(['--config', write('b.yaml', '')]).region).toBe('local');
  });

  it('is found through the environment too', () => {
    write('mesh.yaml', 'region: eu\n');
    expect(configOf([], { MESH_CONFIG: 'mesh.yaml' }).region).toBe('eu');
  });

  it('resolves paths of the file against the folder of the file', () => {
    expect(configOf(['--config', write('mesh.yaml', 'home: state\n')]).home).toBe(join(folder, 'state'));
  });

  it('lives in the XDG state folder, or in its usual place', () => {
    expect(configOf([], { XDG_STATE_HOME: '/state' }).home).toBe('/state/murmuration');
    expect(configOf([], { XDG_STATE_HOME: 'relative' }).home).toBe('/h/.local/state/murmuration');
    expect(configOf([], { MESH_HOME: 'here' }).home).toBe(join(folder, 'here'));
  });

  it('reads the words of the environment as the setting means them', () => {
    expect(configOf([], {
      MESH_DEV: '1', MESH_IDLE_TIMEOUT_MS: '500', MESH_BOOTSTRAP: '/ip4/10.0.0.1/tcp/1, /ip4/10.0.0.2/tcp/2', MESH_LOCAL_DISCOVERY: 'false',
    })).toMatchObject({
      dev: true, idleTimeoutMs: 500, bootstrap: ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/2'], localDiscovery: false,
    });
  });
});

describe('the bridge to gossipsub', () => {
  const peer = '/ip4/10.0.0.1/tcp/4001/p2p/12D3KooWKCiRdz1z5rihpeYUVSAhjS5ST6hCroDLUkD9f1SZ4e7a';

  it('is set by flags, by the environment and by the file', () => {
    const file = write('mesh.yaml', 'gossipsub:\n  topic: [sky, sea]\n  listen: [/ip4/0.0.0.0/tcp/4002]\n');
    expect(configOf(['--config', file, '--gossipsub-peer', peer])).toMatchObject({
      gossipsubTopic: ['sky', 'sea'], gossipsubListen: ['/ip4/0.0.0.0/tcp/4002'], gossipsubPeer: [peer],
    });
    expect(configOf(['--gossipsub-topic', 'a', '--gossipsub-topic', 'b'])).toMatchObject({ gossipsubTopic: ['a', 'b'] });
    expect(configOf([], { MESH_GOSSIPSUB__TOPIC: 'a,b' })).toMatchObject({ gossipsubTopic: ['a', 'b'] });
  });

  it('is refused in one line where a topic, an address or a peer is none, or addresses come without a topic', () => {
    expect(violationsOf(['--gossipsub-topic', 'x'.repeat(129)])[0]).toMatch(/^--gossipsub-topic must have 1 to 128 bytes/);
    expect(violationsOf(['--gossipsub-topic', 'sky', '--gossipsub-listen', '10.0.0.1'])[0]).toMatch(/^--gossipsub-listen must be a multiaddr/);
    expect(violationsOf(['--gossipsub-topic', 'sky', '--gossipsub-peer', '/ip4/10.0.0.1/tcp/1'])).toEqual([
      '--gossipsub-peer must be a multiaddr with /p2p/<id> at the end, not /ip4/10.0.0.1/tcp/1',
    ]);
    expect(violationsOf(['--gossipsub-peer', peer])).toEqual([
      'a gossipsub address is given and no topic to share: add --gossipsub-topic <topic>',
    ]);
    expect(violationsOf(['--dev', '--gossipsub-topic', 'sky', '--gossipsub-listen', '/ip4/0.0.0.0/tcp/0'])).toEqual([
      '--dev listens on loopback only, not on /ip4/0.0.0.0/tcp/0',
    ]);
    expect(violationsOf(['--transport', 'tcp', '--gossipsub-topic', 'sky', '--gossipsub-listen', '/ip4/10.0.0.1/udp/1/quic-v1'])).toEqual([
      '--transport tcp leaves nothing to listen on of /ip4/10.0.0.1/udp/1/quic-v1',
    ]);
  });
});

describe('a wrong configuration', () => {
  it('is told with all violations, a line each, in the words of its source', () => {
    const file = write('mesh.yaml', 'idleTimeoutMs: soon\nregoin: eu\n');
    expect(violationsOf(['--config', file, '--transport', 'udp'], { MESH_LOG__LEVEL: 'loud', MESH_NAM: 'x' })).toEqual([
      'unknown environment variable MESH_NAM (did you mean MESH_NAME?)',
      `${file}: unknown key regoin (did you mean region?)`,
      '--transport must be both, quic or tcp, not udp',
      'mesh.yaml: idleTimeoutMs must be a whole number of milliseconds, not soon',
      'MESH_LOG__LEVEL must be trace, debug, info, warn or error, not loud',
    ]);
  });

  it('names the one address of a list that is wrong', () => {
    expect(violationsOf(['--bootstrap', '/ip4/10.0.0.1/tcp/1,10.0.0.2:4001'])).toEqual([
      '--bootstrap must be a multiaddr such as /ip4/127.0.0.1/udp/4001/quic-v1 or /ip4/127.0.0.1/tcp/4001, not 10.0.0.2:4001',
    ]);
  });

  it('finds nested keys written flat', () => {
    expect(violationsOf([], { MESH_LOG_LEVEL: 'info' })).toEqual([
      'unknown environment variable MESH_LOG_LEVEL (did you mean MESH_LOG__LEVEL?)',
    ]);
    expect(violationsOf(['--config', write('c.yaml', 'logLevel: info\n')])[0]).toContain('(did you mean log.level?)');
  });

  it('names the file that cannot be read, and why', () => {
    expect(violationsOf(['--config', 'missing.yaml'])).toEqual([
      `cannot read the configuration file ${join(folder, 'missing.yaml')}: no such file or directory`,
    ]);
    expect(violationsOf(['--config', '.'])[0]).toContain('illegal operation on a directory');
  });

  it('names the line of a malformed file', () => {
    const file = write('mesh.yaml', 'region: eu\nlisten: [a, b\nname: x\n');
    const [line = ''] = violationsOf(['--config', file]);
    expect(line).toMatch(/mesh\.yaml:[23]: /);
    expect(line).not.toContain('\n');
    expect(violationsOf(['--config', write('a.yaml', '- a\n- b\n')])[0]).toContain('must hold keys and values');
  });

  it('does not take prototype names for keys', () => {
    expect(violationsOf(['--config', write('p.json', '{"__proto__": {"dev": true}, "constructor": 1}')]).length).toBe(2);
  });

  it('keeps the network key out of files and out of messages', () => {
    expect(violationsOf(['--config', write('k.yaml', `networkKey: ${'a'.repeat(64)}\n`)])[0]).toContain('networkKey is a secret');
    const [line = ''] = violationsOf([], { MESH_NETWORK_KEY: 'not-hex-but-secret' });
    expect(line).toBe('MESH_NETWORK_KEY must be 64 hex digits');
  });

  it('may not contradict itself', () => {
    expect(violationsOf(['--dev', '--listen', '/ip4/0.0.0.0/tcp/0'])).toEqual([
      '--dev listens on loopback only, not on /ip4/0.0.0.0/tcp/0',
    ]);
    expect(violationsOf(['--dev'], { MESH_NETWORK_KEY: 'a'.repeat(64) })[0]).toContain('--dev is a network without a key');
    expect(violationsOf(['--network-key-file', 'k'], { MESH_NETWORK_KEY: 'a'.repeat(64) })[0]).toContain('leave one out');
    expect(violationsOf(['--transport', 'quic', '--listen', '/ip4/127.0.0.1/tcp/0'])[0]).toContain('leaves nothing to listen on');
  });

  it('may not show health to the world', () => {
    expect(violationsOf(['--http', '0.0.0.0:8080'])[0]).toContain('--http must be on loopback');
    expect(violationsOf(['--http', '8080'])[0]).toContain('must be host:port');
    expect(configOf(['--http', '[::1]:8080']).http).toBe('[::1]:8080');
  });

  it('may not name a folder outside', () => {
    for (const name of ['../x', 'a/b', '.hidden', '']) expect(violationsOf([`--name=${name}`]).length).toBe(1);
  });
});
