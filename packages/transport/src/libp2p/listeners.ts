/**
 * Our listeners on both wires. They are opened here and not by libp2p, so that a port in use has a name, one wire can
 * be restarted alone, and whoever fails on the doorstep is counted.
 */
import type { Listener, Upgrader } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { TransportError } from '../errors.ts';
import type { ListenerHealth, RefusalReason } from '../transport.ts';
import { hostAndPort, parseAddress, type Wire, type WireAddress } from './addresses.ts';
import type { Engine } from './engine.ts';
import { flushTimeoutMs } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import { answersQuic } from './quic-probe.ts';
import { QuicSupervisor } from './quic-supervisor.ts';

export type OnRefused = (reason: RefusalReason, detail: string) => void;

const probeTimeoutMs = 1_000;
/** One lost datagram must not cost all QUIC links. */
const probesMax = 3;

interface OpenListener {
  readonly wire: Wire;
  /** As given, with the port that the system chose. */
  readonly bound: Multiaddr;
  listener: Listener | undefined;
  supervisor: QuicSupervisor | undefined;
}

/** The listeners of one transport. */
export class Listeners {
  readonly #engine: Engine;
  readonly #options: ResolvedOptions;
  readonly #onRefused: OnRefused;
  readonly #upgrader: Upgrader;
  readonly #open: OpenListener[] = [];

  constructor(engine: Engine, options: ResolvedOptions, onRefused: OnRefused) {
    this.#engine = engine;
    this.#options = options;
    this.#onRefused = onRefused;
    this.#upgrader = this.#countingUpgrader();
  }

  /** Multiaddrs with the real ports, without our identity. */
  get addresses(): readonly string[] {
    return this.#open.flatMap(({ listener }) => listener?.getAddrs() ?? []).map(String);
  }

  /** A row for each wire, listened on or not. */
  get health(): readonly ListenerHealth[] {
    return (['quic', 'tcp'] as const).map((wire) => this.#healthOf(wire));
  }

  /** Opens all. Rejects with `address-in-use` or `listen-failed`; `close` is to be called all the same. */
  async open(): Promise<void> {
    for (const text of this.#options.listen) {
      const address = parseAddress(text);
      if (address !== undefined) await this.#openOne(address);
    }
  }

  /** The accept loop of the addon reported a failure: a handshake, unless we are closing the listener ourselves. */
  onQuicAcceptError(): void {
    const isOpen = this.#open.some(({ wire, listener }) => wire === 'quic' && listener !== undefined);
    if (isOpen) this.#onRefused('handshake-failed', 'QUIC handshake');
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map(({ supervisor }) => supervisor?.stop()));
    await Promise.all(this.#open.splice(0).map(({ listener }) => closeListener(listener)));
  }

  async #openOne({ wire, address, text }: WireAddress): Promise<void> {
    const listener = await this.#listen(wire, address, text);
    const bound = withPortOf(address, listener.getAddrs()[0] ?? address);
    const opened: OpenListener = { wire, bound, listener, supervisor: undefined };
    this.#open.push(opened);
    if (wire === 'quic') opened.supervisor = this.#supervise(opened);
  }

  async #listen(wire: Wire, address: Multiaddr, text: string): Promise<Listener> {
    const listener = this.#engine.transport(wire).createListener({ upgrader: this.#upgrader });
    try {
      await listener.listen(address);
      return listener;
    } catch (error) {
      throw listenError(error as Error, text);
    }
  }

  #supervise(opened: OpenListener): QuicSupervisor {
    const close = async (): Promise<void> => {
      const old = opened.listener;
      opened.listener = undefined;
      await closeListener(old);
    };
    const supervised = {
      isAlive: () => isAlive(opened.bound),
      reopen: async () => {
        await close();
        opened.listener = await this.#listen('quic', opened.bound, String(opened.bound));
      },
      closeForGood: close,
      onFailure: (detail: string) => this.#onRefused('listener-failed', `${opened.bound}: ${detail}`),
    };
    return new QuicSupervisor(supervised, this.#options.listenerCheckMs);
  }

  /** libp2p's upgrader; counts what fails in it, and turns away whom we have no room for before any crypto. */
  #countingUpgrader(): Upgrader {
    const { upgrader, node } = this.#engine;
    const upgradeInbound: Upgrader['upgradeInbound'] = async (connection, options) => {
      try {
        if (node.getConnections().length >= this.#options.connectionsMax) throw new NoRoomError();
        await upgrader.upgradeInbound(connection, options);
      } catch (error) {
        this.#countRefusal(error as Error, String(connection.remoteAddr), options.signal?.aborted === true);
        throw error;
      }
    };
    return {
      upgradeInbound,
      upgradeOutbound: upgrader.upgradeOutbound.bind(upgrader),
      getConnectionEncrypters: upgrader.getConnectionEncrypters.bind(upgrader),
      getStreamMuxers: upgrader.getStreamMuxers.bind(upgrader),
    } as Upgrader;
  }

  #countRefusal(error: Error, from: string, isStopping: boolean): void {
    // Our own shutdown, and our own dial to ourselves, are nobody's attack.
    if (isStopping || error.name === 'InvalidPeerIdError') return;
    const isCrowded = error instanceof NoRoomError || error.name === 'ConnectionDeniedError';
    this.#onRefused(isCrowded ? 'too-many-connections' : 'handshake-failed', `${from}: ${error.message}`);
  }

  #healthOf(wire: Wire): ListenerHealth {
    const rows = this.#open
      .filter((opened) => opened.wire === wire)
      .map(({ supervisor }) => supervisor?.health ?? { transport: wire, state: 'listening' as const, restarts: 0 });
    const restarts = rows.reduce((sum, row) => sum + row.restarts, 0);
    if (rows.some((row) => row.state === 'restarting')) return { transport: wire, state: 'restarting', restarts };
    return { transport: wire, state: rows.some((row) => row.state === 'listening') ? 'listening' : 'off', restarts };
  }
}

class NoRoomError extends Error {
  constructor() {
    super('connectionsMax is reached');
  }
}

async function isAlive(bound: Multiaddr): Promise<boolean> {
  const { host, port } = hostAndPort(bound);
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  for (let probe = 0; probe < probesMax; probe += 1) {
    if (await answersQuic(reachable, port, probeTimeoutMs)) return true;
  }
  return false;
}

/** A listener of a dead endpoint may never come back from closing. */
async function closeListener(listener: Listener | undefined): Promise<void> {
  if (listener === undefined) return;
  const deadline = new Promise<void>((resolve) => setTimeout(resolve, flushTimeoutMs).unref());
  await Promise.race([listener.close().catch(() => undefined), deadline]);
}

function withPortOf(address: Multiaddr, actual: Multiaddr): Multiaddr {
  const port = String(hostAndPort(actual).port);
  return multiaddr(address.getComponents().map((part, index) => (index === 1 ? { ...part, value: port } : part)));
}

/** The addon has only prose for what TCP has a code for. */
function listenError(error: Error & { code?: string }, address: string): TransportError {
  if (error.code === 'EADDRINUSE' || error.message.includes('Address already in use')) {
    return new TransportError('address-in-use', `${address} is in use by another program`, { address }, error);
  }
  return new TransportError('listen-failed', `cannot listen on ${address}: ${error.message}`, { address }, error);
}
