import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identity } from '../libp2p/identity.test.support.ts';
import { waitAfterMs } from './keeper.ts';
import { bridged, until } from './plain.test.support.ts';

test('waits double from 250 ms to 30 s, with at most a quarter more', () => {
  const waits = [1, 2, 3, 7, 8, 100, 5_000].map((attempts) => waitAfterMs(attempts, 0));
  expect(waits).toEqual([250, 500, 1_000, 16_000, 30_000, 30_000, 30_000]);
  fc.assert(fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (before, jitter) => {
    const waitMs = waitAfterMs(before + 1, jitter);
    expect(waitMs).toBeGreaterThanOrEqual(waitAfterMs(before + 1, 0));
    expect(waitMs).toBeLessThanOrEqual(37_500);
  }));
});

test('an address where nobody answers, or another answers, is dialed again and again', async () => {
  const [nobody, another] = [identity(), identity()];
  const wrong = await bridged('tcp');
  const [address] = wrong.bridge.addresses.map((each) => each.replace(wrong.bridge.self, another.peer));
  const seen = await bridged('tcp', { peers: [`/ip4/127.0.0.1/tcp/1/p2p/${nobody.peer}`, address ?? ''] });
  await until('both were tried three times', () => seen.bridge.health().kept.every(({ attempts }) => attempts >= 3));
  const kept = seen.bridge.health().kept.map(({ peer, isConnected }) => [peer, isConnected]);
  expect(kept).toEqual([[nobody.peer, false], [another.peer, false]]);
  expect(seen.bridge.health().peers).toBe(0);
  await Promise.all([seen.bridge.stop(), wrong.bridge.stop()]);
});
