import { createHash } from 'node:crypto';
import { peerIdOf } from '@murmuration/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConformanceWorld, Identity } from '../conformance.ts';
import { startedAs, type Specimen } from '../conformance/specimen.ts';
import { memoryNetwork, type MemoryNetwork, type MemoryNetworkOptions } from './index.ts';
import { VirtualTime } from './virtual-time.test.support.ts';

const silenceMs = 2_000;

interface Pair {
  readonly time: VirtualTime;
  readonly network: MemoryNetwork;
  readonly world: ConformanceWorld;
  readonly one: Specimen;
  readonly two: Specimen;
}

function identityOf(name: string): Identity {
  const publicKey = createHash('sha256').update(name).digest();
  return { publicKey, secretKey: publicKey, peer: peerIdOf(publicKey) };
}

async function pair(options: MemoryNetworkOptions, idleTimeoutMs = silenceMs): Promise<Pair> {
  const time = new VirtualTime();
  const network = memoryNetwork({ ...options, schedule: time.schedule });
  const world: ConformanceWorld = {
    patienceMs: 1_000,
    faults: {},
    absent: {},
    identity: () => identityOf('unused'),
    deadAddresses: () => [],
    transport: ({ peer, publicKey }) => network.transport({ peer, publicKey, idleTimeoutMs, stalledWriteMs: 1_000 }),
  };
  const [one, two] = [await startedAs(world, identityOf('one')), await startedAs(world, identityOf('two'))];
  return { time, network, world, one, two };
}

function dial(source: Specimen, target: Specimen): void {
  // Whether it succeeds is seen in what the handlers hear.
  source.transport.dial({ peer: target.peer, addresses: target.transport.localAddresses }).catch(() => undefined);
}

const trace = ({ one, two }: Pair): string[] =>
  [one, two].map(({ heard }) =>
    heard.map((each) => (each.type === 'frame' ? `frame${each.frame[0]}` : each.type)).join(' '),
  );

async function exchange(seed: number): Promise<string[]> {
  const each = await pair({ seed, latencyMs: [1, 80], loss: 0.3 });
  dial(each.one, each.two);
  await each.time.pass(500);
  for (let at = 0; at < 50; at += 1) each.one.links[0]?.send(Uint8Array.of(at));
  await each.time.pass(500);
  expect(each.network.traffic.framesDelivered + each.network.traffic.framesLost).toBe(50);
  return trace(each);
}

test('the same seed gives the same run, another seed another', async () => {
  const [first, again, other] = [await exchange(1), await exchange(1), await exchange(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('lost frames leave gaps, never disorder', async () => {
  const frames = (await exchange(3))[1]?.match(/frame(\d+)/g)?.map((frame) => Number(frame.slice(5))) ?? [];
  expect(frames).toEqual(frames.toSorted((a, b) => a - b));
  expect(frames.length).toBeGreaterThan(20);
  expect(frames.length).toBeLessThan(50);
});

test('a cut in one direction is noticed by who hears nothing, and told to the other', async () => {
  const each = await pair({ latencyMs: [5, 5] });
  dial(each.one, each.two);
  await each.time.pass(100);
  each.network.cut(each.one.peer, each.two.peer);
  await each.time.pass(silenceMs * 2);
  expect([each.one.causes, each.two.causes]).toEqual([['transport-failed'], ['timeout']]);
  expect(each.network.traffic.parcelsCut).toBeGreaterThan(0);
});

test('a dial into a cut fails, and succeeds when the cut is mended', async () => {
  const each = await pair({ latencyMs: [5, 5] });
  each.network.cut(each.one.peer, each.two.peer);
  dial(each.one, each.two);
  await each.time.pass(6_000);
  expect([each.one.ups, each.two.ups]).toEqual([[], []]);
  each.network.mend(each.one.peer, each.two.peer);
  dial(each.one, each.two);
  await each.time.pass(100);
  expect([each.one.links.length, each.two.links.length]).toEqual([1, 1]);
});

test('a dial that waited for the outcome of ours becomes the link when ours fails', async () => {
  const each = await pair({ latencyMs: [5, 5] });
  const [smaller, larger] = each.one.peer < each.two.peer ? [each.one, each.two] : [each.two, each.one];
  each.network.cut(smaller.peer, larger.peer);
  dial(smaller, larger);
  await each.time.pass(100);
  each.network.mend(smaller.peer, larger.peer);
  dial(larger, smaller);
  await each.time.pass(4_000);
  expect([smaller.links.length, larger.links.length]).toEqual([0, 0]);
  await each.time.pass(1_000);
  expect([smaller.links[0]?.direction, larger.links[0]?.direction]).toEqual(['inbound', 'outbound']);
});

type Step = readonly [action: number, side: 0 | 1, waitMs: number];

async function perform(each: Pair, sides: Specimen[], [action, side, waitMs]: Step): Promise<void> {
  const [self, other] = [sides[side] as Specimen, sides[1 - side] as Specimen];
  if (action <= 3) dial(self, other);
  if (action === 0) dial(other, self);
  if (action === 4) self.links[0]?.close();
  if (action === 5) each.network.cut(self.peer, other.peer);
  if (action === 6) each.network.mend(self.peer, other.peer);
  if (action === 7) {
    each.network.kill(self.peer);
    sides[side] = await startedAs(each.world, self.identity);
  }
  await each.time.pass(waitMs);
}

const step = fc.tuple(fc.nat(7), fc.constantFrom(0 as const, 1 as const), fc.constantFrom(0, 1, 7, 30, 90, 700, 2_500));

/** The rule of one link per pair (port, 6), under every order of events that latency, cuts and deaths can make. */
test('whatever happened, once it is over two dials leave one link that works in both directions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 14 }), async (seed, steps) => {
      // Silence is noticed too late to help: only openings can tell which link lives.
      const each = await pair({ seed, latencyMs: [1, 60] }, 600_000);
      const sides = [each.one, each.two];
      for (const one of steps) await perform(each, sides, one);
      const [one, two] = sides as [Specimen, Specimen];
      each.network.mend(one.peer, two.peer);
      each.network.mend(two.peer, one.peer);
      // Dials that met a cut have given up after this.
      await each.time.pass(6_000);
      dial(one, two);
      dial(two, one);
      await each.time.pass(1_000);
      for (const specimen of [each.one, each.two, one, two]) specimen.assertPaired();
      expect([one.links.length, two.links.length]).toEqual([1, 1]);
      const before = [one.frames.length, two.frames.length] as const;
      expect([one.links[0]?.send(Uint8Array.of(1)), two.links[0]?.send(Uint8Array.of(2))]).toEqual([true, true]);
      await each.time.pass(200);
      expect([one.frames.length, two.frames.length]).toEqual([before[0] + 1, before[1] + 1]);
    }),
    { numRuns: 1_500 },
  );
});
