/**
 * Test tool: every batch ever written, shared by all nodes of a world; a handle is its position. It also keeps how far
 * each node has been handed each log, and throws where a node is handed anything but the next batch.
 */
import {
  assert,
  bytes,
  mix32,
  type BatchHandle,
  type BatchMessage,
  type BatchRange,
  type Epoch,
  type FrontierEntry,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
  type StateSource,
} from '@murmuration/protocol';

interface Log {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly batches: BatchMessage[];
}

const lastOf = ({ header }: BatchMessage): number => header.firstSequence + header.count - 1;

export class BatchTable implements StateSource {
  readonly #all: BatchMessage[] = [];
  readonly #logs = new Map<string, Log>();
  readonly #handed = new Map<string, number>();

  get count(): number {
    return this.#all.length;
  }

  /** Appends a batch of `count` updates to a log. */
  write({ author, epoch, count }: Pick<BatchRange, 'author' | 'epoch' | 'count'>): BatchMessage {
    const log = this.#logs.get(`${author} ${epoch}`) ?? { author, epoch, batches: [] };
    this.#logs.set(`${author} ${epoch}`, log);
    const last = log.batches.at(-1);
    const firstSequence = (last === undefined ? 1 : lastOf(last) + 1) as Sequence;
    const hash48 = mix32(mix32(author + 1) ^ mix32(epoch + firstSequence));
    const header = { author, epoch, firstSequence, count, hash48, bytes: bytes(100 + 20 * count) };
    const batch: BatchMessage = { type: 'batch', header, handle: this.#all.length as BatchHandle, hops: 0 };
    log.batches.push(batch);
    this.#all.push(batch);
    return batch;
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    return this.#logs.get(`${author} ${epoch}`)?.batches.find((batch) => lastOf(batch) > sequence);
  }

  batchOf(_node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    return this.#all[handle];
  }

  /** Notes what a node was handed. Throws where it is not the next batch of its log. */
  hand(node: NodeIndex, batch: BatchMessage): void {
    const log = `${node} ${batch.header.author} ${batch.header.epoch}`;
    const known = this.#handed.get(log) ?? 0;
    const isNext = batch.header.firstSequence === known + 1;
    assert(isNext, `node ${node} is handed the next batch of its log, not ${JSON.stringify(batch)}`);
    this.#handed.set(log, lastOf(batch));
  }

  /** The frontier of one who knows everything, in the order in which logs began. */
  frontier(): FrontierEntry[] {
    return [...this.#logs.values()].map(({ author, epoch, batches }) => {
      return { author, epoch, sequence: lastOf(batches.at(-1) as BatchMessage) as Sequence };
    });
  }

  /** All batches of one author, oldest first: what its disk holds. */
  writtenBy(author: PeerIndex): BatchMessage[] {
    return this.#all.filter(({ header }) => header.author === author);
  }
}
