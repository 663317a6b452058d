/** Two nodes over QUIC and one text: typed into on both sides, read on both sides, written to disk by both. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeshNode, SharedDoc } from '@murmuration/node';
import { startNode } from '@murmuration/node/libp2p';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const networkKey = 'cd'.repeat(32);
const sentence = 'While each watches its seven nearest neighbors, thousands turn as one.';
/** Longer than a turn of the event loop, shorter than a typist's pause. */
const keystrokeMs = 5;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function type(doc: SharedDoc, line: string): Promise<void> {
  const text = doc.getText('text');
  for (const letter of line) {
    text.insert(text.length, letter);
    await pause(keystrokeMs);
  }
}

describe('a live document over QUIC', () => {
  let folder = '';
  const start = (name: string, others: readonly MeshNode[] = []): Promise<MeshNode> => startNode({
    networkKey, name, dataDirectory: join(folder, name), bootstrap: others.flatMap(({ addresses }) => addresses), transport: { wires: 'quic' },
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-documents-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('STA20: typed into on one node appears on the other letter by letter, and survives a restart', async () => {
    await using first = await start('first');
    await using second = await start('second', [first]);
    const lengths: number[] = [];
    const theirs = second.document('essay');
    theirs.getText('text').observe(({ target }) => lengths.push(target.length));
    await type(first.document('essay'), sentence);
    await expect.poll(() => theirs.getText('text').toJSON(), { timeout: 20_000 }).toBe(sentence);
    expect(lengths.length).toBeGreaterThan(sentence.length / 4);
    await first.close();
    await using again = await start('first', [second]);
    const reopened = again.document('essay').getText('text');
    expect(reopened.toJSON()).toBe(sentence);
    theirs.getText('text').insert(0, '> ');
    await expect.poll(() => reopened.toJSON(), { timeout: 20_000 }).toBe(`> ${sentence}`);
  });

  it('STA20: typed into on both at once is the same on both in the end', async () => {
    await using first = await start('first');
    await using second = await start('second', [first]);
    const docs = [first.document('essay'), second.document('essay')] as const;
    await Promise.all(docs.map((doc) => type(doc, sentence)));
    const hasAll = (): boolean => docs.every((doc) => doc.getText('text').length === 2 * sentence.length);
    await expect.poll(() => hasAll() && first.stateHash() === second.stateHash(), { timeout: 20_000 }).toBe(true);
    expect(docs[0].toJSON()).toEqual(docs[1].toJSON());
    expect([first, second].map((node) => node.readDocument('essay'))).toEqual(docs.map((doc) => doc.toJSON()));
  });
});
