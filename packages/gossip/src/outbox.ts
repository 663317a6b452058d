/**
 * New batches on their way: a bounded list of handles per node, oldest first. An entry waits to be sent along eager links, then
 * waits to be announced on lazy ones, and goes. Our own batches are sent before forwarded ones. A full list drops the oldest of the
 * least important: announcements, then forwarded batches, then our own; rounds repair.
 */
import { noPeer, type BatchHandle, type ModuleContext, type NodeIndex, type PeerIndex } from '@murmuration/protocol';

/** One entry. */
export interface Outgoing {
  readonly handle: BatchHandle;
  /** Who gave it to us and needs it least; `noPeer` for our own. */
  readonly from: PeerIndex;
  /** As it came to us. */
  readonly hops: number;
}

const sent = 1;

export class Outbox {
  readonly #max: number;
  readonly #context: ModuleContext;
  readonly #handle: Int32Array;
  readonly #from: Int32Array;
  readonly #hops: Uint8Array;
  readonly #state: Uint8Array;
  readonly #length: Uint16Array;

  constructor(outboxMax: number, context: ModuleContext) {
    this.#max = outboxMax;
    this.#context = context;
    this.#handle = context.allocator.int32('gossip.outbox-handle', outboxMax);
    this.#from = context.allocator.int32('gossip.outbox-from', outboxMax);
    this.#hops = context.allocator.uint8('gossip.outbox-hops', outboxMax);
    this.#state = context.allocator.uint8('gossip.outbox-state', outboxMax);
    this.#length = context.allocator.uint16('gossip.outbox-length', 1);
  }

  length(node: NodeIndex): number {
    return this.#length[node] as number;
  }

  hasWaiting(node: NodeIndex): boolean {
    return this.#find(node, (cell) => this.#state[cell] !== sent) >= 0;
  }

  /** All entries, in the order in which they came. */
  entries(node: NodeIndex): Outgoing[] {
    const start = node * this.#max;
    return Array.from({ length: this.length(node) }, (_, i) => this.#entryAt(start + i));
  }

  /** Takes a batch in: to be sent, or where `isSent` to be announced only. */
  push(node: NodeIndex, { handle, from, hops }: Outgoing, isSent: boolean): void {
    if (this.length(node) === this.#max) this.#makeRoom(node);
    const cell = node * this.#max + this.length(node);
    this.#handle[cell] = handle;
    this.#from[cell] = from;
    this.#hops[cell] = hops;
    this.#state[cell] = isSent ? sent : 0;
    this.#length[node] = this.length(node) + 1;
  }

  /** The next entry to send, which from then on waits to be announced; undefined where none waits. */
  takeWaiting(node: NodeIndex): Outgoing | undefined {
    const own = this.#find(node, (cell) => this.#state[cell] !== sent && this.#from[cell] === noPeer);
    const cell = own >= 0 ? own : this.#find(node, (cell) => this.#state[cell] !== sent);
    if (cell < 0) return undefined;
    this.#state[cell] = sent;
    return this.#entryAt(cell);
  }

  /** The entries that were sent, oldest first. They are gone from the list. */
  takeSent(node: NodeIndex): Outgoing[] {
    const taken: Outgoing[] = [];
    const start = node * this.#max;
    let kept = 0;
    for (let cell = start; cell < start + this.length(node); cell++) {
      if (this.#state[cell] === sent) taken.push(this.#entryAt(cell));
      else this.#move(cell, start + kept++);
    }
    this.#length[node] = kept;
    return taken;
  }

  #makeRoom(node: NodeIndex): void {
    const announced = this.#find(node, (cell) => this.#state[cell] === sent);
    const forwarded = this.#find(node, (cell) => this.#from[cell] !== noPeer);
    const dropped = announced >= 0 ? announced : forwarded >= 0 ? forwarded : node * this.#max;
    const last = node * this.#max + this.length(node) - 1;
    for (let cell = dropped; cell < last; cell++) this.#move(cell + 1, cell);
    this.#length[node] = this.length(node) - 1;
    this.#context.observer.outboxOverflowed(node);
  }

  #move(from: number, to: number): void {
    for (const column of [this.#handle, this.#from, this.#hops, this.#state]) column[to] = column[from] as number;
  }

  #entryAt(cell: number): Outgoing {
    return {
      handle: this.#handle[cell] as BatchHandle,
      from: this.#from[cell] as PeerIndex,
      hops: this.#hops[cell] as number,
    };
  }

  /** The first cell of a node that fits, or -1. */
  #find(node: NodeIndex, fits: (cell: number) => boolean): number {
    const start = node * this.#max;
    const end = start + this.length(node);
    for (let cell = start; cell < end; cell++) if (fits(cell)) return cell;
    return -1;
  }
}
