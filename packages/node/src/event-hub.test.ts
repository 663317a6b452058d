/** Events reach everybody who listens, in order, and nobody who is slow or throws holds up the node. */
import type { PeerId } from '@murmuration/protocol';
import { describe, expect, it, vi } from 'vitest';
import { EventHub } from './event-hub.ts';
import type { NodeEvent } from './events.ts';

const event = (epoch: number): NodeEvent => ({ type: 'identity-cloned', epoch });
const warning: NodeEvent = { type: 'warning', reason: 'only to others' };

function hubOf(queueMax = 4) {
  const onDropped = vi.fn<() => void>();
  return { hub: new EventHub(queueMax, onDropped), onDropped };
}

async function drain(reader: AsyncIterator<NodeEvent>, count: number): Promise<unknown[]> {
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) values.push((await reader.next()).value);
  return values;
}

describe('a reader', () => {
  it('gets events in the order they happened, queued or awaited', async () => {
    const { hub, onDropped } = hubOf();
    const reader = hub.events();
    hub.emit(event(1));
    hub.emit(event(2));
    expect(await drain(reader, 2)).toEqual([event(1), event(2)]);
    const waiting = [reader.next(), reader.next()];
    hub.emit(event(3));
    hub.emit(event(4));
    expect(await Promise.all(waiting)).toEqual([{ done: false, value: event(3) }, { done: false, value: event(4) }]);
    expect(onDropped).not.toHaveBeenCalled();
  });

  it('DIR7: that is slow keeps 16 MiB of what others sent, and loses the oldest beyond', async () => {
    const { hub, onDropped } = hubOf(1_000);
    const reader = hub.events();
    const note = (first: number): NodeEvent => ({ type: 'direct-message', from: 'x' as PeerId, payload: new Uint8Array(256 * 1024).fill(first) });
    // An event costs a little beside its content, so that 63 fit into what 64 contents would fill.
    for (let i = 0; i < 63; i++) hub.emit(note(i));
    hub.emit(event(1));
    expect(onDropped).not.toHaveBeenCalled();
    hub.emit(note(63));
    expect(onDropped).toHaveBeenCalledTimes(1);
    expect((await reader.next()).value).toEqual(note(1));
    hub.emit(note(64));
    expect(onDropped).toHaveBeenCalledTimes(1);
  });

  it('that is slow loses the oldest, each counted, and nobody else does', async () => {
    const { hub, onDropped } = hubOf(2);
    const [slow, quick] = [hub.events(), hub.events()];
    for (let i = 1; i <= 5; i++) {
      hub.emit(event(i));
      expect((await quick.next()).value).toEqual(event(i));
    }
    expect(onDropped).toHaveBeenCalledTimes(3);
    expect(await drain(slow, 2)).toEqual([event(4), event(5)]);
  });

  it('hears nothing from before it began', async () => {
    const { hub } = hubOf();
    hub.emit(event(1));
    const reader = hub.events();
    hub.emit(event(2));
    expect(await drain(reader, 1)).toEqual([event(2)]);
  });

  it('ends with the loop that reads it', async () => {
    const { hub, onDropped } = hubOf(1);
    const reader = hub.events();
    hub.emit(event(1));
    for await (const each of reader) {
      expect(each).toEqual(event(1));
      break;
    }
    hub.emit(event(2));
    hub.emit(event(3));
    expect(onDropped).not.toHaveBeenCalled();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('gets what it has queued when the hub closes, and then the end', async () => {
    const { hub } = hubOf();
    const [behind, waiting] = [hub.events(), hub.events()];
    hub.emit(event(1));
    await waiting.next();
    const last = waiting.next();
    hub.close();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(await behind.next()).toEqual({ done: false, value: event(1) });
    expect(await behind.next()).toEqual({ done: true, value: undefined });
  });

  it('that begins after the end ends at once', async () => {
    const { hub } = hubOf();
    hub.close();
    const reader = hub.events();
    hub.emit(event(1));
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a listener', () => {
  it('hears its own type only, until it is removed', () => {
    const { hub } = hubOf();
    const listener = vi.fn();
    const end = hub.on('identity-cloned', listener);
    hub.emit(event(1));
    hub.emit(warning);
    end();
    end();
    hub.emit(event(2));
    expect(listener.mock.calls).toEqual([[event(1)]]);
  });

  it('is one of two when the same function is given twice', () => {
    const { hub } = hubOf();
    const listener = vi.fn();
    const end = hub.on('identity-cloned', listener);
    hub.on('identity-cloned', listener);
    end();
    hub.emit(event(1));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('that is removed by another in the middle of an event hears no more of it', () => {
    const { hub } = hubOf();
    const listener = vi.fn();
    hub.on('identity-cloned', () => end());
    const end = hub.on('identity-cloned', listener);
    hub.emit(event(1));
    expect(listener).not.toHaveBeenCalled();
  });

  it('that adds listeners in the middle of an event adds them for the next one', () => {
    const { hub } = hubOf();
    let calls = 0;
    const again = (): void => {
      calls++;
      hub.on('identity-cloned', again);
    };
    again();
    hub.emit(event(1));
    expect(calls).toBe(2);
    hub.emit(event(2));
    expect(calls).toBe(4);
  });

  it('that throws is the application\'s to hear of: the others are told, and who emits is not disturbed', () => {
    vi.useFakeTimers({ toFake: ['queueMicrotask'] });
    const { hub } = hubOf();
    const listener = vi.fn();
    hub.on('identity-cloned', () => {
      throw new Error('of the application');
    });
    hub.on('identity-cloned', listener);
    hub.emit(event(1));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(() => vi.runAllTicks()).toThrow('of the application');
    vi.useRealTimers();
  });

  it('hears nothing after the end', () => {
    const { hub } = hubOf();
    const listener = vi.fn();
    hub.on('identity-cloned', listener);
    hub.close();
    hub.emit(event(1));
    expect(listener).not.toHaveBeenCalled();
  });
});
