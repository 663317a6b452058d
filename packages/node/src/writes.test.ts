/** Writing to the own log: what is refused, what travels together, and when a write counts as done. */
import { batchBytesMax, documentUpdateBytesMax, registerKeyBytesMax, registerValueBytesMax } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { agree, countingScheme, eventsOf, textOf, World } from './world.test.support.ts';

const largest = new Uint8Array(registerValueBytesMax);

describe('writes of one turn', () => {
  it('share one batch and one signature, which others verify once', async () => {
    await using world = new World();
    const node = await world.node();
    const scheme = countingScheme();
    const other = await world.node({ bootstrap: node.addresses, scheme });
    await world.until(() => agree(node, other), 'they meet');
    const [batches, verified] = [node.status().batches, scheme.verified()];
    const writes = [node.set('a', '1'), node.set('b', '2'), node.delete('a'), node.editDocument('d', (doc) => doc.getText('text').insert(0, 'x'))];
    const receipts = await world.resolved(Promise.all(writes));
    expect(node.status().batches).toBe(batches + 1);
    const [first] = receipts;
    expect(receipts.map(({ sequence }) => sequence - (first?.sequence ?? 0))).toEqual([0, 1, 2, 3]);
    await world.until(() => agree(node, other), 'the batch arrives');
    expect(scheme.verified()).toBe(verified + 1);
  });

  it('take effect in the order they were made', async () => {
    await using world = new World();
    const node = await world.node();
    await world.resolved(Promise.all([node.set('k', 'first'), node.delete('k'), node.set('k', 'last')]));
    expect(textOf(node, node, 'k')).toBe('last');
  });

  it('that are too large for one batch are split between writes, never within one', async () => {
    await using world = new World();
    const node = await world.node();
    const before = node.status().batches;
    const entries = (letter: string): [string, Uint8Array][] => Array.from({ length: 20 }, (_, i) => [`${letter}${i}`, largest]);
    const receipts = await world.resolved(Promise.all([node.setAll(entries('a')), node.setAll(entries('b')), node.set('c', 'small')]));
    expect(node.status().batches).toBe(before + 2);
    expect(receipts.map(({ sequence }) => sequence)).toEqual([21, 41, 42]);
  });
});

describe('setAll', () => {
  it('puts all keys into one batch: others see all of them or none', async () => {
    await using world = new World();
    const node = await world.node();
    const other = await world.node({ bootstrap: node.addresses });
    await world.until(() => agree(node, other), 'they meet');
    const before = node.status().batches;
    const seen: number[] = [];
    other.on('register-changed', () => seen.push(other.registers({ keyPrefix: 'item-' }).length));
    await world.resolved(node.setAll(Array.from({ length: 100 }, (_, i) => [`item-${i}`, `${i}`] as const)));
    expect(node.status().batches).toBe(before + 1);
    await world.until(() => seen.length > 0, 'it arrives');
    expect(new Set(seen)).toEqual(new Set([100]));
  });

  it('writes nothing when one of its entries is refused', async () => {
    await using world = new World();
    const node = await world.node();
    const refused = node.setAll([['good', '1'], ['', '2']]);
    await expect(world.resolved(refused)).rejects.toMatchObject({ name: 'NodeError', code: 'invalid-write' });
    expect(node.get(node.id, 'good')).toBeUndefined();
  });

  it('of nothing signs nothing', async () => {
    await using world = new World();
    const node = await world.node();
    const before = node.status().batches;
    const { sequence } = await world.resolved(node.set('k', 'v'));
    expect(await world.resolved(node.setAll([]))).toEqual({ epoch: node.status().epoch, sequence });
    expect(node.status().batches).toBe(before + 1);
  });
});

describe('a write', () => {
  it.each([
    ['an empty key', '', 'v'],
    ['a key that is too long', 'k'.repeat(registerKeyBytesMax + 1), 'v'],
    ['a key whose bytes are too many', 'é'.repeat(registerKeyBytesMax / 2 + 1), 'v'],
    ['a key of a hundred kilobytes', 'k'.repeat(100_000), 'v'],
    ['a key with half a surrogate pair', 'k\ud800', 'v'],
    ['a value that is too long', 'k', new Uint8Array(registerValueBytesMax + 1)],
    ['a value of two megabytes', 'k', new Uint8Array(2_000_000)],
  ])('with %s is refused by a typed error, and nothing is written', async (_what, key, value) => {
    await using world = new World();
    const node = await world.node();
    const before = node.stateHash();
    await expect(world.resolved(node.set(key, value))).rejects.toMatchObject({ name: 'NodeError', code: 'invalid-write', isRetryable: false });
    expect(node.stateHash()).toBe(before);
    expect(node.status().batches).toBe(1);
  });

  it('at the limits is taken', async () => {
    await using world = new World();
    const node = await world.node();
    const key = 'k'.repeat(registerKeyBytesMax);
    await world.resolved(node.set(key, largest));
    expect(node.get(node.id, key)).toEqual(largest);
  });

  it('larger than a batch is refused with its size, and nothing is written', async () => {
    await using world = new World();
    const node = await world.node();
    const entries = Array.from({ length: 40 }, (_, i) => [`k${i}`, largest] as const);
    await expect(world.resolved(node.setAll(entries))).rejects.toMatchObject({
      code: 'write-too-large', details: { bytes: expect.any(Number), bytesMax: batchBytesMax - 512 },
    });
    const many = Array.from({ length: 16_385 }, (_, i) => [`k${i}`, ''] as const);
    await expect(world.resolved(node.setAll(many))).rejects.toMatchObject({ code: 'write-too-large' });
    expect(node.registers()).toHaveLength(1);
  });

  it('keeps the value that it was given, whatever the caller does to it afterwards', async () => {
    await using world = new World();
    const node = await world.node();
    const value = Buffer.from('before');
    const writing = node.set('k', value);
    value.write('after!');
    await world.resolved(writing);
    expect(textOf(node, node, 'k')).toBe('before');
  });

  it('beyond what the state may hold is refused, and the node lives on', async () => {
    await using world = new World();
    const node = await world.node();
    const fill = (letter: string): readonly (readonly [string, string])[] => Array.from({ length: 16_384 }, (_, i) => [`${letter}${i}`, '']);
    await world.resolved(Promise.all(['a', 'b', 'c'].map((letter) => node.setAll(fill(letter)))));
    await expect(world.resolved(node.setAll(fill('d')))).rejects.toMatchObject({ code: 'state-full' });
    await world.resolved(node.set('a0', 'known keys can still be written'));
    expect(node.status().registers).toBe(3 * 16_384 + 1);
  });
});

describe('a document edit', () => {
  it('that changes nothing is not written', async () => {
    await using world = new World();
    const node = await world.node();
    const before = node.status().batches;
    const { sequence } = await world.resolved(node.editDocument('d', () => undefined));
    expect(sequence).toBe(1);
    expect(node.status().batches).toBe(before);
    expect(node.documents()).toEqual([]);
  });

  it('that others would leave out is refused, and undone', async () => {
    await using world = new World();
    const node = await world.node();
    const edit = node.editDocument('d', (doc) => doc.getMap('map').set('__proto__', 1));
    await expect(world.resolved(edit)).rejects.toMatchObject({ code: 'inadmissible-edit' });
    expect(node.readDocument('d')?.['map'] ?? {}).toEqual({});
  });

  it('larger than an update may be is refused, and undone', async () => {
    await using world = new World();
    const node = await world.node();
    const before = node.stateHash();
    const edit = node.editDocument('d', (doc) => doc.getText('text').insert(0, 'x'.repeat(documentUpdateBytesMax + 1)));
    await expect(world.resolved(edit)).rejects.toMatchObject({ code: expect.stringMatching(/inadmissible-edit|invalid-write/) });
    expect(node.stateHash()).toBe(before);
    expect(node.readDocument('d')?.['text'] ?? '').toBe('');
  });

  it('of a document without a name is refused', async () => {
    await using world = new World();
    const node = await world.node();
    await expect(world.resolved(node.editDocument('', (doc) => doc.getMap('map').set('a', 1)))).rejects.toMatchObject({ code: 'inadmissible-edit' });
  });
});

describe('what is written', () => {
  it('is told to the own application as well', async () => {
    await using world = new World();
    const node = await world.node();
    const seen = eventsOf(node);
    await world.resolved(Promise.all([node.set('k', 'v'), node.delete('k'), node.editDocument('d', (doc) => doc.getMap('map').set('a', 1))]));
    await world.pass(5);
    expect(seen).toEqual(expect.arrayContaining([
      { type: 'register-changed', author: node.id, key: 'k', value: new TextEncoder().encode('v') },
      { type: 'register-deleted', author: node.id, key: 'k' },
      { type: 'document-changed', document: 'd' },
    ]));
  });

  it('is answered for by its own author only', async () => {
    await using world = new World();
    const node = await world.node();
    await world.resolved(node.set('k', 'v'));
    expect(node.get('nobody' as typeof node.id, 'k')).toBeUndefined();
    expect(node.registers({ author: 'nobody' as typeof node.id })).toEqual([]);
    expect(node.registers({ author: node.id, keyPrefix: 'k' })).toHaveLength(1);
  });
});
