/** Connections that are no links yet. Who does not become one in time is turned away and counted. */
import type { Connection } from '@libp2p/interface';
import type { OnRefused } from './listeners.ts';

/** Our own dials have deadlines at every step; this only catches what slips through them. */
const outboundPatience = 4;

/** The waiting room of one transport. */
export class Doorstep {
  readonly #sweepsMax: number;
  readonly #onRefused: OnRefused;
  readonly #waiting = new Map<Connection, number>();

  constructor(sweepsMax: number, onRefused: OnRefused) {
    this.#sweepsMax = sweepsMax;
    this.#onRefused = onRefused;
  }

  enter(connection: Connection): void {
    this.#waiting.set(connection, 0);
  }

  leave(connection: Connection): void {
    this.#waiting.delete(connection);
  }

  /** One period has passed; `isExcused` connections wait for us, not we for them. */
  sweep(isExcused: (connection: Connection) => boolean): void {
    for (const [connection, sweeps] of this.#waiting) {
      this.#waiting.set(connection, sweeps + 1);
      const isOurs = connection.direction === 'outbound';
      if (sweeps < this.#sweepsMax * (isOurs ? outboundPatience : 1) || isExcused(connection)) continue;
      this.#waiting.delete(connection);
      connection.abort(new Error('no link was negotiated in time'));
      if (!isOurs) this.#onRefused('negotiation-failed', `${connection.remoteAddr}: no link was negotiated in time`);
    }
  }
}
