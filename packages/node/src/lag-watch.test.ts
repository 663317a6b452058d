/** The pauses of a real collector: a heap of many objects, collected at one blow. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { stallMs, watchPauses } from './lag-watch.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects ever larger heaps until one took long; answers from when to when, by our own clock. */
function collectAtLength(): readonly [fromMs: number, untilMs: number] {
  const kept: object[][] = [];
  for (;;) {
    kept.push(Array.from({ length: 1_000_000 }, (_, i) => ({ i, pair: [i] })));
    const fromMs = performance.now();
    collect();
    const untilMs = performance.now();
    if (untilMs - fromMs > 2 * stallMs) return [fromMs, untilMs];
  }
}

describe('REG29: a long pause of the collector', () => {
  it('is told, from when to when, to everybody who watches, and to nobody who has ended', async () => {
    const heard: (readonly [number, number])[] = [];
    const all = Promise.withResolvers<void>();
    const ends = [0, 1].map(() => watchPauses((fromMs, untilMs) => {
      if (heard.push([fromMs, untilMs]) >= 2) all.resolve();
    }));
    const silent = watchPauses(() => expect.unreachable());
    silent();
    const [fromMs, untilMs] = collectAtLength();
    await all.promise;
    for (const end of ends) end();
    const longest = heard.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
    expect(longest[0]).toBeGreaterThanOrEqual(fromMs - 1);
    expect(longest[1]).toBeLessThanOrEqual(untilMs + 1);
    expect(longest[1] - longest[0]).toBeGreaterThan(stallMs);
  });
});
