/** When a write counts as done: not before the disk has it. */
import type { Millis, Update, WallMillis } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from './clock.ts';
import { NodeError } from './errors.ts';
import { selfPeer } from './loop.ts';
import type { LogRecord } from './storage/ports.ts';
import { World } from './world.test.support.ts';

const set = (key: string): Update[] => [{ type: 'register-set', key, value: Uint8Array.of(1) }];

/** The time of a node whose process stands still now and then. */
class LateClock implements Clock {
  lateMs = 0;

  now(): Millis {
    return (systemClock.now() + this.lateMs) as Millis;
  }

  wallNow(): WallMillis {
    return systemClock.wallNow();
  }
}

describe('the writer', () => {
  it('acknowledges a write when the log is synced, and no earlier', async () => {
    await using world = new World();
    const disk = Promise.withResolvers<void>();
    const { writer, replica, loop, epoch } = await world.parts({ log: { sync: () => disk.promise } });
    let isDone = false;
    const writing = writer.write(set('k')).then((receipt) => {
      isDone = true;
      return receipt;
    });
    await world.pass(1_000);
    expect(replica.register(selfPeer, 'k')).toEqual(Uint8Array.of(1));
    expect(isDone).toBe(false);
    disk.resolve();
    expect(await writing).toEqual({ epoch, sequence: 1 });
    loop.stop();
  });

  it('appends before it syncs', async () => {
    await using world = new World();
    const steps: string[] = [];
    const append = ({ type }: LogRecord): void => void steps.push(type);
    const sync = async (): Promise<void> => void steps.push('sync');
    const { writer, loop } = await world.parts({ log: { append, sync } });
    await world.resolved(writer.write(set('k')));
    expect(steps).toEqual(['batch', 'sync']);
    loop.stop();
  });

  it('hands the failure of the disk to every write that waits for it', async () => {
    await using world = new World();
    const failure = new NodeError('storage-failed', 'no space is left', { path: 'log.bin' });
    const { writer, loop } = await world.parts({ log: { sync: () => Promise.reject(failure) } });
    const outcomes = await world.resolved(Promise.allSettled([writer.write(set('a')), writer.write(set('b'))]));
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([failure, failure]);
    loop.stop();
  });

  it('seals what waited before its end, and takes nothing after it', async () => {
    await using world = new World();
    const { writer, loop } = await world.parts();
    const before = writer.write(set('a'));
    writer.end(new NodeError('closed', 'the node is closed', {}));
    const after = writer.write(set('b'));
    await expect(after).rejects.toMatchObject({ code: 'closed' });
    expect(() => writer.assertWritable()).toThrow('the node is closed');
    expect(await world.resolved(before)).toMatchObject({ sequence: 1 });
    loop.stop();
  });

  it('that is refused drops what waits, and says the same to everybody from then on', async () => {
    await using world = new World();
    const { writer, replica, loop } = await world.parts();
    const cloned = new NodeError('identity-cloned', 'a copy is at work', { epoch: 3 });
    const waiting = writer.write(set('a'));
    writer.refuse(cloned);
    await expect(waiting).rejects.toBe(cloned);
    await world.pass(10);
    expect(replica.register(selfPeer, 'a')).toBeUndefined();
    writer.end(new NodeError('closed', 'the node is closed', {}));
    await expect(writer.write(set('b'))).rejects.toBe(cloned);
    loop.stop();
  });

  it('whose batches are sealed late gathers messages for four times as long, for half a second at most', async () => {
    await using world = new World();
    const clock = new LateClock();
    const { messageWriter, loop } = await world.parts({ clock });
    const sealedAt = (): Promise<number> =>
      messageWriter.write([{ type: 'message', topic: 't', payload: Uint8Array.of(1), origin: new Uint8Array(0) }]).then(() => systemClock.now());
    const gapAfter = async (lag: number): Promise<number> => {
      const first = sealedAt();
      clock.lateMs += lag;
      const begunAt = await world.resolved(first);
      return (await world.resolved(sealedAt())) - begunAt;
    };
    expect(await gapAfter(0)).toBeCloseTo(10, 0);
    await world.pass(1_000);
    expect(await gapAfter(50)).toBeCloseTo(200, 0);
    await world.pass(1_000);
    expect(await gapAfter(60_000)).toBeCloseTo(500, 0);
    // Half of the lateness is left with each batch, and nothing after a second.
    expect(await gapAfter(0)).toBeLessThan(300);
    for (let i = 0; i < 6; i++) await gapAfter(0);
    expect(await gapAfter(0)).toBeCloseTo(10, 0);
    expect(await gapAfter(100)).toBeCloseTo(400, 0);
    await world.pass(1_100);
    expect(await gapAfter(0)).toBeCloseTo(10, 0);
    loop.stop();
  });

  it('whose batches are sealed late lets no batch wait that is full', async () => {
    await using world = new World();
    const clock = new LateClock();
    const { messageWriter, loop } = await world.parts({ clock });
    const say = (): Promise<unknown> =>
      messageWriter.write([{ type: 'message', topic: 't', payload: new Uint8Array(60_000), origin: new Uint8Array(0) }]);
    const first = say();
    clock.lateMs += 60_000;
    await world.resolved(first);
    const begunAt = systemClock.now();
    await world.resolved(Promise.all(Array.from({ length: 80 }, say)));
    // Ten batches of eight, 10 ms apart, and a gap at the end, where the last is not full.
    expect(systemClock.now() - begunAt).toBeLessThan(700);
    loop.stop();
  });

  it('chains its batches: each continues where the one before it ended', async () => {
    await using world = new World();
    const { writer, replica, loop, epoch, mesh } = await world.parts();
    const sequences: number[] = [];
    for (const key of ['a', 'b', 'c']) sequences.push((await world.resolved(writer.write([...set(key), ...set(`${key}2`)]))).sequence);
    expect(sequences).toEqual([2, 4, 6]);
    expect(replica.headOf(selfPeer, epoch).nextSequence).toBe(7);
    expect(mesh.frontier(0 as Parameters<typeof mesh.frontier>[0])).toEqual([{ author: selfPeer, epoch, sequence: 6 }]);
    loop.stop();
  });
});
