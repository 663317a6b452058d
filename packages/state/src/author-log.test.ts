/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { BatchMessage, Sequence } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthorLog } from './author-log.ts';
import { headerOf, keyOf, Pen, type Sealed } from './pen.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const identity = { author: 1 as never, publicKey: keyOf(1), epoch: 1 as never, client: 7, isShadowed: false };
const messageOf = (sealed: Sealed): BatchMessage =>
  ({ type: 'batch', header: headerOf(sealed, 1), handle: sealed.handle, hops: 0, place: 'next' });

function sealAll(sizes: readonly number[], key = 'k'): Sealed[] {
  const pen = new Pen(sha256, 1);
  return sizes.map((size) => pen.seal(Array.from({ length: size }, () => ({ type: 'register-delete', key }))));
}

function logOf(batches: readonly Sealed[]): AuthorLog {
  const log = new AuthorLog(identity);
  for (const sealed of batches) log.append(messageOf(sealed), sha256(sealed.batch.signed));
  return log;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 });
const placeOf = (log: AuthorLog, { batch }: Sealed): string =>
  log.continuation(batch.envelope, () => sha256(batch.signed));

describe('a log', () => {
  it('STA3: finds the batch that holds the next sequence, however the log is cut into batches', () => {
    fc.assert(fc.property(sizes, fc.nat(), (cuts, pick) => {
      const log = logOf(sealAll(cuts));
      const total = cuts.reduce((sum, size) => sum + size, 0);
      const sequence = (pick % total) as Sequence;
      const header = log.batchAfter(sequence)?.header;
      expect(header?.firstSequence).toBeLessThanOrEqual(sequence + 1);
      expect((header?.firstSequence ?? 0) + (header?.count ?? 0)).toBeGreaterThan(sequence + 1);
      expect(log.batchAfter(total as Sequence)).toBeUndefined();
      expect(log.lastSequence).toBe(total);
    }));
  });

  it('STA3: continues with the next batch only, and knows its own batches again', () => {
    fc.assert(fc.property(sizes, fc.nat(), (cuts, pick) => {
      const batches = sealAll(cuts);
      const known = pick % batches.length;
      const log = logOf(batches.slice(0, known));
      expect(batches.map((sealed) => placeOf(log, sealed))).toEqual(
        batches.map((_, index) => (index < known ? 'duplicate' : index === known ? 'next' : 'gap')));
    }));
  });

  it('STA3: tells a fork by hash: another batch at a known place, or one that continues another past', () => {
    const log = logOf(sealAll([2, 3]));
    const others = sealAll([2, 3, 1], 'z');
    expect(others.map((sealed) => placeOf(log, sealed))).toEqual(['fork', 'fork', 'fork']);
  });

  it('STA3: takes a batch that overlaps a known one for a fork', () => {
    const log = logOf(sealAll([2, 3]));
    const [, , ...overlapping] = sealAll([1, 3, 3]);
    expect(overlapping.map((sealed) => placeOf(log, sealed))).toEqual(['fork']);
  });
});
