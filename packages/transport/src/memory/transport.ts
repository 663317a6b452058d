/** A transport of a memory network. Addresses are `/memory/<port>`. */
import type { PeerId } from '@murmuration/protocol';
import { TransportError, type TransportErrorDetails } from '../errors.ts';
import { LinkTable } from '../links/link-table.ts';
import { newInstance } from '../links/opening.ts';
import type { DialTarget, Link, ListenerHealth, Transport, TransportHandler } from '../transport.ts';
import { MemoryLink, type LinkPlace } from './link.ts';
import type { MemoryNetwork } from './network.ts';
import type { ResolvedTransportOptions } from './options.ts';
import type { Pipe } from './pipe.ts';

/** What happens to the process around a transport. */
export type Condition = 'well' | 'frozen' | 'deaf' | 'killed';

/** As patient as a dial over TCP. */
const dialTimeoutMs = 5_000;

interface Running {
  readonly port: number;
  readonly table: LinkTable<MemoryLink>;
  readonly place: LinkPlace;
}

type Attempts = TransportErrorDetails['dial-failed']['attempts'][number][];

/** Made by `MemoryNetwork.transport`. */
export class MemoryTransport implements Transport {
  readonly peer: PeerId;
  readonly #network: MemoryNetwork;
  readonly #options: ResolvedTransportOptions;
  readonly #gate = { isOpen: true, waiting: new Set<Pipe>() };
  readonly #dials = new Map<number, Promise<MemoryLink>>();
  #running: Running | undefined;
  #condition: Condition = 'well';

  constructor(network: MemoryNetwork, options: ResolvedTransportOptions) {
    this.#network = network;
    this.#options = options;
    this.peer = options.peer;
  }

  get localAddresses(): readonly string[] {
    return this.#running === undefined ? [] : [`/memory/${this.#running.port}/p2p/${this.peer}`];
  }

  health(): readonly ListenerHealth[] {
    return [{ transport: 'memory', state: this.#running === undefined ? 'off' : 'listening', restarts: 0 }];
  }

  async start(handler: TransportHandler): Promise<void> {
    if (this.#running !== undefined) return;
    const port = this.#network.listen(this, this.#options.port);
    if (port === undefined) {
      const address = `/memory/${this.#options.port}`;
      throw new TransportError('address-in-use', `${address} is in use by another program`, { address });
    }
    const table = new LinkTable<MemoryLink>(this.peer, newInstance(), handler);
    this.#running = { port, table, place: this.#place(table, port) };
    this.#sweepLater(this.#running);
  }

  async dial(target: DialTarget): Promise<Link> {
    const running = this.#running;
    if (running === undefined) throw new TransportError('not-started', 'the transport is not running', {});
    const attempts: Attempts = [];
    let final: TransportError | undefined;
    for (const address of target.addresses) {
      const expected = target.peer ?? peerIn(address);
      if (expected === this.peer || portIn(address) === running.port) throw dialedSelf(address);
      try {
        const held = expected === undefined ? undefined : running.table.held(expected);
        return held ?? (await this.#dialPort(running, address, expected));
      } catch (error) {
        if (error instanceof TransportError) final = error;
        attempts.push({ address, reason: (error as Error).message });
      }
    }
    throw final ?? new TransportError('dial-failed', `cannot reach ${target.peer ?? 'anybody'}`, { attempts });
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    await running.table.closeAll();
    this.#network.leave(this);
  }

  /** For other transports: where links to us end. */
  get place(): LinkPlace | undefined {
    return this.#running?.place;
  }

  /** For the network: the process around us changes. */
  setCondition(condition: Condition): void {
    this.#condition = condition;
    // What reaches a dead process is dropped, not kept.
    this.#gate.isOpen = condition === 'well' || condition === 'killed';
    if (!this.#gate.isOpen) return;
    const waiting = [...this.#gate.waiting];
    this.#gate.waiting.clear();
    for (const pipe of waiting) pipe.drain();
  }

  async #dialPort(running: Running, address: string, expected: PeerId | undefined): Promise<MemoryLink> {
    const port = portIn(address);
    if (port === undefined) throw new Error('no memory address');
    const open = (): Promise<MemoryLink> => this.#open(running, address, port, expected);
    const pending = this.#dials.get(port) ?? open().finally(() => this.#dials.delete(port));
    this.#dials.set(port, pending);
    const link = await pending;
    // Another dial of this port may have expected nobody in particular.
    assertExpected(address, link.peer, expected);
    return link;
  }

  async #open(running: Running, address: string, port: number, expected: PeerId | undefined): Promise<MemoryLink> {
    await new Promise<void>((resolve) => this.#network.schedule(this.#network.travelMs(), resolve));
    const remote = this.#network.at(port)?.place;
    if (remote === undefined) throw new Error('nobody listens there');
    assertExpected(address, remote.options.peer, expected);
    const link = new MemoryLink(running.place, remote, 'outbound');
    this.#network.schedule(dialTimeoutMs, () => {
      if (!link.isUp) link.end('timeout');
    });
    return running.table.propose(link);
  }

  #place(table: LinkTable<MemoryLink>, port: number): LinkPlace {
    return {
      network: this.#network,
      options: this.#options,
      owner: table,
      address: `/memory/${port}/p2p/${this.peer}`,
      gate: this.#gate,
      isAlive: () => this.#condition !== 'killed',
    };
  }

  #sweepLater(running: Running): void {
    this.#network.schedule(this.#options.sweepMs, () => {
      if (this.#running !== running || this.#condition === 'killed') return;
      if (this.#condition !== 'frozen') running.table.sweep();
      this.#sweepLater(running);
    });
  }
}

function portIn(address: string): number | undefined {
  const port = /^\/memory\/(\d+)(?:\/|$)/.exec(address)?.[1];
  return port === undefined ? undefined : Number(port);
}

function peerIn(address: string): PeerId | undefined {
  return /\/p2p\/([^/]+)$/.exec(address)?.[1] as PeerId | undefined;
}

function assertExpected(address: string, actual: PeerId, expected: PeerId | undefined): void {
  if (expected === undefined || actual === expected) return;
  throw new TransportError('wrong-peer', `${address} is ${actual}, not ${expected}`, { address });
}

function dialedSelf(address: string): TransportError {
  return new TransportError('dialed-self', `${address} is our own address`, { address });
}
