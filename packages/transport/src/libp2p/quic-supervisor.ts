/**
 * Keeps one QUIC listener alive (D3, RELIABILITY 7): its accept loop neither backs off nor tells when the native
 * endpoint dies. A listener that gives no sign of life is opened again at the same address; five times in ten minutes,
 * then QUIC stays off and TCP carries on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListenerHealth } from '../transport.ts';

const restartsMax = 5;
const restartWindowMs = 600_000;
const backOffMinMs = 1_000;
const backOffMaxMs = 30_000;

/** What is done about a dead listener. */
export type RestartDecision = { readonly type: 'restart'; readonly afterMs: number } | { readonly type: 'give-up' };

/** Decides from the times of earlier restarts. Pure. */
export function decideRestart(restartedAtMs: readonly number[], nowMs: number): RestartDecision {
  const recent = restartedAtMs.filter((at) => nowMs - at < restartWindowMs).length;
  if (recent >= restartsMax) return { type: 'give-up' };
  return { type: 'restart', afterMs: Math.min(backOffMaxMs, backOffMinMs * 2 ** recent) };
}

/** The listener, as far as its supervisor handles it. */
export interface SupervisedListener {
  isAlive(): Promise<boolean>;
  /** Closes what is left of the old one and listens again. Rejects if that fails. */
  reopen(): Promise<void>;
  /** Called once, when the supervisor gives up. */
  closeForGood(): Promise<void>;
  /** Something happened that an operator should see. */
  onFailure(detail: string): void;
}

/** Resolves after `ms`, rejects when the signal aborts. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const waitInRealTime: Wait = (ms, signal) => sleep(ms, undefined, { signal });

/** Watches one listener from construction until `stop`. */
export class QuicSupervisor {
  readonly #listener: SupervisedListener;
  readonly #checkMs: number;
  readonly #wait: Wait;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #state: ListenerHealth['state'] = 'listening';
  #restarts = 0;
  /** Sum of what was waited: a clock is not needed. */
  #elapsedMs = 0;
  #restartedAtMs: number[] = [];

  constructor(listener: SupervisedListener, checkMs: number, wait: Wait = waitInRealTime) {
    this.#listener = listener;
    this.#checkMs = checkMs;
    this.#wait = wait;
    this.#done = this.#watch();
  }

  get health(): ListenerHealth {
    return { transport: 'quic', state: this.#state, restarts: this.#restarts };
  }

  /** Resolves when nothing will touch the listener any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #watch(): Promise<void> {
    while (this.#state !== 'off' && (await this.#pass(this.#checkMs))) {
      if (await this.#listener.isAlive()) continue;
      await this.#revive();
    }
  }

  /** Opens the listener again with back-off, at most `restartsMax` times per window. */
  // retry: R2
  async #revive(): Promise<void> {
    this.#state = 'restarting';
    while (this.#state === 'restarting') {
      const decision = decideRestart(this.#restartedAtMs, this.#elapsedMs);
      if (decision.type === 'give-up') return this.#giveUp();
      this.#listener.onFailure(`QUIC listener is dead, next attempt in ${decision.afterMs} ms`);
      if (!(await this.#pass(decision.afterMs))) return;
      this.#restarts += 1;
      this.#restartedAtMs = [...this.#restartedAtMs, this.#elapsedMs].slice(-restartsMax);
      await this.#listener.reopen().then(
        () => (this.#state = 'listening'),
        (error: Error) => this.#listener.onFailure(`QUIC listener was not reopened: ${error.message}`),
      );
    }
  }

  async #giveUp(): Promise<void> {
    this.#state = 'off';
    this.#listener.onFailure('QUIC listener died too often and stays off');
    await this.#listener.closeForGood();
  }

  /** False if the supervisor was stopped meanwhile. */
  async #pass(ms: number): Promise<boolean> {
    try {
      await this.#wait(ms, this.#stopping.signal);
      this.#elapsedMs += ms;
      return true;
    } catch {
      return false;
    }
  }
}
