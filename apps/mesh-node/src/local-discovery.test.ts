import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config/read-config.ts';
import { discoverAddresses, publishAddresses, runningFolders, withdrawAddresses } from './local-discovery.ts';
import { claimFolder, type ClaimedFolder } from './node-folder.ts';

let home = '';
let claimed: ClaimedFolder[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mesh-local-'));
  claimed = [];
});
afterEach(() => {
  for (const { lock } of claimed) lock.release();
  rmSync(home, { recursive: true });
});

const claim = (): ClaimedFolder => {
  const one = claimFolder(readConfig({ flags: {}, environment: { MESH_HOME: home }, folder: home }));
  claimed.push(one);
  return one;
};

const foundBy = ({ folder }: ClaimedFolder, transport: 'both' | 'quic' | 'tcp' = 'both'): string[] =>
  discoverAddresses({ home, folder, network: 'a', transport });

describe('nodes of one home', () => {
  it('find the running ones of their network, but not themselves', () => {
    const [own, friend, stranger] = [claim(), claim(), claim()];
    publishAddresses(own.folder, { network: 'a', addresses: ['/ip4/127.0.0.1/tcp/1'] });
    publishAddresses(friend.folder, { network: 'a', addresses: ['/ip4/127.0.0.1/tcp/2', '/ip4/127.0.0.1/udp/2/quic-v1'] });
    publishAddresses(stranger.folder, { network: 'b', addresses: ['/ip4/127.0.0.1/tcp/3'] });
    expect(foundBy(own)).toEqual(['/ip4/127.0.0.1/udp/2/quic-v1']);
  });

  it('meet over QUIC if both have it, else over TCP', () => {
    const [own, both, tcp] = [claim(), claim(), claim()];
    publishAddresses(both.folder, { network: 'a', addresses: ['/ip4/127.0.0.1/tcp/2', '/ip4/127.0.0.1/udp/2/quic-v1'] });
    publishAddresses(tcp.folder, { network: 'a', addresses: ['/ip4/127.0.0.1/tcp/3'] });
    expect(foundBy(own)).toEqual(['/ip4/127.0.0.1/udp/2/quic-v1', '/ip4/127.0.0.1/tcp/3']);
    expect(foundBy(own, 'quic')).toEqual(['/ip4/127.0.0.1/udp/2/quic-v1']);
    expect(foundBy(own, 'tcp')).toEqual(['/ip4/127.0.0.1/tcp/2', '/ip4/127.0.0.1/tcp/3']);
  });

  it('leave out what a killed or an orderly ended one left behind', () => {
    const [own, killed, ended] = [claim(), claim(), claim()];
    for (const { folder } of [killed, ended]) publishAddresses(folder, { network: 'a', addresses: ['/ip4/127.0.0.1/tcp/2'] });
    killed.lock.release();
    withdrawAddresses(ended.folder);
    withdrawAddresses(ended.folder);
    expect(foundBy(own)).toEqual([]);
  });

  it('reach listeners of all interfaces through loopback, and none without a port', () => {
    const [own, other] = [claim(), claim()];
    const addresses = ['/ip4/0.0.0.0/tcp/5', '/ip6/::/udp/6/quic-v1', '/ip4/127.0.0.1/tcp/0'];
    publishAddresses(other.folder, { network: 'a', addresses });
    expect(foundBy(own, 'quic')).toEqual(['/ip6/::1/udp/6/quic-v1']);
    expect(foundBy(own, 'tcp')).toEqual(['/ip4/127.0.0.1/tcp/5']);
  });

  it('are not disturbed by a broken file', () => {
    const [own, ...others] = [claim(), claim(), claim(), claim()];
    for (const [index, text] of ['', '{"network":', '{"network":"a","addresses":[1,"x"]}'].entries()) {
      writeFileSync(others[index]?.folder.addresses ?? '', text);
    }
    expect(foundBy(own)).toEqual([]);
  });

  it('are listed in the order of their numbers', () => {
    for (let count = 0; count < 11; count += 1) claim();
    expect(runningFolders(home).map(({ name }) => name).slice(0, 3)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(runningFolders(home).at(-1)?.name).toBe('node-11');
    expect(runningFolders(join(home, 'none'))).toEqual([]);
  });
});
