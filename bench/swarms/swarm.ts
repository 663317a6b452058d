/** What a bench asks of a system that spreads messages among many nodes, ours or another: publish, hear, and count copies. */

/** Nodes of one system, joined and following one topic, in one process. */
export interface Swarm extends AsyncDisposable {
  readonly count: number;
  /** Starts all nodes; resolves when they are linked and their trees or meshes stand. */
  join(): Promise<void>;
  /** One node says something on the topic. The bytes are not changed afterwards. */
  publish(node: number, payload: Uint8Array): Promise<unknown>;
  /** Hears what each node delivers to its application. Called once, before the first message. */
  onDelivery(listener: (node: number, payload: Uint8Array) => void): void;
  /** How often payloads arrived at nodes, known or not, since the start, in whatever unit travels: a message, or a batch of them. */
  arrivals(): Arrivals;
}

/** Sums over all nodes. */
export interface Arrivals {
  /** Those that were new to their receiver. */
  readonly first: number;
  /** All of them. */
  readonly all: number;
}

/** Which wire the nodes speak over, on loopback. */
export type Wire = 'quic' | 'tcp';
