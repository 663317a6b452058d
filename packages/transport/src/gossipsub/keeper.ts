/**
 * Keeps the peers that the operator named: dials them, and dials them again when they are gone, for ever. The wait
 * after an attempt doubles from 250 ms to 30 s, with up to a quarter of jitter more, and starts anew once the peer was
 * there.
 */
import { randomInt } from 'node:crypto';
import type { Multiaddr } from '@multiformats/multiaddr';
import { multiaddr } from '@multiformats/multiaddr';
import type { PeerId } from '@murmuration/protocol';
import { parseAddress, type Wire, type WireAddress } from '../libp2p/addresses.ts';
import { quicDialTimeoutMs, upgradeTimeoutMs } from '../libp2p/limits.ts';

const backOffMinMs = 250;
const backOffMaxMs = 30_000;

/** A peer that is kept. */
export interface KeptPeer {
  readonly peer: PeerId;
  readonly isConnected: boolean;
  /** Attempts since it was last there. */
  readonly attempts: number;
}

/** What the keeper needs of the world. */
export interface KeeperPorts {
  /** Resolves when a connection to the identity that the address names is up. */
  dial(address: Multiaddr, signal: AbortSignal): Promise<unknown>;
  /** Peers that can be heard and spoken to. */
  readonly whole: readonly PeerId[];
  /** Peers to whom there is a connection, whole or not. */
  readonly connected: readonly PeerId[];
}

interface Target {
  readonly peer: PeerId;
  /** QUIC first. */
  readonly addresses: readonly WireAddress[];
  attempts: number;
  isDialing: boolean;
  nextAtMs: number;
}

/** The wait after the nth attempt, n from 1; `jitter` is 0..1. */
export function waitAfterMs(attempts: number, jitter: number): number {
  return Math.min(backOffMaxMs, backOffMinMs * 2 ** (attempts - 1)) * (1 + jitter / 4);
}

/** Keeps the peers that the addresses name, one sweep after the other. */
export class Keeper {
  readonly #ports: KeeperPorts;
  readonly #targets: readonly Target[];
  readonly #stopping = new AbortController();

  constructor(addresses: readonly string[], ports: KeeperPorts) {
    this.#ports = ports;
    const parsed = addresses.map(parseAddress).filter((address) => address !== undefined);
    const byPeer = Map.groupBy(parsed, ({ peer }) => peer);
    this.#targets = [...byPeer].flatMap(([peer, alternatives]) =>
      (peer === undefined ? [] : [targetOf(peer, alternatives)]));
  }

  get kept(): readonly KeptPeer[] {
    const { whole } = this.#ports;
    return this.#targets.map(({ peer, attempts }) => ({ peer, attempts, isConnected: whole.includes(peer) }));
  }

  /** Dials whoever is due. */
  // retry: R3
  sweep(nowMs: number): void {
    const { whole, connected } = this.#ports;
    for (const target of this.#targets) {
      const isDue = !target.isDialing && target.nextAtMs <= nowMs;
      if (whole.includes(target.peer)) target.attempts = 0;
      else if (isDue && !connected.includes(target.peer)) this.#try(target, nowMs);
    }
  }

  /** Ends dials under way. */
  stop(): void {
    this.#stopping.abort();
  }

  #try(target: Target, nowMs: number): void {
    target.attempts += 1;
    target.nextAtMs = nowMs + waitAfterMs(target.attempts, randomInt(1_000) / 1_000);
    target.isDialing = true;
    void this.#dial(target).finally(() => (target.isDialing = false));
  }

  /** The addresses one after the other. What fails is tried again; `attempts` tells. */
  async #dial({ addresses }: Target): Promise<void> {
    for (const { wire, text } of addresses) {
      const deadline = AbortSignal.timeout(wire === 'quic' ? quicDialTimeoutMs : upgradeTimeoutMs);
      const signal = AbortSignal.any([deadline, this.#stopping.signal]);
      const isUp = await this.#ports.dial(multiaddr(text), signal).then(() => true, () => false);
      if (isUp || this.#stopping.signal.aborted) return;
    }
  }
}

function targetOf(peer: PeerId, addresses: readonly WireAddress[]): Target {
  const over = (wanted: Wire): WireAddress[] => addresses.filter(({ wire }) => wire === wanted);
  return { peer, addresses: [...over('quic'), ...over('tcp')], attempts: 0, isDialing: false, nextAtMs: -Infinity };
}
