/** Test tool: what a world is made of. */
import type { MeshOptionsInput } from './options.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly peers: number;
  /** Fresh nodes for restarts. */
  readonly restartsMax?: number;
  /** One way, drawn per message. */
  readonly latencyMinMs?: number;
  readonly latencyMaxMs?: number;
  /** Share of messages, and of dials, that are lost. */
  readonly loss?: number;
  /** How long a node keeps messages. */
  readonly keepMs?: number;
  readonly options?: MeshOptionsInput;
}
