/** A node that comes back to its data directory: who it was, what it knew, and what a broken disk costs it. */
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateSecretKey } from '@murmuration/byzantine/schemes';
import { noCertificate, type Millis, type WallMillis } from '@murmuration/protocol';
import { identityOf } from './identity.ts';
import type { MeshNode } from './public-node.ts';
import { restorePast } from './restore.ts';
import { agree, otherNetworkKey, textOf, World } from './world.test.support.ts';

let dataDirectory = '';

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'murmuration-node-'));
});

afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

const log = (): string => join(dataDirectory, 'log.bin');

/** Starts the node of the directory, lets it live for a while, and closes it. */
async function live(world: World, during: (node: MeshNode) => Promise<unknown>): Promise<MeshNode> {
  const node = await world.node({ dataDirectory });
  await during(node);
  await world.resolved(node.close());
  return node;
}

describe('a restarted node', () => {
  it('has its identity, a higher epoch, and its state without any network', async () => {
    await using world = new World();
    const writes = (node: MeshNode): Promise<unknown> => world.resolved(Promise.all([
      node.set('kept', 'value'),
      node.set('gone', 'value'),
      node.delete('gone'),
      node.editDocument('notes', (doc) => doc.getText('text').insert(0, 'hello')),
    ]));
    const before = await live(world, writes);
    const after = await world.node({ dataDirectory });
    expect(after.id).toBe(before.id);
    expect(after.status().epoch).toBeGreaterThan(before.status().epoch);
    expect(textOf(after, after, 'kept')).toBe('value');
    expect(after.get(after.id, 'gone')).toBeUndefined();
    expect(after.readDocument('notes')).toMatchObject({ text: 'hello' });
    expect(after.status().counters).not.toHaveProperty('restore-skipped');
  });

  it('says nothing new about itself: its presence is written once', async () => {
    await using world = new World();
    const before = await live(world, () => world.pass(10));
    const after = await world.node({ dataDirectory });
    expect(after.status().batches).toBe(1);
    expect(after.stateHash()).toBe(before.stateHash());
  });

  it('writes its presence again when its name has changed', async () => {
    await using world = new World();
    await live(world, () => world.pass(10));
    const after = await world.node({ dataDirectory, name: 'renamed' });
    expect(after.status().batches).toBe(2);
    expect(after.members()[0]).toMatchObject({ name: 'renamed' });
  });

  it('overwrites what it wrote in an earlier epoch', async () => {
    await using world = new World();
    const other = await world.node();
    await live(world, async (node) => {
      await world.resolved(Promise.all([node.set('k', 'old'), node.set('l', 'old')]));
      await world.resolved(node.set('k', 'older epoch, higher sequence'));
    });
    const after = await world.node({ dataDirectory, bootstrap: other.addresses });
    await world.resolved(after.set('k', 'new'));
    expect(textOf(after, after, 'k')).toBe('new');
    await world.until(() => textOf(other, after, 'k') === 'new' && agree(other, after), 'the other knows');
    expect(textOf(other, after, 'l')).toBe('old');
  });

  it('REG9: finds the mesh again through whom it knew, without its bootstrap node', async () => {
    await using world = new World();
    const bootstrap = await world.node();
    const other = await world.node({ bootstrap: bootstrap.addresses });
    const before = await world.node({ dataDirectory, bootstrap: bootstrap.addresses });
    await world.until(() => agree(bootstrap, other, before) && before.members().length === 3, 'three know each other');
    await world.resolved(before.close());
    await world.resolved(bootstrap.close());
    const after = await world.node({ dataDirectory });
    const linked = (): boolean => after.members().some(({ id, link }) => id === other.id && link !== undefined);
    await world.until(linked, 'it is back');
    await world.resolved(after.set('from', 'the one who came back'));
    await world.until(() => agree(other, after), 'they agree');
    expect(textOf(other, after, 'from')).toBe('the one who came back');
  });

  it('does not grow its log by starting', async () => {
    await using world = new World();
    const other = await world.node();
    await live(world, async (node) => {
      await world.until(() => node.status().uptimeMs > 0, 'it lives');
    });
    const meet = async (): Promise<void> => {
      const node = await world.node({ dataDirectory, bootstrap: other.addresses });
      await world.until(() => agree(node, other) && other.status().links.memory === 1, 'they meet');
      await world.resolved(node.close());
      await world.until(() => other.status().links.memory === 0, 'they part');
    };
    await meet();
    const sizes: number[] = [];
    for (let i = 0; i < 3; i++) {
      await meet();
      sizes.push((await stat(log())).size);
    }
    const grown = sizes.map((size, i) => size - (sizes[i - 1] ?? size));
    // One record of its own new address; nothing of what it read back.
    expect(Math.max(...grown)).toBeLessThan(300);
  });

  it('remembers others: their registers are there before anybody is met', async () => {
    await using world = new World();
    const other = await world.node();
    await world.resolved(other.set('k', 'of another'));
    const met = await world.node({ dataDirectory, bootstrap: other.addresses });
    await world.until(() => agree(met, other), 'they meet');
    const hash = met.stateHash();
    await world.resolved(met.close());
    // The other one dials it again, perhaps before the test looks: nobody is to be met.
    world.network.cut(met.id, other.id);
    world.network.cut(other.id, met.id);
    const after = await world.node({ dataDirectory });
    expect(textOf(after, other, 'k')).toBe('of another');
    expect(after.stateHash()).toBe(hash);
    expect(after.status().links.memory).toBe(0);
  });

  it('is taken by others for the same member, alive again', async () => {
    await using world = new World();
    const other = await world.node();
    const before = await world.node({ dataDirectory, bootstrap: other.addresses });
    await world.until(() => other.status().members.alive === 2, 'they meet');
    world.network.cut(before.id, other.id);
    world.network.cut(other.id, before.id);
    await world.until(() => other.status().members.dead === 1, 'its death is noticed');
    await world.resolved(before.close());
    world.network.mend(before.id, other.id);
    world.network.mend(other.id, before.id);
    const after = await world.node({ dataDirectory, bootstrap: other.addresses });
    await world.until(() => other.status().members.alive === 2, 'it is back');
    expect(other.status().members).toEqual({ alive: 2, suspect: 0, dead: 0, left: 0 });
    await world.until(() => agree(after, other), 'the state hashes are equal');
  });

  it('of another network leaves the past of the first one alone', async () => {
    await using world = new World();
    await live(world, (node) => world.resolved(node.set('k', 'v')));
    const abroad = await world.node({ dataDirectory, networkKey: otherNetworkKey });
    expect(abroad.get(abroad.id, 'k')).toBeUndefined();
    expect(abroad.status().counters).toMatchObject({ 'restore-skipped': 2 });
    await world.resolved(abroad.close());
    const home = await world.node({ dataDirectory });
    expect(textOf(home, home, 'k')).toBe('v');
  });
});

describe('a damaged log', () => {
  it.each([
    ['garbage at its end', async (): Promise<void> => appendFile(log(), Buffer.alloc(100, 7))],
    ['half of its last record', async (): Promise<void> => {
      const bytes = await readFile(log());
      await writeFile(log(), bytes.subarray(0, -20));
    }],
    ['a flipped bit in the middle', async (): Promise<void> => {
      const bytes = await readFile(log());
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] as number) ^ 1;
      await writeFile(log(), bytes);
    }],
  ])('with %s does not stop the node: it counts it, and gets back from peers what is lost', async (_what, damage) => {
    await using world = new World();
    const other = await world.node();
    const before = await world.node({ dataDirectory, bootstrap: other.addresses });
    for (let i = 0; i < 10; i++) await world.resolved(before.set(`key-${i}`, `${i}`));
    await world.until(() => agree(before, other), 'they meet');
    await world.resolved(before.close());
    await damage();
    const after = await world.node({ dataDirectory, bootstrap: other.addresses });
    expect(after.status().counters).toMatchObject({ 'log-damaged': 1 });
    await world.until(() => agree(after, other), 'what was lost is back');
    expect(after.registers({ author: after.id, keyPrefix: 'key-' })).toHaveLength(10);
    await world.resolved(after.set('key-3', 'new'));
    await world.until(() => textOf(other, after, 'key-3') === 'new', 'the new epoch is heard');
    await world.resolved(after.close());
    const again = await world.node({ dataDirectory });
    expect(again.status().counters).not.toHaveProperty('log-damaged');
    expect(again.registers({ author: again.id, keyPrefix: 'key-' })).toHaveLength(10);
    expect(textOf(again, again, 'key-3')).toBe('new');
  });
});

describe('a long past', () => {
  it('is read in slices of 5 ms, between which the process that embeds the node has its turns', async () => {
    await using world = new World();
    let atMs = 0;
    // Every look at the clock costs two milliseconds.
    const clock = { now: () => (atMs += 2) as Millis, wallNow: () => 0 as WallMillis };
    const parts = await world.parts({ clock, networkKey: undefined as never });
    const records = Array.from({ length: 40 }, () => {
      const { signer } = identityOf(generateSecretKey());
      return { type: 'peer' as const, introduction: { publicKey: signer.publicKey, certificate: noCertificate, addresses: [] } };
    });
    const seen: number[] = [];
    const restoring = restorePast({ ...parts, past: { ...parts.past, records } });
    for (let turn = 0; turn < 100 && parts.book.count < 41; turn++) {
      seen.push(parts.book.count);
      await world.pass(1);
    }
    await restoring;
    expect(parts.book.count).toBe(41);
    expect(seen.length).toBeGreaterThan(10);
    const steps = seen.slice(1).map((count, i) => count - (seen[i] ?? 0));
    // Three records a slice, and the world takes a turn or two at a time.
    expect(Math.max(...steps)).toBeLessThan(10);
    parts.loop.stop();
  });
});
