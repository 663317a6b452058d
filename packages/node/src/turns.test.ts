import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Turns, type TurnsClock } from './turns.ts';

/** Time that the test moves. */
class TestClock implements TurnsClock {
  #nowMs = 0;
  readonly #tasks = new Set<{ readonly dueMs: number; readonly task: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { dueMs: this.#nowMs + delayMs, task };
    this.#tasks.add(entry);
    return () => void this.#tasks.delete(entry);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const entry of this.#tasks) {
      if (entry.dueMs > this.#nowMs || !this.#tasks.delete(entry)) continue;
      entry.task();
    }
  }
}

function turns(): { clock: TestClock; held: Turns; done: string[]; hold: (key: string, bytes?: number) => boolean } {
  const [clock, done]: [TestClock, string[]] = [new TestClock(), []];
  const held = new Turns(clock);
  return { clock, held, done, hold: (key, bytes = 1) => held.hold(key, bytes, 100, () => done.push(key)) };
}

describe('a message that waits for its turn', () => {
  it('BRI4: crosses when nobody else carried it in time', () => {
    const { clock, done, hold } = turns();
    hold('a');
    clock.pass(99);
    expect(done).toEqual([]);
    clock.pass(1);
    expect(done).toEqual(['a']);
  });

  it('BRI4: stays when somebody did, before or after we heard of it', () => {
    const { clock, held, done, hold } = turns();
    hold('a');
    expect(held.settle('a')).toBe(true);
    held.expect('b');
    expect(hold('b')).toBe(false);
    clock.pass(1_000);
    expect(done).toEqual([]);
  });

  it('BRI4: is one of as many as were said: each crossing settles one of equal content', () => {
    const sent = fc.array(fc.constantFrom('say', 'cross'), { maxLength: 40 });
    fc.assert(fc.property(sent, (steps) => {
      const { clock, held, done, hold } = turns();
      let [said, crossed] = [0, 0];
      for (const step of steps) {
        if (step === 'say') {
          said++;
          hold('same');
        } else {
          crossed++;
          if (!held.settle('same')) held.expect('same');
        }
      }
      clock.pass(100);
      expect(done.length).toBe(Math.max(0, said - crossed));
    }));
  });

  it('BRI4: is not settled by a crossing that is long past', () => {
    const { clock, held, done, hold } = turns();
    held.expect('a');
    clock.pass(6_000);
    expect(hold('a')).toBe(true);
    clock.pass(100);
    expect(done).toEqual(['a']);
  });

  it('BRI7: does not wait beyond the bounds, in number or bytes: the oldest crosses', () => {
    const { held, done, hold } = turns();
    for (let i = 0; i < 16_390; i++) hold(`${i}`);
    expect([held.size, done]).toEqual([16_384, ['0', '1', '2', '3', '4', '5']]);
    held.close();
    const large = turns();
    for (let i = 0; i < 5; i++) large.hold(`${i}`, 4 * 1024 * 1024);
    expect([large.held.size, large.done]).toEqual([4, ['0']]);
  });

  it('BRI9: is forgotten with the bridge', () => {
    const { clock, held, done, hold } = turns();
    hold('a');
    held.close();
    clock.pass(1_000);
    expect([done, held.size]).toEqual([[], 0]);
  });
});
