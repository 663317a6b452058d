import fc from 'fast-check';
import { bytes, messageLogOf, millis, type BatchHeader, type BatchPlace, type Epoch, type FrontierEntry, type Sequence } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Frontier, noLog } from './frontier.ts';
import { contextFor, node, peerOf } from './gossip.test.support.ts';

interface Run {
  readonly author: number;
  readonly epoch: number;
  readonly first: number;
  readonly count: number;
}

const messages = messageLogOf(1 as Epoch);
const frontierOf = (logsMax = 64): Frontier => new Frontier({ logsMax: logsMax, settleMs: millis(150) }, contextFor([]));
const headerOf = ({ author, epoch, first, count }: Run, hash48 = first + count): BatchHeader => ({
  author: peerOf(author), epoch: epoch as Epoch, firstSequence: first as Sequence, count, hash48, bytes: bytes(100),
});
const runs = fc.array(
  fc.record({ author: fc.nat(4), epoch: fc.integer({ min: 1, max: 2 }), first: fc.nat(6), count: fc.nat(4) }),
  { maxLength: 60 },
);
/** The logs of a mesh: for each, its batches' counts; how far two nodes know them. */
const logs = fc.uniqueArray(
  fc.record({
    author: fc.nat(1_000),
    epoch: fc.integer({ min: 0, max: 3 }),
    counts: fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 4 }),
  }),
  { selector: ({ author, epoch }) => `${author} ${epoch}`, maxLength: 12 },
);

function verdictOf(frontier: Frontier, run: Run): string {
  const verdict = frontier.judge(node, headerOf(run), 'next');
  return verdict.type === 'ignore' ? verdict.reason : verdict.type;
}

/** Takes the batches of a log, in order. */
function follow(
  frontier: Frontier,
  { author, epoch, counts }: { readonly author: number; readonly epoch: number; readonly counts: readonly number[] },
): void {
  let first = 1;
  for (const count of counts) {
    frontier.advance(node, headerOf({ author, epoch, first, count }), millis(0));
    first += count;
  }
}

const sorted = (entries: readonly FrontierEntry[]): FrontierEntry[] =>
  entries.toSorted((one, other) => one.author - other.author || one.epoch - other.epoch);

describe('GOS1: a log is accepted without holes', () => {
  it('agrees with a naive model about every run of every log', () => {
    fc.assert(fc.property(runs, (all) => {
      const logsMax = 5;
      const frontier = frontierOf(logsMax);
      const model = new Map<string, number>();
      for (const run of all) {
        const log = `${run.author} ${run.epoch}`;
        const known = model.get(log) ?? 0;
        const isKnown = run.first + run.count - 1 <= known;
        const isNext = run.first === known + 1;
        const isFull = !model.has(log) && model.size === logsMax;
        const expected = isKnown ? 'duplicate' : !isNext ? 'gap' : isFull ? 'frontier-full' : 'accept';
        expect(verdictOf(frontier, run)).toBe(expected);
        if (expected !== 'accept') continue;
        frontier.advance(node, headerOf(run), millis(0));
        model.set(log, run.first + run.count - 1);
      }
      const entries = frontier.entries(node).map(({ author, epoch, sequence }) => [`${author} ${epoch}`, sequence]);
      expect(entries).toEqual([...model]);
      expect(frontier.logCount(node)).toBe(model.size);
    }));
  });

  it.each([
    [{ first: 1, count: 3 }, 'duplicate'],
    [{ first: 3, count: 1 }, 'duplicate'],
    [{ first: 4, count: 0 }, 'duplicate'],
    [{ first: 4, count: 2 }, 'accept'],
    [{ first: 5, count: 1 }, 'gap'],
    [{ first: 3, count: 2 }, 'gap'],
    [{ first: 0, count: 9 }, 'gap'],
  ])('after sequence 3, %o is: %s', (run, verdict) => {
    const frontier = frontierOf();
    follow(frontier, { author: 1, epoch: 1, counts: [3] });
    expect(verdictOf(frontier, { author: 1, epoch: 1, ...run })).toBe(verdict);
  });

  it('every epoch is a log of its own', () => {
    const frontier = frontierOf();
    follow(frontier, { author: 1, epoch: 1, counts: [3] });
    expect(verdictOf(frontier, { author: 1, epoch: 2, first: 1, count: 1 })).toBe('accept');
    expect(verdictOf(frontier, { author: 1, epoch: 2, first: 4, count: 1 })).toBe('gap');
  });

  it('a full table takes no new log, and goes on with those it has', () => {
    const frontier = frontierOf(2);
    follow(frontier, { author: 1, epoch: 1, counts: [1] });
    follow(frontier, { author: 2, epoch: 1, counts: [1] });
    expect(verdictOf(frontier, { author: 3, epoch: 1, first: 1, count: 1 })).toBe('frontier-full');
    expect(verdictOf(frontier, { author: 2, epoch: 1, first: 2, count: 1 })).toBe('accept');
  });

  it('sequences count beyond 32 bits', () => {
    const frontier = frontierOf();
    const far = 2 ** 40;
    follow(frontier, { author: 1, epoch: 1, counts: [far] });
    expect(verdictOf(frontier, { author: 1, epoch: 1, first: far, count: 1 })).toBe('duplicate');
    expect(verdictOf(frontier, { author: 1, epoch: 1, first: far + 1, count: 1 })).toBe('accept');
  });

  it.each([1, 2, 3, 64, 1_000])('the index finds every log of a full table of %i, and no other', (logsMax) => {
    const frontier = frontierOf(logsMax);
    for (let log = 0; log < logsMax; log++) follow(frontier, { author: log >> 1, epoch: log & 1, counts: [log + 1] });
    for (let log = 0; log < logsMax; log++) {
      const row = frontier.rowOf(node, peerOf(log >> 1), (log & 1) as Epoch);
      expect(row).toBe(log);
      expect(frontier.sequenceAt(node, row)).toBe(log + 1);
    }
    for (let author = logsMax; author < 3 * logsMax; author++) {
      expect(frontier.rowOf(node, peerOf(author), 0 as Epoch)).toBe(noLog);
    }
  });
});

describe('GOS21: only a log of messages goes on over a gap, and only where its giver keeps nothing older', () => {
  const places = ['next', 'first-kept', 'past'] as const;
  const judged = (epoch: number, first: number, place: BatchPlace): string => {
    const frontier = frontierOf();
    follow(frontier, { author: 1, epoch, counts: [3] });
    const verdict = frontier.judge(node, headerOf({ author: 1, epoch, first, count: 2 }), place);
    return verdict.type === 'ignore' ? verdict.reason : verdict.type;
  };

  it.each([
    [1, ['duplicate', 'duplicate', 'duplicate']],
    [2, ['duplicate', 'duplicate', 'duplicate']],
    [3, ['gap', 'gap', 'gap']],
    [4, ['accept', 'accept', 'accept']],
    [5, ['gap', 'accept', 'accept']],
    [9_000, ['gap', 'accept', 'accept']],
  ])('a batch of messages from sequence %i after 3, by its place, is: %o', (first, verdicts) => {
    expect(places.map((place) => judged(messages, first, place))).toEqual(verdicts);
  });

  it('a state log accepts nothing over a gap, whatever is claimed of its place', () => {
    fc.assert(fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 5, max: 2 ** 48 - 2 }), fc.constantFrom(...places), (epoch, first, place) => {
      expect(judged(epoch, first, place)).toBe('gap');
    }));
  });

  it('GOS22: what is skipped is counted, but for a log that was not followed before', () => {
    const frontier = frontierOf();
    const advance = (first: number, count: number): number =>
      frontier.advance(node, headerOf({ author: 1, epoch: messages, first, count }), millis(0));
    expect([advance(50, 2), advance(52, 1), advance(60, 4), advance(64, 1)]).toEqual([0, 0, 7, 0]);
    expect(frontier.entries(node).map(({ sequence }) => sequence)).toEqual([64]);
  });

  it('GOS2: how much of a log was skipped does not show in the digest', () => {
    const [here, there] = [frontierOf(), frontierOf()];
    follow(here, { author: 1, epoch: messages, counts: [3, 4] });
    there.advance(node, headerOf({ author: 1, epoch: messages, first: 4, count: 4 }), millis(0));
    expect(there.digest(node)).toEqual(here.digest(node));
  });
});

describe('GOS2: two nodes tell the same digest if they know the same, and another if not', () => {
  it('the order in which batches came does not matter', () => {
    fc.assert(fc.property(logs, fc.infiniteStream(fc.nat()), (all, draws) => {
      const here = frontierOf();
      const there = frontierOf();
      const order = all.map((log) => ({ log, at: draws.next().value as number }));
      for (const log of all) follow(here, log);
      for (const { log } of order.toSorted((one, other) => one.at - other.at)) follow(there, log);
      expect(sorted(there.entries(node))).toEqual(sorted(here.entries(node)));
      expect(there.digest(node)).toEqual(here.digest(node));
      expect(there.hasDigest(node, here.digest(node))).toBe(true);
    }));
  });

  it('how a log was cut into batches does not matter, where its end has the same hash', () => {
    const [here, there] = [frontierOf(), frontierOf()];
    here.advance(node, headerOf({ author: 1, epoch: 1, first: 1, count: 5 }, 77), millis(0));
    there.advance(node, headerOf({ author: 1, epoch: 1, first: 1, count: 2 }, 3), millis(0));
    there.advance(node, headerOf({ author: 1, epoch: 1, first: 3, count: 3 }, 77), millis(0));
    expect(there.digest(node)).toEqual(here.digest(node));
  });

  it('one batch more, anywhere, is another digest', () => {
    fc.assert(fc.property(logs, fc.nat(), fc.integer({ min: 1, max: 9 }), (all, which, count) => {
      fc.pre(all.length > 0);
      const [here, there] = [frontierOf(), frontierOf()];
      for (const log of all) follow(here, log);
      for (const log of all) follow(there, log);
      const { author, epoch, counts } = all[which % all.length]!;
      const first = counts.reduce((sum, each) => sum + each, 0) + 1;
      there.advance(node, headerOf({ author, epoch, first, count }), millis(0));
      expect(there.hasDigest(node, here.digest(node))).toBe(false);
    }));
  });

  it.each([
    ['another author', { author: 2, epoch: 1, first: 1, count: 4 }, 9],
    ['another epoch', { author: 1, epoch: 2, first: 1, count: 4 }, 9],
    ['another length', { author: 1, epoch: 1, first: 1, count: 5 }, 9],
    ['another length, by 2^32', { author: 1, epoch: 1, first: 1, count: 4 + 2 ** 32 }, 9],
    ['another last batch', { author: 1, epoch: 1, first: 1, count: 4 }, 10],
    ['another last batch, by the 48th bit of its hash', { author: 1, epoch: 1, first: 1, count: 4 }, 9 + 2 ** 47],
  ] as const)('one log with %s is another digest', (_what, run, hash48) => {
    const [here, there] = [frontierOf(), frontierOf()];
    here.advance(node, headerOf({ author: 1, epoch: 1, first: 1, count: 4 }, 9), millis(0));
    there.advance(node, headerOf(run, hash48), millis(0));
    expect(there.digest(node)).not.toEqual(here.digest(node));
  });

  it('who knows nothing has the digest zero', () => {
    expect(frontierOf().digest(node)).toEqual({ high: 0, low: 0 });
  });

  it('no two of 20,000 frontiers share either half more often than chance has it', () => {
    const frontier = frontierOf();
    const [highs, lows] = [new Set<number>(), new Set<number>()];
    for (let first = 1; first <= 20_000; first++) {
      frontier.advance(node, headerOf({ author: 1, epoch: 1, first, count: 1 }), millis(0));
      const { high, low } = frontier.digest(node);
      highs.add(high);
      lows.add(low);
    }
    // 20,000 draws of 2^32 collide 0.05 times on average.
    expect(highs.size).toBeGreaterThan(19_997);
    expect(lows.size).toBeGreaterThan(19_997);
  });
});
