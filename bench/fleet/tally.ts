/** What the nodes of a fleet say and move: facts of the core by its observer, bytes by its transport. One tally for all. */
import { silentObserver, type IgnoreReason, type Observer } from '@murmuration/protocol';
import type { Transport } from '@murmuration/transport';

/** Every node is the first peer of its own book. What it accepts from itself is no delivery. */
const self = 0;

/** Sums over all nodes since the start. */
export interface Totals {
  readonly rounds: number;
  /** Batches taken from neighbors; what a node writes itself is not among them. */
  readonly deliveries: number;
  readonly duplicates: number;
  /** Received from neighbors, greetings and rounds included. */
  readonly bytes: number;
}

export class Tally {
  readonly ignored: Map<IgnoreReason, number> = new Map();
  #rounds = 0;
  #accepted = 0;
  #bytes = 0;

  /** To be handed to every node. */
  readonly observer: Observer = {
    ...silentObserver,
    roundStarted: () => void this.#rounds++,
    batchAccepted: (_node, author) => void (author !== self && this.#accepted++),
    batchIgnored: (_node, _from, reason) => void this.ignored.set(reason, (this.ignored.get(reason) ?? 0) + 1),
  };

  totals(): Totals {
    const duplicates = this.ignored.get('duplicate') ?? 0;
    return { rounds: this.#rounds, deliveries: this.#accepted, duplicates, bytes: this.#bytes };
  }

  /** The same transport; what it receives is counted. */
  counted(transport: Transport): Transport {
    return {
      start: (handler) => transport.start({
        onLinkUp: (link) => handler.onLinkUp(link),
        onLinkDown: (link, cause) => handler.onLinkDown(link, cause),
        onRefused: (reason, detail) => handler.onRefused(reason, detail),
        onFrame: (link, frame) => {
          this.#bytes += frame.length;
          handler.onFrame(link, frame);
        },
      }),
      dial: (target) => transport.dial(target),
      get localAddresses() {
        return transport.localAddresses;
      },
      health: () => transport.health(),
      stop: () => transport.stop(),
    };
  }
}
