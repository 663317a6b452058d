/** The life of what we want to say, one step at a time: waiting, handed over, settled once. */
import { millis, type DirectMessage, type Millis, type PeerId, type PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';
import { Errands, type Order } from './direct-errands.ts';

const peer = 3 as PeerIndex;
const other = 4 as PeerIndex;

/** Errands over a link that a test puts up, fills and takes away; time passes as it says. */
function desk({ isUp = true, firstId = 0 } = {}) {
  const world = { isUp, takes: true, nowMs: 0, handed: [] as DirectMessage[], reached: [] as PeerIndex[], counters: new Counters() };
  const alarms = new Map<() => void, number>();
  const errands = new Errands({
    loop: {
      now: (): Millis => millis(world.nowMs),
      after: (delayMs, task) => {
        alarms.set(task, world.nowMs + delayMs);
        return () => void alarms.delete(task);
      },
    },
    counters: world.counters,
    idOf: (index) => `peer ${index}` as PeerId,
    isReached: () => world.isUp,
    reach: (to) => void world.reached.push(to),
    hand: (_to, message) => world.takes && world.handed.push(message) > 0,
    draw: () => firstId,
  });
  const pass = (ms: number): void => {
    world.nowMs += ms;
    for (const [task, atMs] of alarms) if (atMs <= world.nowMs) task();
  };
  return { world, errands, alarms, pass };
}

const order = (given: Partial<Order> = {}): Order =>
  ({ to: peer, kind: 'request', payload: Uint8Array.of(1), deadlineMs: 1_000, signal: undefined, ...given });
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'settled', (error: { code: string }) => error.code);
const idOf = (message: DirectMessage | undefined): number => (message !== undefined && 'id' in message ? message.id : -1);

describe('an errand', () => {
  it('waits for a link and is handed over once, with the time that is left', async () => {
    const { world, errands, pass } = desk({ isUp: false });
    const answer = errands.run(order());
    expect([world.reached, world.handed]).toEqual([[peer], []]);
    pass(400);
    world.isUp = true;
    errands.onReached(other);
    expect(world.handed).toEqual([]);
    errands.onReached(peer);
    errands.onReached(peer);
    expect(world.handed).toEqual([{ type: 'direct', kind: 'request', id: 1, deadlineMs: 600, payload: Uint8Array.of(1) }]);
    errands.onAnswer(peer, { type: 'direct', kind: 'answer', id: 1, payload: Uint8Array.of(2) });
    expect(await answer).toEqual(Uint8Array.of(2));
  });

  it('DIR3: that waits for a link is settled by no answer', async () => {
    const { world, errands, pass } = desk({ isUp: false });
    const code = codeOf(errands.run(order()));
    errands.onAnswer(peer, { type: 'direct', kind: 'answer', id: 1, payload: Uint8Array.of(2) });
    expect(world.counters.snapshot()).toEqual({ 'direct.stray-answer': 1 });
    pass(1_000);
    expect(await code).toBe('deadline-exceeded');
  });

  it('DIR6: fails where the link does not take it, and does not wait for an answer', async () => {
    const { world, errands, alarms } = desk();
    world.takes = false;
    expect(await Promise.all([codeOf(errands.run(order())), codeOf(errands.run(order({ kind: 'note' })))])).toEqual(['link-full', 'link-full']);
    expect([alarms.size, errands.isWaitingFor(peer)]).toEqual([0, false]);
  });

  it('fails where no link can be made, but not while there is one', async () => {
    const { world, errands } = desk({ isUp: false });
    const waiting = errands.run(order({ kind: 'note' }));
    const cause = new Error('nobody answers');
    world.isUp = true;
    errands.onUnreachable(peer, cause);
    expect(errands.isWaitingFor(peer)).toBe(true);
    world.isUp = false;
    errands.onUnreachable(peer, cause);
    await expect(waiting).rejects.toMatchObject({ code: 'unreachable', cause, isRetryable: true });
  });

  it('DIR8: fails when its link ends, and those to others do not', async () => {
    const { errands } = desk();
    const [first, second] = [errands.run(order()), errands.run(order({ to: other }))];
    errands.onEnded(peer);
    expect(await codeOf(first)).toBe('unreachable');
    errands.onAnswer(other, { type: 'direct', kind: 'refusal', id: 2, reason: 'busy' });
    expect(await codeOf(second)).toBe('busy');
  });

  it('leaves neither an alarm nor a listener behind', async () => {
    const { errands, alarms, pass } = desk();
    const ending = new AbortController();
    await errands.run(order({ kind: 'note', signal: ending.signal }));
    const aborted = codeOf(errands.run(order({ signal: ending.signal })));
    const late = codeOf(errands.run(order({ deadlineMs: 5 })));
    const closed = codeOf(errands.run(order()));
    ending.abort();
    pass(5);
    errands.close();
    expect(await Promise.all([aborted, late, closed])).toEqual(['aborted', 'deadline-exceeded', 'closed']);
    expect([alarms.size, errands.isWaitingFor(peer)]).toEqual([0, false]);
    expect(await codeOf(errands.run(order()))).toBe('closed');
  });

  it('has an id that no other waits for, past the last one, too', () => {
    const { world, errands } = desk({ firstId: 0xffff_fffd });
    const unsettled = Array.from({ length: 4 }, () => codeOf(errands.run(order())));
    expect(unsettled).toHaveLength(4);
    expect(world.handed.map(idOf)).toEqual([0xffff_fffe, 0xffff_ffff, 0, 1]);
  });
});
