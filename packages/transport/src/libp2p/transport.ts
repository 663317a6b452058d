/** The transport over libp2p, top to bottom: engine, listeners, doorstep, table of links, dialer, one timer. */
import type { PeerId } from '@murmuration/protocol';
import type { Connection, Libp2pEvents, Stream } from '@libp2p/interface';
import { TransportError } from '../errors.ts';
import { newInstance } from '../links/opening.ts';
import { LinkTable } from '../links/link-table.ts';
import type { DialTarget, Link, ListenerHealth, Transport, TransportHandler } from '../transport.ts';
import { Dialer } from './dialer.ts';
import { Doorstep } from './doorstep.ts';
import { forgetPeer, startEngine, type Engine } from './engine.ts';
import { linkProtocol } from './limits.ts';
import { beginLink, type StreamLink } from './link.ts';
import { Listeners } from './listeners.ts';
import { resolveOptions, type Libp2pTransportOptions, type ResolvedOptions } from './options.ts';

/** Everything that exists between `start` and `stop`. */
interface Running {
  readonly engine: Engine;
  readonly listeners: Listeners;
  readonly table: LinkTable<StreamLink>;
  readonly dialer: Dialer;
  readonly timer: NodeJS.Timeout;
}

/** A `Transport` over QUIC and TCP. Throws a `MeshError` of code `invalid-options`. */
export function libp2pTransport(options: Libp2pTransportOptions): Transport {
  return new Libp2pTransport(resolveOptions(options));
}

class Libp2pTransport implements Transport {
  readonly #options: ResolvedOptions;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  get localAddresses(): readonly string[] {
    const running = this.#running;
    return running?.listeners.addresses.map((address) => `${address}/p2p/${running.engine.self}`) ?? [];
  }

  health(): readonly ListenerHealth[] {
    const off = (['quic', 'tcp'] as const).map((transport) => ({ transport, state: 'off' as const, restarts: 0 }));
    return this.#running?.listeners.health ?? off;
  }

  start(handler: TransportHandler): Promise<void> {
    this.#starting ??= this.#start(handler).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async dial(target: DialTarget): Promise<Link> {
    if (this.#running === undefined) throw new TransportError('not-started', 'the transport is not running', {});
    return this.#running.dialer.dial(target);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined));
    return this.#stopping;
  }

  async #start(handler: TransportHandler): Promise<void> {
    const options = this.#options;
    const onRefused = handler.onRefused.bind(handler);
    const engine = await startEngine(options, () => listeners.onQuicAcceptError());
    const listeners: Listeners = new Listeners(engine, options, onRefused);
    const doorstep = new Doorstep(Math.ceil(options.negotiationTimeoutMs / options.sweepMs), onRefused);
    const table = new LinkTable<StreamLink>(engine.self, newInstance(), watched(handler, doorstep, engine));
    const dialer = new Dialer(engine, table, options, () => listeners.addresses);
    try {
      await welcome(engine, doorstep, table, options);
      await listeners.open();
    } catch (error) {
      await listeners.close();
      await engine.node.stop();
      throw error;
    }
    const timer = setInterval(() => {
      doorstep.sweep((each) => table.parked(each.remotePeer.toString() as PeerId)?.connection === each);
      table.sweep();
    }, options.sweepMs);
    this.#running = { engine, listeners, table, dialer, timer };
  }

  async #stop(): Promise<void> {
    // A start that fails has cleaned up after itself.
    await this.#starting?.catch(() => undefined);
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#starting = undefined;
    await running.table.closeAll();
    clearInterval(running.timer);
    await running.listeners.close();
    await running.engine.node.stop();
  }
}

/** The application's handler, with what we note ourselves when links come and go. */
function watched(handler: TransportHandler, doorstep: Doorstep, engine: Engine): TransportHandler {
  return {
    onLinkUp: (link) => {
      doorstep.leave((link as StreamLink).connection);
      handler.onLinkUp(link);
    },
    onFrame: handler.onFrame.bind(handler),
    onLinkDown: (link, cause) => {
      forgetPeer(engine, (link as StreamLink).connection);
      handler.onLinkDown(link, cause);
    },
    onRefused: handler.onRefused.bind(handler),
  };
}

/** From now on every connection is watched, and streams of our protocol become candidates for links. */
async function welcome(
  engine: Engine,
  doorstep: Doorstep,
  table: LinkTable<StreamLink>,
  options: ResolvedOptions,
): Promise<void> {
  const { node } = engine;
  const listen = (type: keyof Libp2pEvents & `connection:${string}`, react: (connection: Connection) => void): void => {
    node.addEventListener(type, (event) => react((event as CustomEvent<Connection>).detail));
  };
  listen('connection:open', (connection) => doorstep.enter(connection));
  listen('connection:close', (connection) => doorstep.leave(connection));
  const onStream = (stream: Stream, connection: Connection): void => {
    if (connection.direction === 'outbound') stream.abort(new Error('the dialer opens the link'));
    else beginLink(stream, connection, options, table);
  };
  await node.handle(linkProtocol, onStream, { maxInboundStreams: 1, maxOutboundStreams: 1 });
}
