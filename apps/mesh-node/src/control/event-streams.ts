/**
 * Events as lines of JSON, one stream per listener. A listener that falls behind stops the reading of its own iterator, whose
 * queue is bounded and drops the oldest; nothing piles up here.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { NodeEvent } from '@murmuration/node';
import { HttpError, type Answer } from '../http-server.ts';
import { eventView } from './json-view.ts';

/** Each holds an event queue of the node. */
const streamsMax = 16;

/** The open streams. */
export class EventStreams {
  readonly #open: Set<AbortController> = new Set();

  /** Writes events until either end stops. */
  async serve(events: AsyncIterableIterator<NodeEvent>, response: ServerResponse): Promise<Answer> {
    if (this.#open.size >= streamsMax) {
      await events.return?.();
      throw new HttpError(503, 'too-many-streams', `${streamsMax} event streams are open already`);
    }
    const end = new AbortController();
    this.#open.add(end);
    const stop = (): void => void events.return?.();
    end.signal.addEventListener('abort', stop, { once: true });
    response.once('close', () => end.abort());
    try {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      response.flushHeaders();
      for await (const event of events) {
        if (!response.write(`${JSON.stringify(eventView(event))}\n`)) await once(response, 'drain', { signal: end.signal });
      }
    } catch (error) {
      if (!end.signal.aborted) throw error;
    } finally {
      this.#open.delete(end);
      response.end();
    }
    return 'streamed';
  }

  /** Ends all of them. */
  close(): void {
    for (const end of this.#open) end.abort();
  }
}
