import type { Listener } from '@libp2p/interface';
import { afterEach, expect, test, vi } from 'vitest';
import { multiaddr } from '@multiformats/multiaddr';
import { startEngine, type Engine } from './engine.ts';
import { identity } from './identity.test.support.ts';
import { Listeners } from './listeners.ts';
import { resolveOptions } from './options.ts';
import { decideRestart, QuicSupervisor } from './quic-supervisor.ts';

const minute = 60_000;
const engines: Engine[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map(({ node }) => node.stop()));
});

test('restarts back off from 1 s, doubling', () => {
  const waits = [0, 1, 2, 3, 4].map((earlier) => decideRestart(Array.from({ length: earlier }, () => 0), minute));
  expect(waits).toEqual([1, 2, 4, 8, 16].map((seconds) => ({ type: 'restart', afterMs: seconds * 1_000 })));
});

test('a death after five restarts within ten minutes is the last one', () => {
  expect(decideRestart([1, 2, 3, 4, 5], 10 * minute)).toEqual({ type: 'give-up' });
});

test('restarts that lie ten minutes back are forgiven', () => {
  expect(decideRestart([0, 0, 0, 0, 0], 10 * minute)).toEqual({ type: 'restart', afterMs: 1_000 });
});

test('a listener that never comes back is given up after five attempts, and closed', async () => {
  const [told, waitedMs]: [string[], number[]] = [[], []];
  const closed = Promise.withResolvers<void>();
  const supervisor = new QuicSupervisor(
    {
      isAlive: async () => false,
      reopen: () => Promise.reject(new Error('the port is gone')),
      closeForGood: async () => closed.resolve(),
      onFailure: (detail) => told.push(detail),
    },
    5_000,
    async (ms) => void waitedMs.push(ms),
  );
  await closed.promise;
  expect(supervisor.health).toEqual({ transport: 'quic', state: 'off', restarts: 5 });
  expect(waitedMs).toEqual([5_000, 1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(told.filter((detail) => detail.includes('the port is gone'))).toHaveLength(5);
  expect(told.at(-1)).toMatch(/stays off/);
  await supervisor.stop();
});

test('a listener that dies under its supervisor is opened again at the same port, and can be dialed', async () => {
  const options = resolveOptions({ secretKey: identity().secretKey, wires: 'quic', listenerCheckMs: 50 });
  const engine = await startEngine(options, () => undefined);
  const dialer = await startEngine(resolveOptions({ secretKey: identity().secretKey, wires: 'quic' }), () => undefined);
  engines.push(engine, dialer);
  const opened: Listener[] = [];
  const refused: string[] = [];
  const listeners = new Listeners(tapped(engine, opened), options, (reason) => refused.push(reason));
  await listeners.open();
  const [address] = listeners.addresses;
  await opened[0]?.close();
  const comesToBe = (state: string, restarts: number): Promise<void> =>
    vi.waitFor(() => expect(listeners.health[0]).toMatchObject({ state, restarts }), { timeout: 8_000 });
  await comesToBe('restarting', 0);
  await comesToBe('listening', 1);
  expect(refused).toEqual(['listener-failed']);
  expect(listeners.addresses).toEqual([address]);
  const connection = await dialer.node.dial(multiaddr(address), { signal: AbortSignal.timeout(2_000) });
  expect(connection.remotePeer.toString()).toBe(engine.self);
  await listeners.close();
});

/** The same engine, which shows the listeners that it makes. */
function tapped(engine: Engine, opened: Listener[]): Engine {
  return {
    ...engine,
    transport: (wire) => {
      const transport = engine.transport(wire);
      const createListener: typeof transport.createListener = (listenerOptions) => {
        const listener = transport.createListener(listenerOptions);
        opened.push(listener);
        return listener;
      };
      return Object.assign(Object.create(transport) as typeof transport, { createListener });
    },
  };
}
