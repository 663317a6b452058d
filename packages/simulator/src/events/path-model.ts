/**
 * What a path does to a message. The daemon's links are ordered streams, so by default nothing is lost on a link: a lost packet comes
 * again after the stream's own timeout, and holds up all that follows it (QUIC, RFC 9002: 1.5 round trips and the peer's 25 ms, doubled
 * each time). As datagrams messages are lost for good, may come twice, and overtake each other: harder than any real link of ours, and
 * what the seeds use to reach rare branches.
 */
import { random32 } from '@murmuration/protocol';

/** The paths between the nodes of a run. */
export interface PathOptions {
  readonly kind: 'stream' | 'datagram';
  /** One way; each pair has its own, between these two. */
  readonly latencyMinMs: number;
  readonly latencyMaxMs: number;
  /** Share by which a message comes earlier or later than its path says. */
  readonly jitter: number;
  /** Share of packets lost, each way. */
  readonly loss: number;
  /** Share of datagrams that come twice. */
  readonly duplicates: number;
}

/** Ten to a hundred milliseconds one way: a region and a continent. */
export const pathDefaults: PathOptions = Object.freeze({
  kind: 'stream', latencyMinMs: 10, latencyMaxMs: 100, jitter: 0.05, loss: 0, duplicates: 0,
});

/** A packet lost so often in a row ends its connection in reality; here it waits no longer. */
const losesMax = 6;
const ackDelayMs = 25;
const draws = { latency: 1, message: 2, duplicate: 3, resent: 4 } as const;
const share = (draw32: number): number => draw32 / 0x1_0000_0000;

export class PathModel {
  readonly options: PathOptions;
  /** Share of packets lost now: faults may change it while a run lasts. */
  loss: number;
  readonly #seed: number;

  constructor(options: PathOptions, seed: number) {
    this.options = options;
    this.loss = options.loss;
    this.#seed = seed;
  }

  /** One way between two peers, the same in both directions, in whole milliseconds. */
  latencyMs(peer: number, other: number): number {
    const { latencyMinMs, latencyMaxMs } = this.options;
    const draw = random32(this.#seed, Math.min(peer, other), Math.max(peer, other), draws.latency);
    return Math.max(1, Math.round(latencyMinMs + share(draw) * (latencyMaxMs - latencyMinMs)));
  }

  /** How long a message takes on a path of this latency, or Infinity where it is lost. `step` tells messages of a cell apart. */
  delayMs(cell: number, step: number, latencyMs: number): number {
    const drawn = share(random32(this.#seed, cell, step, draws.message));
    const { jitter, kind } = this.options;
    // One draw says both: below the loss it is lost, and what is above is even again.
    if (drawn >= this.loss) return latencyMs * (1 - jitter + (2 * jitter * (drawn - this.loss)) / (1 - this.loss));
    return kind === 'datagram' ? Infinity : latencyMs + this.#resentAfterMs(cell, step, latencyMs);
  }

  isTwice(cell: number, step: number): boolean {
    const { kind, duplicates } = this.options;
    return kind === 'datagram' && duplicates > 0 && share(random32(this.#seed, cell, step, draws.duplicate)) < duplicates;
  }

  #resentAfterMs(cell: number, step: number, latencyMs: number): number {
    let timeoutMs = 3 * latencyMs + ackDelayMs;
    let afterMs = timeoutMs;
    for (let lost = 1; lost < losesMax && share(random32(this.#seed, cell, step, draws.resent + lost)) < this.loss; lost++) {
      timeoutMs *= 2;
      afterMs += timeoutMs;
    }
    return afterMs;
  }
}
