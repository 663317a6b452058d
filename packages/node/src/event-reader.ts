/** One reader's bounded queue of what happens, as an async iterator. Full, it loses the oldest: nobody slows the node down. */

/** What a queue needs to know. */
export interface EventReaderOptions {
  readonly queueMax: number;
  /** Called for each event that the reader was too slow for. */
  readonly onDropped: () => void;
  /** Called once the reader wants no more. */
  readonly onEnd: () => void;
}

export class EventReader<Event> implements AsyncIterableIterator<Event>, AsyncDisposable {
  readonly #options: EventReaderOptions;
  readonly #queue: Event[] = [];
  readonly #waiting: ((result: IteratorResult<Event>) => void)[] = [];
  #isEnded = false;

  constructor(options: EventReaderOptions) {
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(event: Event): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting({ done: false, value: event });
    if (this.#queue.length === this.#options.queueMax) {
      this.#queue.shift();
      this.#options.onDropped();
    }
    this.#queue.push(event);
  }

  next(): Promise<IteratorResult<Event>> {
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift() as Event });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<Event>> {
    this.end();
    this.#queue.length = 0;
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
}
