/** Events for the application: to typed listeners at once, to readers through bounded queues. Nobody slows the node down. */
import { EventReader } from './event-reader.ts';
import type { NodeEvent, NodeEvents } from './events.ts';

type Listener = (event: unknown) => void;

export class EventHub {
  readonly #queueMax: number;
  readonly #onDropped: () => void;
  readonly #listeners = new Map<keyof NodeEvents, Set<Listener>>();
  readonly #readers = new Set<EventReader<NodeEvent>>();
  #isClosed = false;

  /** `onDropped` is called for each event that a slow reader loses. */
  constructor(queueMax: number, onDropped: () => void) {
    this.#queueMax = queueMax;
    this.#onDropped = onDropped;
  }

  emit(event: NodeEvent): void {
    for (const reader of this.#readers) reader.push(event);
    this.tell(event.type, event);
  }

  /** Tells an event to the listeners of its type alone. */
  tell<Type extends keyof NodeEvents>(type: Type, event: NodeEvents[Type]): void {
    const listeners = this.#listeners.get(type);
    if (listeners === undefined) return;
    // A listener that is added meanwhile waits for the next event, one that is removed hears no more of this one.
    for (const listener of listeners.values().toArray()) if (listeners.has(listener)) call(listener, event);
  }

  /** Is there a listener of this type? What nobody listens to need not be made. */
  hasListener(type: keyof NodeEvents): boolean {
    return this.#listeners.has(type);
  }

  on<Type extends keyof NodeEvents>(type: Type, listener: (event: NodeEvents[Type]) => void): () => void {
    const own: Listener = (event) => listener(event as NodeEvents[Type]);
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(type) === listeners) this.#listeners.delete(type);
    };
  }

  events(): AsyncIterableIterator<NodeEvent> {
    const reader = new EventReader<NodeEvent>({
      queueMax: this.#queueMax, bytesOf: contentBytes, onDropped: this.#onDropped, onEnd: () => this.#readers.delete(reader),
    });
    if (this.#isClosed) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  /** Ends every reader after what it has queued. */
  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.end();
    for (const listeners of this.#listeners.values()) listeners.clear();
    this.#listeners.clear();
  }
}

/** An exception of a listener is the application's: it surfaces as an uncaught one, apart from our own work, which goes on. */
function call(listener: Listener, event: unknown): void {
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

/** Bytes of an event that others chose the size of. */
function contentBytes(event: NodeEvent): number {
  if (event.type === 'direct-message') return event.payload.length;
  return event.type === 'register-changed' ? event.value.length : 0;
}
