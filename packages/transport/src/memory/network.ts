/**
 * A network inside one process, for tests and simulations of shells: links that have latency and loss, can be cut in
 * one direction or both, whose ends can be frozen, deafened and killed. With an injected `schedule` nothing here
 * depends on time or chance: the same seed and the same calls give the same run.
 */
import { random32, type PeerId } from '@murmuration/protocol';
import type { Transport } from '../transport.ts';
import { resolveNetworkOptions, resolveTransportOptions } from './options.ts';
import type { MemoryNetworkOptions, MemoryTransportOptions, ResolvedNetworkOptions } from './options.ts';
import type { Schedule } from './pipe.ts';
import { MemoryTransport } from './transport.ts';

/** What passed through a memory network. */
export interface MemoryTraffic {
  readonly framesDelivered: number;
  readonly framesLost: number;
  /** Frames and signals that met a cut. */
  readonly parcelsCut: number;
}

/** A network without participants. */
export function memoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  return new MemoryNetwork(resolveNetworkOptions(options));
}

/** Connects the transports that it makes. */
export class MemoryNetwork {
  readonly #options: ResolvedNetworkOptions;
  readonly #listening = new Map<number, MemoryTransport>();
  readonly #cuts = new Set<string>();
  readonly #traffic = { framesDelivered: 0, framesLost: 0, parcelsCut: 0 };
  #portsGiven = 0;
  #draws = 0;

  constructor(options: ResolvedNetworkOptions) {
    this.#options = options;
  }

  /** Makes a transport of the given identity. Throws a `MeshError` of code `invalid-options`. */
  transport(options: MemoryTransportOptions): Transport {
    return new MemoryTransport(this, resolveTransportOptions(options));
  }

  get traffic(): MemoryTraffic {
    return { ...this.#traffic };
  }

  get schedule(): Schedule {
    return this.#options.schedule;
  }

  /** From now on nothing gets from `source` to `target`. The other direction is left alone. */
  cut(source: PeerId, target: PeerId): void {
    this.#cuts.add(`${source}>${target}`);
  }

  /** Undoes `cut`. What met the cut stays lost. */
  mend(source: PeerId, target: PeerId): void {
    this.#cuts.delete(`${source}>${target}`);
  }

  /** The peer's process stands still: it takes nothing, sends nothing, judges nothing. */
  freeze(peer: PeerId): void {
    this.#transportOf(peer)?.setCondition('frozen');
  }

  /** The peer lives, and reads nothing. */
  deafen(peer: PeerId): void {
    this.#transportOf(peer)?.setCondition('deaf');
  }

  /** Undoes `freeze` and `deafen`. */
  thaw(peer: PeerId): void {
    this.#transportOf(peer)?.setCondition('well');
  }

  /** The peer's process is gone without a word. Its handler is not called any more, its port is free. */
  kill(peer: PeerId): void {
    const transport = this.#transportOf(peer);
    if (transport === undefined) return;
    transport.setCondition('killed');
    this.leave(transport);
  }

  /** For transports: takes a port, 0 for any. Undefined if it is in use. */
  listen(transport: MemoryTransport, wanted: number): number | undefined {
    if (this.#listening.has(wanted)) return undefined;
    const port = wanted === 0 ? this.#nextPort() : wanted;
    this.#listening.set(port, transport);
    return port;
  }

  /** For transports: gives the port back. */
  leave(transport: MemoryTransport): void {
    for (const [port, listening] of this.#listening) {
      if (listening === transport) this.#listening.delete(port);
    }
  }

  /** For transports: who listens on a port. */
  at(port: number): MemoryTransport | undefined {
    return this.#listening.get(port);
  }

  /** For links: true if nothing stands in the way; counts what does. */
  isOpen(source: PeerId, target: PeerId): boolean {
    const isOpen = this.#cuts.size === 0 || !this.#cuts.has(`${source}>${target}`);
    if (!isOpen) this.#traffic.parcelsCut += 1;
    return isOpen;
  }

  /** For links: true if the next frame vanishes. */
  loses(): boolean {
    if (this.#options.loss === 0) return false;
    const isLost = this.#draw() < this.#options.loss;
    if (isLost) this.#traffic.framesLost += 1;
    return isLost;
  }

  /** For links: how long the next parcel travels. */
  travelMs(): number {
    const [least, most] = this.#options.latencyMs;
    return least === most ? least : least + this.#draw() * (most - least);
  }

  /** For links: a frame has arrived. */
  noteDelivery(): void {
    this.#traffic.framesDelivered += 1;
  }

  /** 0 <= draw < 1. */
  #draw(): number {
    this.#draws += 1;
    return random32(this.#options.seed, 0, this.#draws, 0) / 0x1_0000_0000;
  }

  #nextPort(): number {
    do this.#portsGiven += 1;
    while (this.#listening.has(this.#portsGiven));
    return this.#portsGiven;
  }

  #transportOf(peer: PeerId): MemoryTransport | undefined {
    return [...this.#listening.values()].find((transport) => transport.peer === peer);
  }
}
