/** Test tool: the message batches that each node of a world keeps, for a time, and the newest of each log for ever. */
import { assert, type BatchMessage, type BatchPlace, type NodeIndex, type Sequence } from '@murmuration/protocol';

interface Kept {
  readonly batch: BatchMessage;
  readonly untilMs: number;
}

export class KeptMessages {
  readonly #keepMs: number;
  readonly #logs = new Map<string, Kept[]>();

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Notes what a node was handed. Throws where it is nothing that its log may go on with. */
  hand(node: NodeIndex, batch: BatchMessage, nowMs: number): void {
    const kept = this.#keptOf(node, batch.header, nowMs);
    const head = kept.at(-1)?.batch.header;
    const next = head === undefined ? 1 : head.firstSequence + head.count;
    const { firstSequence } = batch.header;
    const isRight = firstSequence === next || (firstSequence > next && batch.place !== 'next');
    assert(isRight, `node ${node} is handed what follows ${next - 1}, not ${JSON.stringify(batch)}`);
    kept.push({ batch, untilMs: batch.place === 'past' ? -Infinity : nowMs + this.#keepMs });
  }

  after(node: NodeIndex, log: Pick<BatchMessage['header'], 'author' | 'epoch'>, sequence: Sequence, nowMs: number): BatchMessage | undefined {
    const lastOf = ({ batch: { header } }: Kept): number => header.firstSequence + header.count - 1;
    const found = this.#keptOf(node, log, nowMs).find((each) => lastOf(each) > sequence);
    return found && { ...found.batch, place: placeOf(found, sequence, nowMs) };
  }

  holds(node: NodeIndex, batch: BatchMessage, nowMs: number): boolean {
    return this.#keptOf(node, batch.header, nowMs).some((each) => each.batch.handle === batch.handle);
  }

  /** What is still kept of a log, after whatever is due was let go. */
  #keptOf(node: NodeIndex, { author, epoch }: Pick<BatchMessage['header'], 'author' | 'epoch'>, nowMs: number): Kept[] {
    const name = `${node} ${author} ${epoch}`;
    const kept = this.#logs.get(name) ?? [];
    this.#logs.set(name, kept);
    while (kept.length > 1 && (kept[0] as Kept).untilMs <= nowMs) kept.shift();
    return kept;
  }
}

function placeOf({ batch, untilMs }: Kept, after: Sequence, nowMs: number): BatchPlace {
  if (untilMs <= nowMs) return 'past';
  return batch.header.firstSequence > after + 1 ? 'first-kept' : 'next';
}
