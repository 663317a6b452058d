/** Live documents of nodes: typed into here, seen there; and what becomes of a change that the node cannot write. */
import { describe, expect, it, vi } from 'vitest';
import { NodeError } from './errors.ts';
import { selfPeer } from './loop.ts';
import type { MeshNode } from './public-node.ts';
import { agree, eventsOf, World } from './world.test.support.ts';

async function pair(world: World): Promise<[MeshNode, MeshNode]> {
  const node = await world.node();
  const other = await world.node({ bootstrap: node.addresses });
  await world.until(() => agree(node, other) && other.status().links.memory === 1, 'they meet');
  return [node, other];
}

describe('a live document', () => {
  it('STA20: typed into on one node is seen on the other while it is typed, and both type at once', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const [mine, theirs] = [node.document('d').getText('text'), other.document('d').getText('text')];
    const seen: boolean[] = [];
    theirs.observe(({ transaction }) => seen.push(transaction.local));
    mine.insert(0, 'hello');
    await world.until(() => theirs.toJSON() === 'hello', 'it is seen');
    mine.insert(5, ' there');
    theirs.insert(0, 'oh, ');
    await world.until(() => agree(node, other) && mine.toJSON() === theirs.toJSON(), 'they agree');
    expect([mine.toJSON(), seen]).toEqual(['oh, hello there', [false, true, false]]);
    expect(node.readDocument('d')).toEqual(node.document('d').toJSON());
  });

  it('STA20: is one object, and what was changed in one turn travels in one batch, editDocument and registers included', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const { batches } = node.status();
    const doc = node.document('d');
    expect(node.document('d')).toBe(doc);
    for (const letter of 'flock') doc.getText('text').insert(doc.getText('text').length, letter);
    const edited = node.editDocument('d', (its) => its.getMap('map').set('size', its.getText('text').length));
    doc.getArray('list').push([1]);
    expect(await world.resolved(Promise.all([edited, node.set('k', 'v')]))).toMatchObject([{ sequence: 7 }, { sequence: 9 }]);
    expect(node.status().batches).toBe(batches + 1);
    await world.until(() => agree(node, other), 'they agree');
    expect(other.document('d').toJSON()).toEqual({ list: [1], map: { size: 5 }, text: 'flock' });
  });

  it('STA22: with a change that cannot be shared is destroyed and told, and opens again as it is for all', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const events = eventsOf(node);
    const doc = node.document('d');
    doc.getMap('map').set('k', 1);
    doc.getMap('own root').set('k', 1);
    expect(doc.isDestroyed).toBe(true);
    expect(node.document('d').toJSON()).toEqual({ list: [], map: { k: 1 }, text: '' });
    await world.until(() => agree(node, other), 'they agree');
    const reason = 'The change of document "d" is refused: undeclared-root (the roots of a document are list, map, text).';
    expect(events.filter(({ type }) => type === 'document-refused')).toEqual([{ type: 'document-refused', document: 'd', code: 'undeclared-root', reason }]);
    expect(other.readDocument('d')).toEqual(node.readDocument('d'));
  });

  it('STA23: is gone with its node, which writes what was changed before', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const doc = node.document('d');
    doc.getText('text').insert(0, 'last words');
    const closing = node.close();
    expect(doc.isDestroyed).toBe(true);
    expect(() => node.document('d')).toThrow('the node is closed');
    await world.resolved(closing);
    await world.until(() => other.documents().includes('d'), 'the last words arrive');
    expect(other.document('d').getText('text').toJSON()).toBe('last words');
  });

  it('STA24: with a listener that throws does not disturb the node; the exception surfaces apart', async () => {
    await using world = new World();
    const [node, other] = await pair(world);
    const surfaced: unknown[] = [];
    const uncaught = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        surfaced.push(error);
      }
    });
    other.document('d').getText('text').observe(() => {
      throw new Error('in a listener');
    });
    node.document('d').getText('text').insert(0, 'x');
    await world.until(() => other.documents().includes('d'), 'it arrives');
    uncaught.mockRestore();
    expect(surfaced).toEqual([new Error('in a listener')]);
    expect([agree(node, other), other.document('d').getText('text').toJSON()]).toEqual([true, 'x']);
  });
});

describe('a change that the node cannot write', () => {
  it('STA23: is taken back, from editDocument and from a live document, and the live document ends', async () => {
    await using world = new World();
    const { liveDocuments, writer, replica, hub, loop, epoch } = await world.parts();
    const codes: string[] = [];
    hub.on('document-refused', ({ document, code }) => codes.push(`${document} ${code}`));
    const doc = liveDocuments.open('d');
    doc.getText('text').insert(0, 'kept');
    await world.pass(10);
    const hash = replica.stateHash();
    doc.getText('text').insert(0, 'not ');
    const edited = liveDocuments.edit('d', (its) => its.getText('text').insert(0, 'surely '));
    writer.refuse(new NodeError('identity-cloned', 'a copy is at work', { epoch: 3 }));
    await expect(edited).rejects.toMatchObject({ code: 'identity-cloned' });
    expect([codes, doc.isDestroyed, replica.stateHash()]).toEqual([['d identity-cloned'], true, hash]);
    expect(() => liveDocuments.open('d')).toThrow('a copy is at work');
    expect(replica.headOf(selfPeer, epoch).nextSequence).toBe(2);
    loop.stop();
  });

  it('STA23: is taken back at once where the writer has ended before', async () => {
    await using world = new World();
    const { liveDocuments, writer, replica, hub, loop } = await world.parts();
    const codes: string[] = [];
    hub.on('document-refused', ({ code }) => codes.push(code));
    const doc = liveDocuments.open('d');
    writer.refuse(new NodeError('storage-failed', 'no space is left', { path: 'log.bin' }));
    expect(doc.isDestroyed).toBe(false);
    doc.getText('text').insert(0, 'x');
    expect([codes, doc.isDestroyed, replica.readDocument('d')]).toEqual([['storage-failed'], true, undefined]);
    loop.stop();
  });

  it('STA23: takes with it the edits that wait behind it, and no register', async () => {
    await using world = new World();
    const node = await world.node();
    const events = eventsOf(node);
    const fill = (letter: string): readonly (readonly [string, string])[] => Array.from({ length: 16_384 }, (_, i) => [`${letter}${i}`, '']);
    await world.resolved(Promise.all([...['a', 'b', 'c'].map((letter) => node.setAll(fill(letter))), node.set('one', '1'), node.set('two', '2')]));
    const { stateHash } = node.status();
    const doc = node.document('d');
    const full = node.setAll(fill('d').slice(1));
    doc.getText('text').insert(0, 'together with what is refused');
    const edited = node.editDocument('d', (its) => its.getText('text').insert(0, 'behind it '));
    const known = node.setAll(fill('a'));
    const outcomes = await world.resolved(Promise.allSettled([full, edited, known]));
    const isFull = { status: 'rejected', reason: { code: 'state-full' } };
    expect(outcomes).toMatchObject([isFull, isFull, { status: 'fulfilled' }]);
    expect([doc.isDestroyed, node.documents(), node.status().stateHash === stateHash]).toEqual([true, [], false]);
    expect(events.filter(({ type }) => type === 'document-refused')).toMatchObject([{ document: 'd', code: 'state-full' }]);
    node.document('d').getText('text').insert(0, 'a document needs no row');
    await world.pass(10);
    expect(node.readDocument('d')?.['text']).toBe('a document needs no row');
  });

  it('STA23: is on its way already where only the disk fails: the document goes on, and its receipt is refused', async () => {
    await using world = new World();
    const failure = new NodeError('storage-failed', 'no space is left', { path: 'log.bin' });
    const { liveDocuments, replica, loop } = await world.parts({ log: { sync: () => Promise.reject(failure) } });
    const doc = liveDocuments.open('d');
    doc.getText('text').insert(0, 'x');
    await expect(world.resolved(liveDocuments.edit('d', (its) => its.getText('text').insert(1, 'y')))).rejects.toBe(failure);
    expect([doc.isDestroyed, doc.toJSON()]).toEqual([false, replica.readDocument('d')]);
    loop.stop();
  });
});
