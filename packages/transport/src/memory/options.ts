/** What a memory network and its transports can be told. Limits default to those of the libp2p transport. */
import { OptionCheck, peerIdOf, throwViolations, type PeerId } from '@murmuration/protocol';
import type { Schedule } from './pipe.ts';

/** Options of `memoryNetwork`. */
export interface MemoryNetworkOptions {
  /** Decides latencies and losses. Default 1. */
  readonly seed?: number;
  /** Least and most time that a frame travels. Default [0, 0]. */
  readonly latencyMs?: readonly [number, number];
  /** Share of frames that vanish, 0 to 1; what keeps links together is not lost. Default 0. */
  readonly loss?: number;
  /** Default: real timers. */
  readonly schedule?: Schedule;
}

/** Options of `MemoryNetwork.transport`. */
export interface MemoryTransportOptions {
  readonly peer: PeerId;
  /** 32 bytes; must be the key of `peer`. */
  readonly publicKey: Uint8Array;
  /** Port to listen on. Default: the next free one. */
  readonly port?: number;
  readonly frameBytesMax?: number;
  readonly linkBufferBytesMax?: number;
  readonly idleTimeoutMs?: number;
  readonly stalledWriteMs?: number;
}

/** Complete and checked. */
export interface ResolvedNetworkOptions extends Required<MemoryNetworkOptions> {}

/** Complete and checked. The port 0 stands for the next free one. */
export interface ResolvedTransportOptions extends Required<MemoryTransportOptions> {
  readonly sweepMs: number;
}

export function resolveNetworkOptions(options: MemoryNetworkOptions): ResolvedNetworkOptions {
  const resolved: ResolvedNetworkOptions = {
    seed: options.seed ?? 1,
    latencyMs: options.latencyMs ?? [0, 0],
    loss: options.loss ?? 0,
    schedule: options.schedule ?? ((afterMs, run) => void setTimeout(run, afterMs)),
  };
  const [least, most] = resolved.latencyMs;
  const check = new OptionCheck('memoryNetwork');
  check.number('loss', resolved.loss, 0, 1).holds(least >= 0 && most >= least, 'latencyMs must be [least, most]');
  throwViolations([check]);
  return Object.freeze(resolved);
}

export function resolveTransportOptions(options: MemoryTransportOptions): ResolvedTransportOptions {
  const idleTimeoutMs = options.idleTimeoutMs ?? 10_000;
  const stalledWriteMs = options.stalledWriteMs ?? 5_000;
  const resolved: ResolvedTransportOptions = {
    peer: options.peer,
    publicKey: options.publicKey,
    port: options.port ?? 0,
    frameBytesMax: options.frameBytesMax ?? 1024 * 1024,
    linkBufferBytesMax: options.linkBufferBytesMax ?? 2 * 1024 * 1024,
    idleTimeoutMs,
    stalledWriteMs,
    sweepMs: Math.min(500, Math.ceil(Math.min(idleTimeoutMs, stalledWriteMs) / 10)),
  };
  const check = new OptionCheck('memoryTransport');
  check.holds(peerIdOf(options.publicKey) === options.peer, 'publicKey must be the key of peer');
  check.integer('port', resolved.port, 0, 2 ** 31).integer('frameBytesMax', resolved.frameBytesMax, 1, 2 ** 31);
  const holdsFrame = resolved.linkBufferBytesMax >= resolved.frameBytesMax;
  check.holds(holdsFrame, 'linkBufferBytesMax must be at least frameBytesMax');
  check.integer('idleTimeoutMs', idleTimeoutMs, 10, 2 ** 31).integer('stalledWriteMs', stalledWriteMs, 10, 2 ** 31);
  throwViolations([check]);
  return Object.freeze(resolved);
}
