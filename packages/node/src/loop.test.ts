/** The single writer: one input at a time, effects after the run, and a late alarm that is told before timers are. */
import type { Effects, Input, Millis, NodeIndex, PeerIndex, Timer, Verdict, WallMillis } from '@murmuration/protocol';
import { accept, ignore } from '@murmuration/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from './clock.ts';
import type { PauseListener } from './lag-watch.ts';
import { Loop } from './loop.ts';

const peer = 3 as PeerIndex;
const linkUp: Input = { type: 'link-up', peer, rttMs: 0 as Millis };
const startRound: Timer = { type: 'start-round' };
const spread: Timer = { type: 'spread-claims' };
const silentEffects: Effects = { send() {}, setTimer() {}, connect() {}, disconnect() {}, emit() {} };

const clock: Clock = { now: () => performance.now() as Millis, wallNow: () => 0 as WallMillis };

/** A loop whose core writes down what reaches it. `during` runs inside the core. */
function loopOf(during: (input: Input, loop: Loop) => void = () => undefined, verdict: Verdict = accept) {
  const steps: string[] = [];
  const core = {
    handle: (_node: NodeIndex, input: Input): void => {
      const name = input.type === 'timer' ? input.timer.type : input.type;
      steps.push(`${name}(`);
      during(input, loop);
      steps.push(')');
    },
    admit: (): Verdict => {
      steps.push('admit');
      return verdict;
    },
  };
  const watch = (listener: PauseListener): (() => void) => {
    pause = listener;
    return () => steps.push('unwatched');
  };
  let pause: PauseListener | undefined;
  const loop = new Loop(core, clock, watch);
  loop.connect(silentEffects, () => steps.push('flush'));
  return { loop, steps, pause: (fromMs: number, untilMs: number) => pause?.(fromMs, untilMs) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the loop', () => {
  it('hands an input to the core at once, and flushes effects when the run is over', () => {
    const { loop, steps } = loopOf();
    loop.submit(linkUp);
    expect(steps).toEqual(['link-up(', ')', 'flush']);
  });

  it('lets an input that arrives while the core is at work wait, and flushes once for both', () => {
    const { loop, steps } = loopOf((input, self) => {
      if (input.type === 'link-up') self.submit({ type: 'link-down', peer, cause: 'closed' });
    });
    loop.submit(linkUp);
    expect(steps).toEqual(['link-up(', ')', 'link-down(', ')', 'flush']);
  });

  it('goes on after an input at which the core threw', () => {
    const { loop, steps } = loopOf((input) => {
      if (input.type === 'stalled') throw new Error('a bug');
    });
    expect(() => loop.submit({ type: 'stalled', lagMs: 1 as Millis })).toThrow('a bug');
    loop.submit(linkUp);
    expect(steps).toEqual(['stalled(', 'link-up(', ')', 'flush']);
  });

  it('takes no input before its effects have somewhere to go', () => {
    const { loop } = loopOf();
    const bare = new Loop({ handle: () => expect.unreachable(), admit: () => accept }, clock);
    bare.submit(linkUp);
    loop.stop();
  });

  it('brings timers when they are due, in order, each once', () => {
    const { loop, steps } = loopOf();
    loop.schedule(50 as Millis, startRound);
    loop.schedule(20 as Millis, spread);
    vi.advanceTimersByTime(19);
    expect(steps).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(steps).toEqual(['spread-claims(', ')', 'flush']);
    vi.advanceTimersByTime(1_000);
    expect(steps).toEqual(['spread-claims(', ')', 'flush', 'start-round(', ')', 'flush']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('brings a timer that asks for itself again and again, at its interval', () => {
    const { loop, steps } = loopOf((_input, self) => self.schedule(100 as Millis, startRound));
    loop.schedule(100 as Millis, startRound);
    vi.advanceTimersByTime(5_050);
    expect(steps.filter((step) => step === 'start-round(').length).toBeGreaterThanOrEqual(48);
    expect(steps.filter((step) => step === 'start-round(').length).toBeLessThanOrEqual(50);
  });

  it('REG28: tells of a stall before the timers that are late, and reads the sockets before either', () => {
    const { loop, steps } = loopOf();
    loop.schedule(50 as Millis, startRound);
    // The process stands still: the clock moves, no timer fires.
    const stalledUntil = performance.now() + 450;
    vi.spyOn(clock, 'now').mockImplementation(() => Math.max(stalledUntil, performance.now()) as Millis);
    vi.advanceTimersToNextTimer();
    expect(steps).toEqual([]);
    loop.submit(linkUp);
    vi.advanceTimersToNextTimer();
    expect(steps).toEqual(['link-up(', ')', 'flush', 'stalled(', ')', 'flush', 'start-round(', ')', 'flush']);
    vi.restoreAllMocks();
  });

  it('REG28: reads the sockets before any timer, however little late: the one before it may have taken long', () => {
    const { loop, steps } = loopOf();
    loop.schedule(50 as Millis, startRound);
    const lateBy = performance.now() + 130;
    vi.spyOn(clock, 'now').mockImplementation(() => Math.max(lateBy, performance.now()) as Millis);
    vi.advanceTimersToNextTimer();
    expect(steps).toEqual([]);
    loop.submit(linkUp);
    vi.advanceTimersToNextTimer();
    expect(steps).toEqual(['link-up(', ')', 'flush', 'start-round(', ')', 'flush']);
    vi.restoreAllMocks();
  });

  it('REG29: tells of a pause of the collector though no timer was due', () => {
    const told: number[] = [];
    const { pause } = loopOf((input) => {
      if (input.type === 'stalled') told.push(input.lagMs);
    });
    pause(1_000, 1_100);
    expect(told).toEqual([]);
    pause(2_000, 2_150);
    expect(told).toEqual([150]);
  });

  it('REG29: tells once of a stall that the collector and a late alarm both saw, whichever is first', () => {
    const stalls = (toldFirst: 'pause' | 'alarm'): number[] => {
      const told: number[] = [];
      const { loop, pause } = loopOf((input) => {
        if (input.type === 'stalled') told.push(input.lagMs);
      });
      const begunAt = performance.now();
      loop.schedule(50 as Millis, startRound);
      const now = vi.spyOn(clock, 'now').mockImplementation(() => Math.max(begunAt + 450, performance.now()) as Millis);
      if (toldFirst === 'pause') pause(begunAt, begunAt + 450);
      vi.advanceTimersToNextTimer();
      vi.advanceTimersToNextTimer();
      if (toldFirst === 'alarm') pause(begunAt, begunAt + 450);
      now.mockRestore();
      loop.stop();
      return told;
    };
    expect(stalls('pause')).toEqual([450]);
    expect(stalls('alarm')).toEqual([400]);
  });

  it('REG32: that is late again and again tells how late on average, four times a second at most; one late alarm is nothing', () => {
    const told: { atMs: number; lagMs: number }[] = [];
    let lateMs = 0;
    vi.spyOn(clock, 'now').mockImplementation(() => (performance.now() + lateMs) as Millis);
    const { loop } = loopOf((input) => {
      if (input.type === 'lagging') told.push({ atMs: clock.now(), lagMs: input.lagMs });
    });
    const ring = (byMs: number): void => {
      loop.schedule(20 as Millis, startRound);
      lateMs += byMs;
      vi.advanceTimersToNextTimer();
      vi.advanceTimersToNextTimer();
    };
    ring(5_000);
    for (let i = 0; i < 50; i++) ring(2);
    expect(told).toEqual([]);
    for (let i = 0; i < 50; i++) ring(40);
    expect(told.length).toBeGreaterThan(5);
    expect(told.at(-1)?.lagMs).toBeCloseTo(40, -1);
    const gaps = told.slice(1).map(({ atMs }, i) => atMs - (told[i]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
    vi.restoreAllMocks();
  });

  it('flushes what the core asks for when it leaves a batch out before any crypto', () => {
    const range = { author: peer, epoch: 1, firstSequence: 9, count: 1 } as Parameters<Loop['admit']>[1];
    const { loop, steps } = loopOf(undefined, ignore('gap'));
    expect(loop.admit(peer, range)).toEqual({ type: 'ignore', reason: 'gap' });
    expect(steps).toEqual(['admit', 'flush']);
  });

  it('that is stopped hears nothing and does nothing more', () => {
    const { loop, steps } = loopOf();
    const chore = vi.fn();
    loop.every(10, chore);
    loop.schedule(10 as Millis, startRound);
    loop.soon(chore);
    expect(loop.isStopped).toBe(false);
    loop.stop();
    loop.submit(linkUp);
    loop.schedule(10 as Millis, startRound);
    vi.advanceTimersByTime(1_000);
    expect(loop.isStopped).toBe(true);
    expect(steps).toEqual(['unwatched']);
    expect(chore).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
