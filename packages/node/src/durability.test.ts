/** A node that only listens keeps what it heard, and notices a disk that fails. */
import { describe, expect, it } from 'vitest';
import { keepDurable } from './durability.ts';
import { NodeError } from './errors.ts';
import { World } from './world.test.support.ts';

describe('durability', () => {
  it('syncs within a second what nobody waits for', async () => {
    await using world = new World();
    let syncs = 0;
    const parts = await world.parts({ log: { sync: async () => void syncs++ } });
    keepDurable(parts);
    await world.pass(5_050);
    expect(syncs).toBe(5);
    parts.loop.stop();
    await world.pass(5_000);
    expect(syncs).toBe(5);
  });

  it('says once that the disk has failed, refuses writes from then on, and tries nothing again', async () => {
    await using world = new World();
    const failure = new NodeError('storage-failed', 'no space is left', { path: 'log.bin' });
    let syncs = 0;
    const sync = (): Promise<void> => {
      syncs++;
      return syncs < 3 ? Promise.resolve() : Promise.reject(failure);
    };
    const parts = await world.parts({ log: { sync } });
    const reasons: string[] = [];
    parts.hub.on('storage-failed', ({ reason }) => reasons.push(reason));
    keepDurable(parts);
    await world.pass(10_000);
    expect(reasons).toEqual(['no space is left']);
    expect(syncs).toBe(3);
    await expect(parts.writer.write([{ type: 'register-delete', key: 'k' }])).rejects.toBe(failure);
    parts.loop.stop();
  });
});
