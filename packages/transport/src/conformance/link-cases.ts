/** Cases on the life of links: identity, one per pair, reconnecting, silence, sudden death. */
import { strict as assert } from 'node:assert';
import type { ConformanceCase } from '../conformance.ts';
import { linked, patterned, rejection, started, startedAs } from './specimen.ts';
import type { Faults } from './world.ts';

export const linkCases: readonly ConformanceCase[] = [
  {
    name: 'both ends of a link know the proven identity of the other',
    run: async (world) => {
      const [dialer, acceptor, out, back] = await linked(world);
      assert.deepEqual([out.peer, back.peer], [acceptor.peer, dialer.peer]);
      assert.equal(Buffer.compare(out.publicKey, acceptor.identity.publicKey), 0);
      assert.equal(Buffer.compare(back.publicKey, dialer.identity.publicKey), 0);
      assert.deepEqual([out.direction, back.direction, out.transport], ['outbound', 'inbound', back.transport]);
      assert.equal(dialer.ups[0], out, 'dial resolves with the link that went up');
    },
  },
  {
    name: 'a dial by address alone accepts whoever answers',
    run: async (world) => {
      const [dialer, acceptor] = [await started(world), await started(world)];
      const bare = acceptor.transport.localAddresses.map((address) => address.replace(/\/p2p\/.*/, ''));
      assert.equal((await dialer.transport.dial({ addresses: bare })).peer, acceptor.peer);
    },
  },
  {
    name: 'a dial that reaches another identity is refused as wrong-peer, and no link remains',
    run: async (world) => {
      const [dialer, acceptor] = [await started(world), await started(world)];
      const addresses = acceptor.transport.localAddresses.map((address) => address.replace(/\/p2p\/.*/, ''));
      await rejection(dialer.transport.dial({ peer: world.identity().peer, addresses }), 'wrong-peer');
      assert.deepEqual([dialer.links, acceptor.links], [[], []]);
    },
  },
  {
    name: 'dials to a linked peer, and concurrent dials, share one link',
    run: async (world) => {
      const [dialer, acceptor] = [await started(world), await started(world)];
      const target = { peer: acceptor.peer, addresses: acceptor.transport.localAddresses };
      const links = await Promise.all([1, 2, 3].map(() => dialer.transport.dial(target)));
      links.push(await dialer.transport.dial(target));
      assert.equal(new Set(links).size, 1);
      assert.deepEqual([dialer.ups.length, acceptor.ups.length], [1, 1]);
    },
  },
  {
    name: 'two dials at once leave one link, the same at both ends: that of the smaller id',
    run: async (world) => {
      for (let round = 0; round < 10; round += 1) {
        const [one, two] = [await started(world), await started(world)];
        const [first, second] = await Promise.all([
          one.transport.dial({ peer: two.peer, addresses: two.transport.localAddresses }),
          two.transport.dial({ peer: one.peer, addresses: one.transport.localAddresses }),
        ]);
        await one.until('one link is left', () => one.links.length === 1 && two.links.length === 1);
        assert.deepEqual([one.links[0], two.links[0]], [first, second], 'dial resolves with the link that is kept');
        assert.notEqual(first.direction, second.direction, 'both ends keep the same link');
        assert.ok(first.send(patterned(9, round)) && second.send(patterned(9, round)));
        await one.until('both frames arrived', () => one.frames.length === 1 && two.frames.length === 1);
        one.assertPaired();
        two.assertPaired();
        await Promise.all([one.transport.stop(), two.transport.stop()]);
      }
    },
  },
  {
    name: 'after a close the next dial makes a new link',
    run: async (world) => {
      const [dialer, acceptor, link] = await linked(world);
      for (let round = 1; round <= 5; round += 1) {
        dialer.links[0]?.close();
        const next = await dialer.transport.dial({ peer: acceptor.peer, addresses: acceptor.transport.localAddresses });
        assert.notEqual(next, link);
        assert.ok(next.send(patterned(100, round)));
        await acceptor.until('the frame arrived', () => acceptor.frames.length === round);
      }
      assert.equal(acceptor.links.length, 1);
      dialer.assertPaired();
      acceptor.assertPaired();
    },
  },
  {
    name: 'an idle link lives on its keep-alives, which are no frames',
    run: async (world) => {
      const idleTimeoutMs = 600;
      const [dialer, acceptor, link] = await linked(world, { idleTimeoutMs });
      await new Promise<void>((resolve) => setTimeout(resolve, idleTimeoutMs * 3));
      assert.deepEqual([dialer.causes, acceptor.causes, dialer.frames, acceptor.frames], [[], [], [], []]);
      assert.ok(link.send(patterned(10, 1)));
      await acceptor.until('the frame arrived', () => acceptor.frames.length === 1);
    },
  },
  {
    name: 'a peer that fell silent behind an open connection is given up with timeout',
    needs: ['distantPeer'],
    run: async (world) => {
      const specimen = await started(world, { idleTimeoutMs: 800, stalledWriteMs: 60_000 });
      const distant = await (world.faults as Faults).distantPeer(world.identity(), { idleTimeoutMs: 60_000 });
      const target = { peer: distant.peer, addresses: distant.addresses };
      await specimen.transport.dial(target);
      await distant.freeze();
      const frozenAt = performance.now();
      await specimen.until('the link is down', () => specimen.causes.length === 1);
      assert.deepEqual(specimen.causes, ['timeout']);
      const tookMs = performance.now() - frozenAt;
      assert.ok(tookMs > 200 && tookMs < 8_000, `noticed after ${tookMs} ms`);
    },
  },
  {
    name: 'a peer that was killed and restarted replaces its dead link at once, in order',
    needs: ['distantPeer'],
    run: async (world) => {
      const specimen = await started(world, { idleTimeoutMs: 60_000 });
      const identity = world.identity();
      const limits = { idleTimeoutMs: 60_000 };
      const first = await (world.faults as Faults).distantPeer(identity, limits);
      await first.dial(specimen.transport.localAddresses);
      await specimen.until('the first link is up', () => specimen.ups.length === 1);
      await first.kill();
      const second = await (world.faults as Faults).distantPeer(identity, limits);
      const dialedAt = performance.now();
      await second.dial(specimen.transport.localAddresses);
      await specimen.until('the second link is up', () => specimen.ups.length === 2);
      assert.ok(performance.now() - dialedAt < 8_000, 'long before the silence was noticed');
      specimen.assertPaired();
      assert.deepEqual(specimen.heard.map(({ type }) => type), ['up', 'down', 'up']);
      // A kernel may tell of a death that a wire of its own does not notice.
      assert.ok(['replaced', 'transport-failed'].includes(specimen.causes[0] ?? ''), specimen.causes[0]);
    },
  },
  {
    name: 'a peer restarted in order is reached again at the same address',
    run: async (world) => {
      const [dialer, acceptor] = await linked(world);
      const addresses = acceptor.transport.localAddresses;
      await acceptor.transport.stop();
      await dialer.until('the link is down', () => dialer.causes.length === 1);
      assert.deepEqual(dialer.causes, ['closed-by-peer']);
      const again = await startedAs(world, acceptor.identity, {}, addresses);
      await dialer.transport.dial({ peer: acceptor.peer, addresses });
      await again.until('the link is up', () => again.links.length === 1);
      assert.deepEqual(again.transport.localAddresses, addresses);
    },
  },
  {
    name: 'ups and downs come in pairs through quick changes, and no frame lies outside of them',
    run: async (world) => {
      const specimens = await Promise.all([1, 2, 3, 4].map(() => started(world)));
      for (let round = 0; round < 6; round += 1) {
        const pairs = specimens.flatMap((source) => specimens.map((target) => [source, target] as const));
        const dials = pairs
          .filter(([source, target]) => source !== target)
          .map(([source, { peer, transport }]) => source.transport.dial({ peer, addresses: transport.localAddresses }));
        await Promise.allSettled(dials);
        for (const specimen of specimens) for (const link of specimen.links) link.send(patterned(50, round));
        for (const link of specimens[round % 4]?.links ?? []) link.close();
      }
      await Promise.all(specimens.map((specimen) => specimen.transport.stop()));
      for (const specimen of specimens) {
        specimen.assertPaired();
        assert.deepEqual(specimen.links, [], 'stop leaves no link up');
        assert.ok(specimen.ups.length >= 3);
      }
    },
  },
];
