/** One reader's bounded queue of what happens, as an async iterator. Full, in events or in bytes, it loses the oldest: nobody slows the node down. */

/** What a queue needs to know. */
export interface EventReaderOptions<Event> {
  readonly queueMax: number;
  /** Bytes of an event that others chose the size of. */
  readonly bytesOf: (event: Event) => number;
  /** Called for each event that the reader was too slow for. */
  readonly onDropped: () => void;
  /** Called once the reader wants no more. */
  readonly onEnd: () => void;
}

/** What the content of queued events may take: sixty of the largest direct messages, or a thousand of the largest registers. */
const queuedBytesMax = 16 * 1024 * 1024;
/** What an event costs beside its content. */
const eventCostBytes = 256;

export class EventReader<Event> implements AsyncIterableIterator<Event>, AsyncDisposable {
  readonly #options: EventReaderOptions<Event>;
  readonly #queue: Event[] = [];
  readonly #waiting: ((result: IteratorResult<Event>) => void)[] = [];
  #bytes = 0;
  #isEnded = false;

  constructor(options: EventReaderOptions<Event>) {
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(event: Event): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting({ done: false, value: event });
    const { queueMax, bytesOf, onDropped } = this.#options;
    this.#bytes += bytesOf(event) + eventCostBytes;
    while (this.#queue.length >= queueMax || (this.#bytes > queuedBytesMax && this.#queue.length > 0)) {
      this.#take();
      onDropped();
    }
    this.#queue.push(event);
  }

  next(): Promise<IteratorResult<Event>> {
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<Event>> {
    this.end();
    this.#queue.length = 0;
    this.#bytes = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Takes no more. What is queued can still be read. */
  end(): void {
    this.#isEnded = true;
    this.#options.onEnd();
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  /** The oldest of a queue that is not empty. */
  #take(): Event {
    const event = this.#queue.shift() as Event;
    this.#bytes -= this.#options.bytesOf(event) + eventCostBytes;
    return event;
  }
}
