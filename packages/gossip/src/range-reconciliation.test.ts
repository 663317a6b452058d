import fc from 'fast-check';
import { pickBelow, random32, type Message } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Pair, type KnownLog } from './reconciliation.test.support.ts';

const byRanges = { frontierLogsMax: 0 };
const byFrontier = { frontierLogsMax: 8_192 };

/** So many logs of one batch each. */
const logs = (count: number): KnownLog[] => Array.from({ length: count }, (_, author) => ({ author, last: 1 }));
/** The same, but for some that are a batch longer, spread over all. */
function withLonger(all: readonly KnownLog[], differences: number): KnownLog[] {
  const every = Math.floor(all.length / differences);
  return all.map((log, at) => (at % every === 0 && at / every < differences ? { ...log, last: log.last + 1 } : log));
}

/** Two sides of one mesh: of each log, each side knows some part. */
interface Mesh {
  readonly here: readonly KnownLog[];
  readonly there: readonly KnownLog[];
}
const meshes: fc.Arbitrary<Mesh> = fc
  .record({ authors: fc.nat(1_500), seed: fc.nat(), sameShare: fc.constantFrom(0, 0.5, 0.9, 0.99, 1), hereShare: fc.constantFrom(0, 0.02, 0.5, 1) })
  .map(({ authors, seed, sameShare, hereShare }) => {
    const draw = (author: number, which: number): number => random32(seed, author, which, 0);
    const longest = Array.from({ length: authors }, (_, author) => ({ author, epoch: 1 + (draw(author, 0) % 2), last: 1 + (draw(author, 1) % 3) }));
    const partOf = (side: number, share: number): KnownLog[] => longest.flatMap((log) => {
      if (draw(log.author, 2) < sameShare * 2 ** 32) return [log];
      const last = pickBelow(draw(log.author, 3 + side), log.last + 1);
      return last === 0 || draw(log.author, 5 + side) > share * 2 ** 32 ? [] : [{ ...log, last }];
    });
    return { here: partOf(0, hereShare), there: partOf(1, 1) };
  });

/** Splits of the asker and of the other until nothing is above 48 logs; whoever is first lists, and the other says what it wants. */
function messagesMax(here: number, there: number): number {
  const splits = (logCount: number): number => Math.max(0, Math.ceil(Math.log(logCount / 48) / Math.log(16)));
  return Math.min(2 * Math.max(1, splits(here)) + 1, 2 * splits(there) + 2) + 1;
}

describe('GOS31: two nodes that compare ranges know the same afterwards', () => {
  it('for any two sets of logs, in as many messages as their logarithms allow, each with what the other lacked', () => {
    fc.assert(fc.property(meshes, ({ here, there }) => {
      const pair = new Pair(here, there, byRanges);
      if (here.length === 0) return;
      const known = new Map<string, number>();
      for (const { author, epoch = 1, last } of [...here, ...there]) {
        known.set(`${author} ${epoch}`, Math.max(last, known.get(`${author} ${epoch}`) ?? 0));
      }
      const lacked = [here, there].map((side) => [...known.values()].reduce((sum, last) => sum + last, 0) -
        side.reduce((sum, { last }) => sum + last, 0));
      const cost = pair.reconcile();
      expect(pair.there.known).toEqual(pair.here.known);
      expect(pair.here.known.length).toBe(known.size);
      expect(pair.there.digest).toEqual(pair.here.digest);
      expect(cost.batches).toBe((lacked[0] as number) + (lacked[1] as number));
      expect(cost.messages).toBeLessThanOrEqual(messagesMax(here.length, there.length));
      expect(pair.here.ignored + pair.there.ignored).toBe(0);
    }), { numRuns: 60 });
  });

  it('equal sides are done with one message', () => {
    const pair = new Pair(logs(2_000), logs(2_000));
    expect(pair.reconcile()).toMatchObject({ messages: 1, batches: 0 });
  });

  it('who knows a few of many is sent the others', () => {
    const pair = new Pair(logs(3_000), logs(10), byRanges);
    expect(pair.reconcile()).toMatchObject({ batches: 2_990 });
    const reverse = new Pair(logs(10), logs(3_000), byRanges);
    expect(reverse.reconcile()).toMatchObject({ batches: 2_990 });
  });

  it('two branches of one log are found and listed, and nothing is sent', () => {
    const forked = logs(2_000).map((log) => (log.author === 7 ? { ...log, branch: 1 } : log));
    const pair = new Pair(logs(2_000), forked);
    expect(pair.reconcile()).toMatchObject({ messages: 3, batches: 0 });
    expect(pair.there.digest).not.toEqual(pair.here.digest);
  });
});

describe('GOS32: a difference costs its ranges, not all logs', () => {
  /** Both directions, without the batches. */
  const bytesOf = (differences: number, options: object): number => {
    const pair = new Pair(logs(8_192), withLonger(logs(8_192), differences), options);
    const { bytes, batches, messages } = pair.reconcile();
    expect(batches).toBe(differences);
    expect(messages).toBe(options === byFrontier ? 1 : 3);
    expect(pair.there.digest).toEqual(pair.here.digest);
    return bytes;
  };

  // The figures of decision 0015.
  it.each([
    [1, 1_340, 344_073],
    [10, 9_141, 344_073],
    [100, 54_284, 344_073],
    [1_000, 154_169, 344_073],
    [8_192, 157_059, 344_073],
  ])('of 8,192 logs %i differ: %i bytes by ranges, %i by frontiers', (differences, ranges, frontiers) => {
    expect([bytesOf(differences, {}), bytesOf(differences, byFrontier)]).toEqual([ranges, frontiers]);
  });

  it('up to frontierLogsMax the whole frontier is one step', () => {
    const typesAsked = (count: number): Message['type'][] => {
      const { here } = new Pair(logs(count), []);
      here.reconcile();
      return here.sent.map(({ type }) => type);
    };
    expect(typesAsked(128)).toEqual(['frontier']);
    expect(typesAsked(129)).toEqual(['ranges']);
  });

  it('an answer by frontier names what was asked about, however much more is known', () => {
    const pair = new Pair([{ author: 1, last: 3 }, { author: 2, last: 1 }], logs(2_000));
    expect(pair.reconcile()).toMatchObject({ messages: 2, batches: 1_998 + 2 });
    expect(pair.there.digest).toEqual(pair.here.digest);
  });
});

describe('GOS33: questions that cross are one exchange', () => {
  it.each([1, 2, 3, 4, 5])('by ranges, the one of the lower nonce goes on (seed %i)', (seed) => {
    const pair = new Pair(logs(2_000), withLonger(logs(1_990), 5), {}, seed);
    pair.here.reconcile();
    pair.there.reconcile();
    const { messages, batches } = pair.settle();
    expect(batches).toBe(15);
    expect(messages).toBeLessThanOrEqual(1 + messagesMax(2_000, 1_990));
    expect(pair.there.digest).toEqual(pair.here.digest);
  });

  it('ranges go on where a frontier crosses them', () => {
    const pair = new Pair(logs(1_100), logs(1_000));
    pair.here.reconcile();
    pair.there.reconcile();
    expect(pair.settle().batches).toBe(100);
    expect(pair.there.digest).toEqual(pair.here.digest);
  });
});
