/**
 * Test tool: every batch ever written, shared by all nodes of a world; a handle is its position. It also keeps how far
 * each node has been handed each log, and throws where a node is handed anything but the next batch. Messages each node keeps for
 * itself, as long as the world says.
 */
import {
  assert,
  bytes,
  isMessageLog,
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

import { KeptMessages } from './kept-messages.test.support.ts';

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
  readonly #kept: KeptMessages;
  /** The present, as the world tells it. */
  nowMs = 0;

  constructor(keepMs: number) {
    this.#kept = new KeptMessages(keepMs);
  }

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
    const batch: BatchMessage = { type: 'batch', header, handle: this.#all.length as BatchHandle, hops: 0, place: 'next' };
    log.batches.push(batch);
    this.#all.push(batch);
    return batch;
  }

  batchAfter(node: NodeIndex, author: PeerIndex, epoch: Epoch, sequence: Sequence): BatchMessage | undefined {
    if (isMessageLog(epoch)) return this.#kept.after(node, { author, epoch }, sequence, this.nowMs);
    return this.#logs.get(`${author} ${epoch}`)?.batches.find((batch) => lastOf(batch) > sequence);
  }

  batchOf(node: NodeIndex, handle: BatchHandle): BatchMessage | undefined {
    const batch = this.#all[handle];
    if (batch === undefined || !isMessageLog(batch.header.epoch)) return batch;
    return this.#kept.holds(node, batch, this.nowMs) ? batch : undefined;
  }

  /** Notes what a node was handed. Throws where it is not the next batch of its log. */
  hand(node: NodeIndex, batch: BatchMessage): void {
    if (isMessageLog(batch.header.epoch)) return this.#kept.hand(node, batch, this.nowMs);
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
    return this.#all.filter(({ header }) => header.author === author && !isMessageLog(header.epoch));
  }
}
