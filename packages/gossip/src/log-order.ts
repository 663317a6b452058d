/**
 * The rows of a frontier in the order of their names. Made when it is asked for, and kept for the node that asked last: a daemon
 * has one node, and names never change, so that only a new log makes it anew. Nodes pay no column for it.
 */
import { compareLogNames, type LogName, type NodeIndex } from '@murmuration/protocol';
import type { Frontier, LogRow } from './frontier.ts';

export class LogOrder {
  readonly #frontier: Frontier;
  #node: NodeIndex | undefined;
  #rows: readonly LogRow[] = [];
  #names: readonly LogName[] = [];

  constructor(frontier: Frontier) {
    this.#frontier = frontier;
  }

  /** All rows, by name. */
  rows(node: NodeIndex): readonly LogRow[] {
    this.#follow(node);
    return this.#rows;
  }

  /** Their names, rising. */
  names(node: NodeIndex): readonly LogName[] {
    this.#follow(node);
    return this.#names;
  }

  /** The position after the last row whose name is at most `upTo`, at or after `from`. */
  endOf(node: NodeIndex, upTo: LogName, from: number): number {
    const names = this.names(node);
    let low = from;
    let high = names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareLogNames(names[middle] as LogName, upTo) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #follow(node: NodeIndex): void {
    const count = this.#frontier.logCount(node);
    if (this.#node === node && this.#rows.length === count) return;
    const named = Array.from({ length: count }, (_, index) => {
      const row = index as LogRow;
      const { tagHigh, tagLow, epoch } = this.#frontier.markAt(node, row);
      return { row, name: { tagHigh, tagLow, epoch } };
    }).toSorted((first, second) => compareLogNames(first.name, second.name));
    this.#node = node;
    this.#rows = named.map(({ row }) => row);
    this.#names = named.map(({ name }) => name);
  }
}
