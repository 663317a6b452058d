/** The daemon as its users meet it: real processes, real sockets, real disks. Needs a build (`npm run build`). */
import { createSocket } from 'node:dgram';
import { statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { ControlStatus } from '@murmuration/mesh-node/control-client';
import { describe, expect, it } from 'vitest';
import { DaemonGroup, eventually, type Daemon, type Outcome } from './processes.ts';

const statusOf = async (daemon: Daemon): Promise<ControlStatus> => (await daemon.client()).status();

/** Resolves when each of the daemons sees that many members alive and has a link. */
const areJoined = (count: number, ...daemons: readonly Daemon[]): Promise<unknown> =>
  eventually(`${count} members alive everywhere`, async () => {
    const all = await Promise.all(daemons.map(statusOf));
    const isJoined = all.every(({ members, links }) => members.alive === count && links.quic + links.tcp > 0);
    return isJoined || undefined;
  });

const portOf = (addresses: readonly string[], wire: 'tcp' | 'udp'): number => {
  const port = addresses.map((address) => new RegExp(`/${wire}/(\\d+)`).exec(address)?.[1]).find((found) => found !== undefined);
  return Number(port);
};

const sum = (counters: Readonly<Record<string, number>>, prefix: string): number =>
  Object.entries(counters).filter(([name]) => name.startsWith(prefix)).reduce((total, [, count]) => total + count, 0);

const expectOneLine = ({ code, err, out }: Outcome, exitCode: number, words: string | RegExp): void => {
  expect({ code, out }).toEqual({ code: exitCode, out: '' });
  expect(err).toMatch(words);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
};

describe('two nodes started without a flag', () => {
  it('find each other, and status, peers and health show it', async () => {
    await using group = new DaemonGroup();
    // At once, as in two terminals: neither may rely on the other being up.
    const [one, two] = [group.spawn(), group.spawn()];
    await areJoined(2, one, two);

    const { code, out } = await group.run('status', '--json');
    const { nodes } = JSON.parse(out) as { nodes: ControlStatus[] };
    expect(code).toBe(0);
    expect(nodes.map(({ name, members, isOpenNetwork }) => ({ name, alive: members.alive, isOpenNetwork }))).toEqual([
      { name: 'node-1', alive: 2, isOpenNetwork: false },
      { name: 'node-2', alive: 2, isOpenNetwork: false },
    ]);
    expect(nodes.map(({ links }) => links.quic)).toEqual([1, 1]);

    const peers = JSON.parse((await group.run('peers', '--name', 'node-1', '--json')).out) as {
      nodes: { name: string; peers: { id: string; state: string }[] }[];
    };
    expect(peers.nodes).toHaveLength(1);
    expect(peers.nodes[0]?.peers.map(({ id }) => id).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
    expect((await group.run('status')).out).toMatch(/^node-1\n[^]*members +2 alive\n[^]*\n\nnode-2\n/);
    expect((await group.run('peers', '--name', 'node-2')).out).toMatch(/^NAME +REGION +STATE/);

    for (const daemon of [one, two]) {
      const { http } = await daemon.started();
      expect((await fetch(`http://${http}/health`)).status).toBe(200);
      expect((await fetch(`http://${http}/ready`)).status).toBe(200);
      expect(daemon.err).toBe('');
    }
  });

  it('keep what they store to themselves', async () => {
    await using group = new DaemonGroup();
    const { control, data } = await (await group.start()).started();
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect([mode(join(group.home, 'network.key')), mode(control), mode(data)]).toEqual([0o600, 0o600, 0o700]);
    expect(mode(join(data, 'identity.key'))).toBe(0o600);
  });

  it('replicate registers and documents, to the same hash', async () => {
    await using group = new DaemonGroup();
    const [one, two] = [await group.start(), await group.start()];
    const [a, b] = [await one.client(), await two.client()];
    await a.write({ set: { 'from/one': 'eins', 'gone/one': 'x' } });
    await b.write({ set: { 'from/two': 'zwei' } });
    await a.writeDocument('plan', { set: { title: 'fly' }, append: ['one'] });
    await eventually('the document has arrived', async () => (await b.documents()).includes('plan') || undefined);
    await b.writeDocument('plan', { append: ['two'] });
    await a.write({ delete: ['gone/one'] });
    const stateHash = await eventually('equal hashes', async () => {
      const [hashA, hashB] = [await a.hash(), await b.hash()];
      return hashA.stateHash === hashB.stateHash && hashA.isConverged && hashB.isConverged ? hashA.stateHash : undefined;
    });
    expect(stateHash).toMatch(/^[0-9a-f]{64}$/);
    for (const client of [a, b]) {
      expect((await client.registers({ prefix: 'from/' })).map(({ text }) => text).toSorted()).toEqual(['eins', 'zwei']);
      expect(await client.registers({ prefix: 'gone/' })).toEqual([]);
      expect(await client.document('plan')).toMatchObject({ map: { title: 'fly' }, list: ['one', 'two'] });
    }
  });
});

describe('the end of a node', () => {
  it('by SIGTERM is in order: exit 0, and the others see that it left', async () => {
    await using group = new DaemonGroup();
    const [one, two] = [await group.start(), await group.start('--json')];
    const { id, control, data } = await two.started();
    await areJoined(2, one, two);
    expect(await two.stop()).toEqual({ code: 0, signal: null });
    expect(await one.says(/^member left$/)).toMatchObject({ member: id });
    expect((await statusOf(one)).members).toMatchObject({ alive: 1, left: 1 });
    expect(two.lines.at(-1)).toMatchObject({ name: 'node-2', id, endedBy: 'SIGTERM' });
    for (const path of [control, join(data, 'addresses.json')]) expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    expect((await group.run('status', '--name', 'node-2')).err).toContain('node-2 is not running');
  });

  it('by request over the control socket is in order too', async () => {
    await using group = new DaemonGroup();
    const one = await group.start();
    await (await one.client()).leave();
    expect(await one.ended).toEqual({ code: 0, signal: null });
    expect(one.line(({ msg }) => msg === 'leaving')).toMatchObject({ endedBy: 'leave' });
  });

  it('by a second signal is at once', async () => {
    await using group = new DaemonGroup();
    const one = await group.start();
    one.signal('SIGTERM');
    one.signal('SIGINT');
    expect(await one.ended).toEqual({ code: 1, signal: null });
    expect(one.lines.at(-1)?.msg).toContain('second signal');
  });

  it('by SIGKILL loses nothing: the restart has its identity, its registers and its address', async () => {
    await using group = new DaemonGroup();
    const [one, two] = [await group.start(), await group.start()];
    await areJoined(2, one, two);
    const before = await two.started();
    const client = await two.client();
    await client.write({ set: { kept: 'yes' } });
    const { epoch } = await client.status();
    await two.kill();

    const again = await group.start('--name', 'node-2');
    const after = await again.started();
    expect({ id: after.id, addresses: after.addresses }).toEqual({ id: before.id, addresses: before.addresses });
    expect((await (await again.client()).registers({ prefix: 'kept' }))[0]).toMatchObject({ author: before.id, text: 'yes' });
    expect((await statusOf(again)).epoch).toBeGreaterThan(epoch);
    await areJoined(2, one, again);
  });
});

describe('a stranger', () => {
  it('with another network key is told why and counted, and disturbs nobody', async () => {
    await using group = new DaemonGroup();
    await using others = new DaemonGroup();
    const [one, two] = [await group.start(), await group.start()];
    await areJoined(2, one, two);
    const { addresses } = await one.started();
    const stranger = await others.start('--bootstrap', addresses.find((address) => address.includes('quic')) ?? '');

    expect(await stranger.says(/^refused: .*compare the network keys/)).toMatchObject({ level: 'warn' });
    const refused = await eventually('the refusal is counted', async () => sum((await statusOf(one)).counters, 'refused.') || undefined);
    expect(refused).toBeGreaterThan(0);
    expect((await statusOf(stranger)).members.alive).toBe(1);
    for (const daemon of [one, two]) {
      expect((await statusOf(daemon)).members).toMatchObject({ alive: 2, suspect: 0, dead: 0 });
      expect(daemon.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    }
    const { http } = await stranger.started();
    expect(await (await fetch(`http://${http}/ready`)).json()).toEqual({ ready: false, reason: 'no link' });
  });

  it('that speaks garbage over TCP or UDP is closed and counted, and disturbs nobody', async () => {
    await using group = new DaemonGroup();
    const [one, two] = [await group.start(), await group.start()];
    await areJoined(2, one, two);
    const { addresses } = await one.started();
    const before = sum((await statusOf(one)).counters, 'refused.');

    const garbage = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256));
    const socket = connect(portOf(addresses, 'tcp'), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve).on('error', () => undefined));
    socket.write(garbage);
    const udp = createSocket('udp4');
    for (let length = 1; length < 1400; length += 100) udp.send(garbage.subarray(0, length), portOf(addresses, 'udp'), '127.0.0.1');
    await closed;
    udp.close();

    await eventually('the garbage is counted', async () => sum((await statusOf(one)).counters, 'refused.') > before || undefined);
    await (await one.client()).write({ set: { after: 'garbage' } });
    await eventually('the mesh goes on', async () => (await (await two.client()).registers({ prefix: 'after' })).length || undefined);
    expect((await statusOf(one)).members).toMatchObject({ alive: 2, suspect: 0, dead: 0 });
  });
});

describe('a wrong start', () => {
  it('says in one line what is wrong with the configuration, and ends with 2', async () => {
    await using group = new DaemonGroup();
    const file = join(group.home, 'mesh.yaml');
    expectOneLine(await group.run('start', '--config', file), 2, /cannot read the configuration file .*mesh\.yaml: no such file/);
    writeFileSync(file, 'region: eu\nlisten: [\n');
    expectOneLine(await group.run('start', '--config', file), 2, /mesh\.yaml:[23]: /);
    writeFileSync(file, 'regoin: eu\n');
    expectOneLine(await group.run('start', '--config', file), 2, /unknown key regoin \(did you mean region\?\)/);
    expectOneLine(await group.run('start', '--dev', '--listen', '/ip4/0.0.0.0/tcp/0'), 2, '--dev listens on loopback only');
    writeFileSync(join(group.home, 'open.key'), `${'ab'.repeat(32)}\n`, { mode: 0o644 });
    expectOneLine(await group.run('start', '--network-key-file', 'open.key'), 2, /has mode 0644, so others can use it/);
  });

  it('says in one line which port is taken, and ends with 1', async () => {
    await using group = new DaemonGroup();
    const { addresses, http } = await (await group.start()).started();
    const [tcp, udp] = [portOf(addresses, 'tcp'), portOf(addresses, 'udp')];
    expectOneLine(await group.run('start', '--http', http), 1, `--http ${http} is in use by another program`);
    expectOneLine(await group.run('start', '--listen', `/ip4/127.0.0.1/tcp/${tcp}`), 1, new RegExp(`/ip4/127.0.0.1/tcp/${tcp}`));
    expectOneLine(await group.run('start', '--listen', `/ip4/127.0.0.1/udp/${udp}/quic-v1`), 1, new RegExp(`/udp/${udp}`));
    expectOneLine(await group.run('start', '--name', 'node-1'), 1, 'node-1 is already running');
  });

  it('does not fail because a port that it chose itself is gone', async () => {
    await using group = new DaemonGroup();
    const first = await group.start();
    const before = (await first.started()).addresses;
    await first.stop();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(portOf(before, 'tcp'), '127.0.0.1', resolve));
    const { addresses } = await (await group.start()).started();
    expect(portOf(addresses, 'tcp')).not.toBe(portOf(before, 'tcp'));
    expect(portOf(addresses, 'udp')).toBe(portOf(before, 'udp'));
    other.close();
  });
});

describe('an open network', () => {
  it('says so in one warning, and is not the network of the key', async () => {
    await using group = new DaemonGroup();
    const [keyed, open] = [await group.start(), await group.start('--dev')];
    expect(open.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      '--dev: this network is open, every process of this machine can join it',
    ]);
    expect(await statusOf(open)).toMatchObject({ isOpenNetwork: true, members: { alive: 1 } });
    expect(await statusOf(keyed)).toMatchObject({ isOpenNetwork: false, members: { alive: 1 } });
  });
});
