/**
 * Messages on topics. Every node carries all of them; a subscription selects what is told. Outgoing ones become batches of our message
 * log; of what comes in, nothing is built for topics that nobody here follows.
 */
import {
  noOrigin, startOf, type BatchHeader, type BatchMessage, type Epoch, type MessageUpdate, type PeerId, type Sequence,
} from '@murmuration/protocol';
import type { MessageLogs } from '@murmuration/state';
import type { AddressBook } from './address-book.ts';
import type { Counters } from './counters.ts';
import { NodeError } from './errors.ts';
import type { EventHub } from './event-hub.ts';
import { EventReader } from './event-reader.ts';
import type { TopicMessage } from './events.ts';
import { isTopic, messageForm } from './log-forms.ts';
import { selfPeer, type Loop } from './loop.ts';
import type { StoredBatch } from './side-store.ts';
import type { MessageCounts } from './views.ts';
import type { Writer } from './writer.ts';

/** What topics work with. */
export interface TopicsContext {
  readonly messages: MessageLogs;
  readonly writer: Writer<MessageUpdate>;
  readonly loop: Loop;
  readonly hub: EventHub;
  readonly book: AddressBook;
  readonly counters: Counters;
  /** Of our own log in this start. */
  readonly epoch: Epoch;
  /** Messages kept for a slow subscription. */
  readonly queueMax: number;
}

/** Hears what everybody says, ourselves included, on the topics that it wants. */
interface Tap {
  readonly topics: ReadonlySet<string>;
  readonly hear: (message: TopicMessage) => void;
}

/** How often what has been kept long enough is let go: little beside the half minute that it was kept. */
const trimIntervalMs = 1_000;

export class Topics {
  readonly #context: TopicsContext;
  readonly #readers = new Map<string, Set<EventReader<TopicMessage>>>();
  #sent = 0;
  #received = 0;
  readonly #taps = new Set<Tap>();
  #isClosed = false;

  constructor(context: TopicsContext) {
    this.#context = context;
  }

  /** Begins to trim. */
  start(): void {
    const { loop, messages } = this.#context;
    loop.every(trimIntervalMs, () => messages.trim(loop.now()));
  }

  /** Resolves when the message is on its way. A bridge gives as `origin` the id that the message has on its other side. */
  async broadcast(message: Omit<MessageUpdate, 'type'>): Promise<void> {
    await this.#context.writer.write([{ type: 'message', ...message }]);
    this.#sent++;
  }

  subscribe(topic: string): EventReader<TopicMessage> {
    if (!isTopic(topic)) throw new NodeError('invalid-write', `refused: ${messageForm.limit}`, { limit: messageForm.limit });
    const { queueMax, counters } = this.#context;
    const reader: EventReader<TopicMessage> = new EventReader<TopicMessage>({
      queueMax,
      bytesOf: ({ payload }) => payload.length,
      onDropped: () => counters.add('messages-dropped'),
      onEnd: () => this.#forget(topic, reader),
    });
    if (this.#isClosed) reader.end();
    else this.#readers.set(topic, (this.#readers.get(topic) ?? new Set()).add(reader));
    return reader;
  }

  /** Tells all that is said on the topics from now on, ours too, to what carries it elsewhere; returns the function that ends it. */
  tap(topics: ReadonlySet<string>, hear: (message: TopicMessage) => void): () => void {
    const tap: Tap = { topics, hear };
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  }

  /**
   * A batch was accepted: it is kept, and told, unless it is of a time of which nobody is told. Of our own batches is told what a bridge
   * here brought in: it is news to us as to everybody.
   */
  receive({ header, place, ...rest }: BatchMessage, stored: StoredBatch): void {
    const { messages, loop } = this.#context;
    const said = messages.apply({ header, place, ...rest }, stored, loop.now());
    if (place === 'past') return;
    const isOwn = header.author === selfPeer;
    // What we said in an earlier start was told then.
    if (isOwn && header.epoch !== this.#context.epoch) return;
    this.#tellTaps(header, said);
    if (!isOwn) this.#received += said.length;
    if (this.#readers.size > 0 || this.#context.hub.hasListener('message')) this.#tell(header, said);
  }

  counts(): MessageCounts {
    const { messages } = this.#context;
    return { sent: this.#sent, received: this.#received, keptBatches: messages.length, keptBytes: messages.bytes };
  }

  /** Ends every subscription after what it has queued. */
  close(): void {
    this.#isClosed = true;
    for (const readers of this.#readers.values()) for (const reader of readers) reader.end();
  }

  #tell({ author, epoch, firstSequence }: BatchHeader, said: readonly MessageUpdate[]): void {
    const { hub, book } = this.#context;
    const id = book.idOf(author);
    for (const [index, message] of said.entries()) {
      if (author === selfPeer && message.origin.length === 0) continue;
      const readers = this.#readers.get(message.topic);
      if (readers === undefined && !hub.hasListener('message')) continue;
      const tell = (): TopicMessage => toldOf(message, id, startOf(epoch), (firstSequence + index) as Sequence);
      // Each its own copy: what one does with it is not seen by another.
      if (readers !== undefined) for (const reader of readers) reader.push(tell());
      if (hub.hasListener('message')) hub.tell('message', tell());
    }
  }

  #tellTaps({ author, epoch, firstSequence }: BatchHeader, said: readonly MessageUpdate[]): void {
    if (this.#taps.size === 0) return;
    const id = this.#context.book.idOf(author);
    for (const [index, message] of said.entries()) {
      for (const { topics, hear } of this.#taps) {
        if (topics.has(message.topic)) hear(toldOf(message, id, startOf(epoch), (firstSequence + index) as Sequence));
      }
    }
  }

  #forget(topic: string, reader: EventReader<TopicMessage>): void {
    const readers = this.#readers.get(topic);
    if (readers?.delete(reader) === true && readers.size === 0) this.#readers.delete(topic);
  }
}

/** Copies: the application may do what it wants with them, and the batch goes on to others as it was signed. */
function toldOf({ topic, payload, origin }: MessageUpdate, author: PeerId, epoch: number, sequence: number): TopicMessage {
  return { topic, author, payload: payload.slice(), origin: origin.length === 0 ? noOrigin : origin.slice(), epoch, sequence };
}
