/**
 * The letters of one phase to the nodes of one shard, sorted stably by receiver. Sources write in ascending order of senders, so every node
 * reads its letters by sender, however the nodes are cut into shards: that is what makes a trace independent of shards and workers.
 */
import type { Mailbox } from './mailboxes.ts';
import type { Range } from './plan.ts';

/** Sorted letters: those to node `first + i` stand from `starts[i]` to `starts[i + 1]`. */
export class Inbox {
  readonly starts: Uint32Array;
  /** Twice the sender, plus 1 where it knows. */
  words: Int32Array = new Int32Array(0);
  readonly #first: number;

  constructor({ first, end }: Range) {
    this.#first = first;
    this.starts = new Uint32Array(end - first + 1);
  }

  /** A counting sort: two passes over the letters, one over the nodes. */
  sort(boxes: readonly Mailbox[]): void {
    this.#count(boxes);
    this.#reserve();
    // Starts are used as cursors and end one node further, so they are moved back by one afterwards.
    for (const box of boxes) this.#place(box);
    this.starts.copyWithin(1, 0, this.starts.length - 1);
    this.starts[0] = 0;
  }

  #count(boxes: readonly Mailbox[]): void {
    const { starts } = this;
    const first = this.#first;
    starts.fill(0);
    for (const { to, count } of boxes) {
      const letters = count[0] as number;
      for (let at = 0; at < letters; at++) {
        const cell = (to[at] as number) - first + 1;
        starts[cell] = (starts[cell] as number) + 1;
      }
    }
    for (let cell = 1; cell < starts.length; cell++) starts[cell] = (starts[cell] as number) + (starts[cell - 1] as number);
  }

  /** Grows to the largest phase of the run so far. */
  #reserve(): void {
    const letters = this.starts.at(-1) as number;
    if (letters > this.words.length) this.words = new Int32Array(letters);
  }

  #place(box: Mailbox): void {
    const { starts, words } = this;
    const first = this.#first;
    const letters = box.count[0] as number;
    for (let at = 0; at < letters; at++) {
      const node = (box.to[at] as number) - first;
      const place = starts[node] as number;
      starts[node] = place + 1;
      words[place] = box.words[at] as number;
    }
  }
}
