/** Cases on addresses and strangers: self, nobody, ports, stopping, garbage. */
import { strict as assert } from 'node:assert';
import type { ConformanceCase } from '../conformance.ts';
import type { TransportErrorDetails } from '../errors.ts';
import { linked, patterned, rejection, Specimen, started } from './specimen.ts';
import type { Faults } from './world.ts';

export const doorCases: readonly ConformanceCase[] = [
  {
    name: 'a dial to ourselves is refused as dialed-self, by name and by address',
    run: async (world) => {
      const specimen = await started(world);
      const addresses = specimen.transport.localAddresses;
      const bare = addresses.map((address) => address.replace(/\/p2p\/.*/, ''));
      await rejection(specimen.transport.dial({ peer: specimen.peer, addresses }), 'dialed-self');
      await rejection(specimen.transport.dial({ addresses: bare }), 'dialed-self');
      assert.deepEqual(specimen.heard, []);
    },
  },
  {
    name: 'a dial to nobody fails with every attempt, and can be repeated',
    run: async (world) => {
      const specimen = await started(world);
      const addresses = world.deadAddresses();
      for (let round = 0; round < 2; round += 1) {
        const { peer } = world.identity();
        const error = await rejection(specimen.transport.dial({ peer, addresses }), 'dial-failed');
        const { attempts } = error.details as TransportErrorDetails['dial-failed'];
        assert.deepEqual(attempts.map(({ address }) => address), addresses);
        assert.ok(attempts.every(({ reason }) => reason.length > 0));
        assert.equal((error as Error & { isRetryable?: boolean }).isRetryable, true);
      }
    },
  },
  {
    name: 'a port in use is refused as address-in-use, and disturbs nobody',
    run: async (world) => {
      const [dialer, acceptor, link] = await linked(world);
      for (const address of acceptor.transport.localAddresses) {
        const intruder = new Specimen(world, world.identity(), {}, [address]);
        const error = await rejection(intruder.transport.start(intruder), 'address-in-use');
        assert.match(error.message, /in use/);
        assert.deepEqual(intruder.transport.localAddresses, []);
      }
      assert.ok(link.send(patterned(10, 1)));
      await acceptor.until('the frame arrived', () => acceptor.frames.length === 1);
      assert.deepEqual([dialer.causes, acceptor.causes], [[], []]);
    },
  },
  {
    name: 'stop ends every link, frees the ports, and may be called twice',
    run: async (world) => {
      const [dialer, acceptor] = await linked(world);
      const addresses = acceptor.transport.localAddresses;
      await Promise.all([acceptor.transport.stop(), acceptor.transport.stop()]);
      await acceptor.transport.stop();
      assert.deepEqual([acceptor.causes, acceptor.transport.localAddresses], [['closed-locally'], []]);
      assert.ok(acceptor.transport.health().every(({ state }) => state === 'off'));
      await rejection(acceptor.transport.dial({ addresses: dialer.transport.localAddresses }), 'not-started');
      const heir = await started(world, {}, addresses);
      const bare = (list: readonly string[]): string[] => list.map((address) => address.replace(/\/p2p\/.*/, ''));
      assert.deepEqual(bare(heir.transport.localAddresses), bare(addresses));
    },
  },
  {
    name: 'garbage on the listening sockets is turned away and counted, and another link keeps working',
    needs: ['garbage'],
    run: async (world) => {
      const [dialer, acceptor, link] = await linked(world);
      const expected = await (world.faults as Faults).garbage(acceptor.transport);
      await acceptor.until('all garbage is counted', () => acceptor.refusals.length >= expected);
      assert.deepEqual(acceptor.refusals, Array.from({ length: expected }, () => 'handshake-failed'));
      assert.ok(link.send(patterned(1_000, 1)));
      await acceptor.until('the frame arrived', () => acceptor.frames.length === 1);
      assert.deepEqual([dialer.causes, acceptor.causes], [[], []]);
    },
  },
  {
    name: 'a connection that never asks for a link is closed and counted',
    needs: ['idleStranger'],
    run: async (world) => {
      const specimen = await started(world, { negotiationTimeoutMs: 300 });
      await (world.faults as Faults).idleStranger(specimen.transport);
      await specimen.until('the stranger is counted', () => specimen.refusals.length >= 1);
      assert.deepEqual([specimen.refusals, specimen.ups], [['negotiation-failed'], []]);
    },
  },
];
