/** Test tool: what happens to nodes whose loop stands still, kept for when it goes on. */
import type { Input, Millis, NodeIndex } from '@murmuration/protocol';

export class Stalls {
  readonly #kept = new Map<NodeIndex, Input[]>();

  begin(node: NodeIndex): void {
    this.#kept.set(node, []);
  }

  /** Keeps the input of a node that stands still. */
  keeps(node: NodeIndex, input: Input): boolean {
    this.#kept.get(node)?.push(input);
    return this.#kept.has(node);
  }

  /** What a node handles when it goes on: what came from others, the stall, then the timers that are due. */
  end(node: NodeIndex, lagMs: Millis): Input[] {
    const kept = this.#kept.get(node) ?? [];
    this.#kept.delete(node);
    const timers = kept.filter(({ type }) => type === 'timer');
    return [...kept.filter(({ type }) => type !== 'timer'), { type: 'stalled', lagMs }, ...timers];
  }
}
