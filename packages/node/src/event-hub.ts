/** Events for the application: to typed listeners at once, to readers through bounded queues. Nobody slows the node down. */
import type { NodeEvent, NodeEvents } from './events.ts';

type Listener = (event: NodeEvent) => void;

export class EventHub {
  readonly #queueMax: number;
  readonly #onDropped: () => void;
  readonly #listeners = new Set<Listener>();
  readonly #readers = new Set<EventReader>();
  #isClosed = false;

  /** `onDropped` is called for each event that a slow reader loses. */
  constructor(queueMax: number, onDropped: () => void) {
    this.#queueMax = queueMax;
    this.#onDropped = onDropped;
  }

  emit(event: NodeEvent): void {
    for (const reader of this.#readers) reader.push(event);
    // A listener that is added meanwhile waits for the next event, one that is removed hears no more of this one.
    for (const listener of this.#listeners.values().toArray()) if (this.#listeners.has(listener)) tell(listener, event);
  }

  on<Type extends keyof NodeEvents>(type: Type, listener: (event: NodeEvents[Type]) => void): () => void {
    const filtered: Listener = (event) => {
      if (event.type === type) listener(event as unknown as NodeEvents[Type]);
    };
    this.#listeners.add(filtered);
    return () => void this.#listeners.delete(filtered);
  }

  events(): AsyncIterableIterator<NodeEvent> {
    const reader = new EventReader(this.#queueMax, this.#onDropped, () => this.#readers.delete(reader));
    if (this.#isClosed) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  /** Ends every reader after what it has queued. */
  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.end();
    this.#listeners.clear();
  }
}

/** An exception of a listener is the application's: it surfaces as an uncaught one, apart from our own work, which goes on. */
function tell(listener: Listener, event: NodeEvent): void {
  try {
    listener(event);
  } catch (error) {
    surface(error);
  }
}

/** Throws what belongs to the application where no work of ours is under way. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** What the content of queued events may take: sixty of the largest direct messages, or a thousand of the largest registers. */
const queuedBytesMax = 16 * 1024 * 1024;

/** Bytes of an event that others chose the size of. */
function contentBytes(event: NodeEvent): number {
  if (event.type === 'direct-message') return event.payload.length;
  return event.type === 'register-changed' ? event.value.length : 0;
}

/** One reader's queue. Full, in events or in bytes, it loses the oldest. */
class EventReader implements AsyncIterableIterator<NodeEvent> {
  readonly #queueMax: number;
  readonly #onDropped: () => void;
  readonly #onEnd: () => void;
  readonly #queue: NodeEvent[] = [];
  readonly #waiting: ((result: IteratorResult<NodeEvent>) => void)[] = [];
  #bytes = 0;
  #isEnded = false;

  constructor(queueMax: number, onDropped: () => void, onEnd: () => void) {
    this.#queueMax = queueMax;
    this.#onDropped = onDropped;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(event: NodeEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting({ done: false, value: event });
    this.#bytes += contentBytes(event);
    while (this.#queue.length >= this.#queueMax || (this.#bytes > queuedBytesMax && this.#queue.length > 0)) {
      this.#take();
      this.#onDropped();
    }
    this.#queue.push(event);
  }

  next(): Promise<IteratorResult<NodeEvent>> {
    const value = this.#take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<NodeEvent>> {
    this.end();
    this.#queue.length = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): NodeEvent | undefined {
    const event = this.#queue.shift();
    if (event !== undefined) this.#bytes -= contentBytes(event);
    return event;
  }

  end(): void {
    this.#isEnded = true;
    this.#onEnd();
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }
}
