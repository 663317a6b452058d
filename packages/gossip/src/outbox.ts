/** New batches on their way to a few neighbors: a bounded ring of handles per node. Full, it drops the oldest; rounds repair. */
import { noPeer, type BatchHandle, type ModuleContext, type NodeIndex, type PeerIndex } from '@murmuration/protocol';

/** One entry, borrowed until the next call. */
export interface Outgoing {
  handle: BatchHandle;
  /** Who gave it to us and needs it least. */
  from: PeerIndex;
}

export class Outbox {
  readonly #max: number;
  readonly #context: ModuleContext;
  readonly #handle: Int32Array;
  readonly #from: Int32Array;
  readonly #head: Uint16Array;
  readonly #length: Uint16Array;
  readonly #taken: Outgoing = { handle: 0 as BatchHandle, from: noPeer };

  constructor(outboxMax: number, context: ModuleContext) {
    this.#max = outboxMax;
    this.#context = context;
    this.#handle = context.allocator.int32('gossip.outbox-handle', outboxMax);
    this.#from = context.allocator.int32('gossip.outbox-from', outboxMax);
    this.#head = context.allocator.uint16('gossip.outbox-head', 1);
    this.#length = context.allocator.uint16('gossip.outbox-length', 1);
  }

  length(node: NodeIndex): number {
    return this.#length[node] as number;
  }

  push(node: NodeIndex, handle: BatchHandle, from: PeerIndex): void {
    if (this.length(node) === this.#max) {
      this.take(node);
      this.#context.observer.outboxOverflowed(node);
    }
    const cell = node * this.#max + (((this.#head[node] as number) + this.length(node)) % this.#max);
    this.#handle[cell] = handle;
    this.#from[cell] = from;
    this.#length[node] = this.length(node) + 1;
  }

  /** The oldest entry, or undefined. */
  take(node: NodeIndex): Outgoing | undefined {
    if (this.length(node) === 0) return undefined;
    const head = this.#head[node] as number;
    this.#taken.handle = this.#handle[node * this.#max + head] as BatchHandle;
    this.#taken.from = this.#from[node * this.#max + head] as PeerIndex;
    this.#head[node] = (head + 1) % this.#max;
    this.#length[node] = this.length(node) - 1;
    return this.#taken;
  }
}
