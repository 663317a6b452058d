/** The way in: in slices, bounded, and not to be stopped by one bad frame. */
import {
  beginFrame, frameBytesMax, noPeer, protocolVersion, silentObserver, writeMessage,
  type BatchHandle, type BatchMessage, type Millis, type Observer, type WallMillis,
} from '@murmuration/protocol';
import type { Link } from '@murmuration/transport';
import { describe, expect, it } from 'vitest';
import type { Assembly } from './assembly.ts';
import type { Clock } from './clock.ts';
import { self } from './loop.ts';
import { World, type Stranger } from './world.test.support.ts';

/** A clock on which every look costs time: as if the work between two looks did. */
function slowClock(costMs: number): Clock {
  let now = 0;
  return { now: () => (now += costMs) as Millis, wallNow: () => 1 as WallMillis };
}

/** The parts of a node with a link that its core asked for, whose frames the test brings. */
async function linked(world: World, options: { readonly costMs?: number; readonly observer?: Partial<Observer> } = {}) {
  const clock = options.costMs === undefined ? undefined : slowClock(options.costMs);
  const parts = await world.parts({ observer: { ...silentObserver, ...options.observer }, ...(clock && { clock }) });
  const stranger = await world.stranger();
  const link = linkOf(stranger);
  parts.links.onLinkUp(link);
  parts.links.onFrame(link, stranger.hello());
  const peer = parts.book.find(stranger.identity.publicKey);
  parts.links.join(peer);
  return { parts, stranger, link, peer, bring: (frame: Uint8Array): void => parts.links.onFrame(link, frame) };
}

function linkOf({ identity: { peer, publicKey } }: Stranger): Link {
  const fixed = { transport: 'memory', direction: 'inbound', remoteAddress: '/memory/0', bufferedBytes: 0 } as const;
  return { peer, publicKey, ...fixed, send: () => true, close: () => undefined };
}

function roundFrame(high: number): Uint8Array {
  const frame = beginFrame();
  writeMessage(frame, { type: 'round', digest: { high, low: 0 }, isReply: true }, {} as never);
  return frame.finish();
}

function neighborFrame(): Uint8Array {
  const frame = beginFrame();
  writeMessage(frame, { type: 'neighbor', isUrgent: true }, {} as never);
  return frame.finish();
}

function batchFrame(bytes: Uint8Array, hops: number): Uint8Array {
  const frame = beginFrame();
  writeMessage(frame, { type: 'batch', hops, place: 'next' } as BatchMessage, { bytesOf: () => bytes } as never);
  return frame.finish();
}

const end = ({ loop }: Assembly): void => loop.stop();

describe('ingress', () => {
  it('reads at once what it has time for, and the rest in later slices, however many calls bring it', async () => {
    await using world = new World();
    let heard = 0;
    const { parts, bring } = await linked(world, { costMs: 1, observer: { digestCompared: () => void heard++ } });
    for (let i = 0; i < 40; i++) bring(roundFrame(i));
    const atOnce = heard;
    expect(atOnce).toBeGreaterThan(0);
    expect(atOnce).toBeLessThan(40);
    await world.pass(0);
    expect(heard).toBeGreaterThan(atOnce);
    await world.until(() => heard === 40, 'all are read');
    end(parts);
  });

  it('holds 4 MiB of frames that wait of one peer, and drops and counts what is beyond', async () => {
    await using world = new World();
    const { parts, bring } = await linked(world, { costMs: 10 });
    const held = Math.floor((4 * 1024 * 1024) / frameBytesMax);
    for (let i = 0; i < 60; i++) bring(new Uint8Array(frameBytesMax));
    expect(parts.counters.snapshot()).toEqual({ 'dropped.ingress-full': 60 - held });
    end(parts);
  });

  it.each([
    ['nothing that waits', 9],
    ['nothing that comes', 0],
  ])('reads %s once the node has ended', async (_what, framesBefore) => {
    await using world = new World();
    const { parts, bring } = await linked(world, { costMs: 3 });
    const member = await world.stranger();
    const claims = member.claims([member.introduction]);
    for (let i = 0; i < framesBefore; i++) bring(roundFrame(i));
    if (framesBefore > 0) bring(claims);
    end(parts);
    await world.pass(100);
    bring(claims);
    await world.pass(100);
    expect(parts.book.find(member.identity.publicKey)).toBe(noPeer);
  });

  it('BYZ5: does not read what still waits of a peer that an earlier frame has banned', async () => {
    await using world = new World();
    const { parts, bring } = await linked(world, { costMs: 1 });
    const member = await world.stranger();
    for (let i = 0; i < 9; i++) bring(roundFrame(i));
    bring(Uint8Array.of(protocolVersion, 99));
    bring(member.claims([member.introduction]));
    await world.until(() => (parts.counters.snapshot()['ignored.sender-banned'] ?? 0) > 0, 'the last frame had its turn');
    expect(parts.counters.snapshot()).toMatchObject({ 'offence.malformed-frame': 1, 'ignored.sender-banned': 1 });
    expect(parts.book.find(member.identity.publicKey)).toBe(noPeer);
    end(parts);
  });

  it('makes no neighbor of a peer whose link has ended while its frames waited, and hears its last word', async () => {
    await using world = new World();
    const { parts, stranger, link, peer, bring } = await linked(world, { costMs: 1 });
    for (let i = 0; i < 9; i++) bring(roundFrame(i));
    bring(neighborFrame());
    bring(stranger.claims([stranger.introduction]));
    parts.links.onLinkDown(link, 'closed-by-peer');
    await world.until(() => (parts.counters.snapshot()['dropped.late-message'] ?? 0) > 0, 'what waited is read');
    await world.pass(100);
    expect(parts.mesh.isNeighbor(self, peer)).toBe(false);
    expect(parts.mesh.members(self).map((member) => member.peer)).toContain(peer);
    end(parts);
  });

  it('hands on the hops with which a batch came, as they were said', async () => {
    await using world = new World();
    const { parts, bring } = await linked(world);
    for (const hops of [0, 9, 255]) {
      const author = await world.stranger();
      bring(author.claims([author.introduction]));
      bring(batchFrame(author.batch(), hops));
    }
    const kept = [0, 1, 2].map((handle) => parts.replica.batchOf(self, handle as BatchHandle)?.hops);
    expect(kept).toEqual([0, 9, 255]);
    end(parts);
  });

  it('goes on with the next frame after one at which something of ours threw', async () => {
    await using world = new World();
    let heard = 0;
    const digestCompared = (): void => {
      heard++;
      if (heard === 1) throw new Error('a bug');
    };
    const { parts, bring } = await linked(world, { observer: { digestCompared } });
    expect(() => bring(roundFrame(1))).toThrow('a bug');
    bring(roundFrame(2));
    expect(heard).toBe(2);
    end(parts);
  });
});
