/**
 * The single writer. Inputs reach the core one at a time, in order, whoever brings them: what arrives while the core is at work
 * waits. After each run of inputs the collected effects go out together. Node fires due timers before it reads the sockets (D12),
 * and a timer cannot know whether the one before it took long: so between an alarm and the timers of the core lies one poll phase,
 * always. The core is told how long it stood still.
 */
import {
  assert,
  millis,
  type Effects,
  type Input,
  type Millis,
  type NodeIndex,
  type OfferedRange,
  type PeerIndex,
  type Timer,
  type Verdict,
} from '@murmuration/protocol';
import type { Mesh } from '@murmuration/mesh';
import type { Clock } from './clock.ts';
import { stallMs, watchPauses } from './lag-watch.ts';
import { TimerWheel } from './timer-wheel.ts';

/** The one node of a daemon. */
export const self: NodeIndex = 0 as NodeIndex;
/** The index of the node itself in its own address book. */
export const selfPeer: PeerIndex = 0 as PeerIndex;

/** Of the last alarm in the average of all. */
const latenessWeight = 1 / 16;
/** A loop that is well is late by a millisecond or two. */
const laggingMs = 10;
/** The core forgets half of it with each probe period, 500 ms where all is well. */
const latenessTellMs = 250;

export class Loop {
  readonly #mesh: Pick<Mesh, 'handle' | 'admit'>;
  readonly #clock: Clock;
  readonly #watch: typeof watchPauses;
  readonly #wheel: TimerWheel<Timer>;
  readonly #waiting: Input[] = [];
  #effects: Effects | undefined;
  #afterRun: () => void = () => undefined;
  #isRunning = false;
  #isStopped = false;
  #alarm: NodeJS.Timeout | undefined;
  #alarmDueMs = Infinity;
  /** How late timers have been, on average over the last ones, and when the core heard of it last. */
  #latenessMs = 0;
  #latenessToldMs = -Infinity;
  /** What the collector and a late alarm both saw is told once. */
  #toldUntilMs = 0;
  #unwatch: () => void = () => undefined;
  readonly #chores: NodeJS.Timeout[] = [];

  constructor(mesh: Pick<Mesh, 'handle' | 'admit'>, clock: Clock, watch: typeof watchPauses = watchPauses) {
    this.#mesh = mesh;
    this.#clock = clock;
    this.#watch = watch;
    this.#wheel = new TimerWheel(clock.now());
  }

  /** Where effects go, and what follows a run of inputs. Called once, before the first input. */
  connect(effects: Effects, afterRun: () => void): void {
    this.#effects = effects;
    this.#afterRun = afterRun;
    this.#unwatch = this.#watch((fromMs, untilMs) => this.#onPause(fromMs, untilMs));
  }

  now(): Millis {
    return this.#clock.now();
  }

  /** Hands an input to the core: now, or after the one at work. */
  submit(input: Input): void {
    if (this.#isStopped || this.#effects === undefined) return;
    this.#waiting.push(input);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#mesh.handle(self, next, this.#clock.now(), this.#effects);
      }
    } finally {
      this.#isRunning = false;
    }
    this.#afterRun();
  }

  /** Asks the core about a batch before its signature is checked; what the answer leads to (a question to the sender) goes out. */
  admit(from: PeerIndex, range: OfferedRange): Verdict {
    assert(this.#effects !== undefined && !this.#isRunning, 'admission is asked for between inputs');
    const verdict = this.#mesh.admit(self, from, range, this.#clock.now(), this.#effects);
    if (verdict.type !== 'accept') this.#afterRun();
    return verdict;
  }

  schedule(afterMs: Millis, timer: Timer): void {
    if (this.#isStopped) return;
    const dueMs = (this.#clock.now() + afterMs) as Millis;
    this.#wheel.add(dueMs, timer);
    if (dueMs < this.#alarmDueMs) this.#arm(dueMs);
  }

  /** Repeats a chore of the shell for as long as the loop runs. */
  every(intervalMs: number, chore: () => void): void {
    this.#chores.push(setInterval(chore, intervalMs));
  }

  /** Runs a task of the shell once; what it returns calls it off. */
  after(delayMs: number, task: () => void): () => void {
    const timeout = setTimeout(task, delayMs);
    return () => clearTimeout(timeout);
  }

  /** Runs a task of the shell after the sockets have had their turn. */
  soon(task: () => void): void {
    setImmediate(() => {
      if (!this.#isStopped) task();
    });
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** No input and no timer has an effect from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#unwatch();
    clearTimeout(this.#alarm);
    for (const chore of this.#chores) clearInterval(chore);
  }

  #arm(dueMs: Millis): void {
    clearTimeout(this.#alarm);
    this.#alarmDueMs = dueMs;
    this.#alarm = setTimeout(() => this.#ring(), Math.max(0, dueMs - this.#clock.now()));
  }

  /** One poll phase runs between a timer and the immediates that it asked for: answers already here are read first. */
  #ring(): void {
    const [dueMs, rungAtMs] = [this.#alarmDueMs, this.#clock.now()];
    setImmediate(() => {
      this.#onPause(dueMs, rungAtMs);
      this.#noteLateness(this.#clock.now() - dueMs);
      this.#fire();
    });
  }

  /** The loop stood still for a time, of which part may have been told already. */
  #onPause(fromMs: number, untilMs: number): void {
    const lagMs = untilMs - Math.max(fromMs, this.#toldUntilMs);
    if (lagMs <= stallMs) return;
    this.#toldUntilMs = untilMs;
    this.submit({ type: 'stalled', lagMs: millis(lagMs) });
  }

  /** A loop that is late again and again never stands still, and is slow all the same. One late timer is nothing. */
  #noteLateness(lateMs: number): void {
    this.#latenessMs += latenessWeight * (Math.min(lateMs, stallMs) - this.#latenessMs);
    const nowMs = this.#clock.now();
    if (this.#latenessMs < laggingMs || nowMs - this.#latenessToldMs < latenessTellMs) return;
    this.#latenessToldMs = nowMs;
    this.submit({ type: 'lagging', lagMs: millis(this.#latenessMs) });
  }

  #fire(): void {
    this.#alarmDueMs = Infinity;
    for (const timer of this.#wheel.takeDue(this.#clock.now())) this.submit({ type: 'timer', timer });
    const nextMs = this.#wheel.nextDueMs();
    if (nextMs !== undefined && !this.#isStopped && nextMs < this.#alarmDueMs) this.#arm(nextMs);
  }
}
