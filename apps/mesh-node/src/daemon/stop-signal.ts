/**
 * When to end. The first SIGTERM or SIGINT, or a request, ends in order; a second signal means now, and so does a promise that
 * nobody handled: what it left behind is unknown, and a restart recovers from the disk.
 */
import type { Log } from '../log.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** What asked for the end. */
export type StopReason = (typeof signals)[number] | 'leave' | 'storage-failed';

/** Resolves once the node is to end. */
export class StopSignal {
  readonly requested: Promise<StopReason>;
  #reason: StopReason | undefined;
  #resolve: (reason: StopReason) => void = () => undefined;
  readonly #log: Log;
  readonly #exitNow: () => void;

  /** `exitNow` flushes the log and ends the process with 1. */
  constructor(log: Log, exitNow: () => void) {
    this.#log = log;
    this.#exitNow = exitNow;
    this.requested = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isRequested(): boolean {
    return this.#reason !== undefined;
  }

  /** Starts to listen to the process; returns the function that stops. */
  attach(): () => void {
    const onSignal = (signal: StopReason): void => {
      if (!this.isRequested) return this.request(signal);
      this.#log.warn({ signal }, 'second signal: ending at once');
      this.#exitNow();
    };
    const onFault = (err: unknown): void => {
      this.#log.fatal({ err }, 'unexpected failure: ending');
      this.#exitNow();
    };
    for (const signal of signals) process.on(signal, onSignal);
    process.on('unhandledRejection', onFault);
    process.on('uncaughtException', onFault);
    return () => {
      for (const signal of signals) process.off(signal, onSignal);
      process.off('unhandledRejection', onFault);
      process.off('uncaughtException', onFault);
    };
  }

  /** Asks for the orderly end. */
  request(reason: StopReason): void {
    if (this.isRequested) return;
    this.#reason = reason;
    this.#resolve(reason);
  }
}
