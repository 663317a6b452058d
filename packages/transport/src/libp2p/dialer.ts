/**
 * From a dial target to a link: the addresses one after the other, QUIC before TCP. Dials to one peer, and to one
 * address, share the attempt. The identity is compared after the handshake has proven it.
 */
import type { Connection } from '@libp2p/interface';
import type { PeerId } from '@murmuration/protocol';
import { TransportError, type TransportErrorDetails } from '../errors.ts';
import type { LinkTable } from '../links/link-table.ts';
import type { DialTarget } from '../transport.ts';
import { parseAddress, type Wire, type WireAddress } from './addresses.ts';
import type { Engine } from './engine.ts';
import { beginLink, type StreamLink } from './link.ts';
import { addressesPerDialMax, linkProtocol, quicDialTimeoutMs, upgradeTimeoutMs } from './limits.ts';
import type { ResolvedOptions } from './options.ts';

type Attempts = TransportErrorDetails['dial-failed']['attempts'][number][];

/** Dials for one transport. */
export class Dialer {
  readonly #engine: Engine;
  readonly #table: LinkTable<StreamLink>;
  readonly #options: ResolvedOptions;
  readonly #localAddresses: () => readonly string[];
  readonly #byPeer = new Map<PeerId, Promise<StreamLink>>();
  readonly #byAddress = new Map<string, Promise<StreamLink>>();

  constructor(
    engine: Engine,
    table: LinkTable<StreamLink>,
    options: ResolvedOptions,
    localAddresses: () => readonly string[],
  ) {
    this.#engine = engine;
    this.#table = table;
    this.#options = options;
    this.#localAddresses = localAddresses;
  }

  /** Resolves with the link to the target, an existing one if there is one. Rejects as the port says. */
  dial(target: DialTarget): Promise<StreamLink> {
    const [addresses, undialable] = this.#plan(target);
    const peer = target.peer ?? commonPeer(addresses);
    const self = addresses.find(({ address }) => this.#localAddresses().includes(String(address)));
    if (peer === this.#engine.self || self !== undefined) return Promise.reject(dialedSelf(self?.text ?? String(peer)));
    if (peer === undefined) return this.#tryAll(addresses, undefined, undialable);
    const held = this.#table.held(peer);
    if (held !== undefined) return Promise.resolve(held);
    return shared(this.#byPeer, peer, () => this.#tryAll(addresses, peer, undialable));
  }

  /** What is dialed, in order; and what is not, with the reason. */
  #plan(target: DialTarget): [WireAddress[], Attempts] {
    const dialable: Record<Wire, WireAddress[]> = { quic: [], tcp: [] };
    const undialable: Attempts = [];
    for (const text of target.addresses.slice(0, addressesPerDialMax)) {
      const address = parseAddress(text);
      if (address === undefined) undialable.push({ address: text, reason: 'neither a QUIC nor a TCP address' });
      else if (this.#options.wires.includes(address.wire)) dialable[address.wire].push(address);
      else undialable.push({ address: text, reason: `${address.wire} is switched off` });
    }
    return [[...dialable.quic, ...dialable.tcp], undialable];
  }

  async #tryAll(
    addresses: readonly WireAddress[],
    peer: PeerId | undefined,
    undialable: Attempts,
  ): Promise<StreamLink> {
    const attempts: Attempts = [...undialable];
    let final: TransportError | undefined;
    for (const address of addresses) {
      try {
        return await this.#try(address, peer ?? address.peer);
      } catch (error) {
        // The peer may have reached us meanwhile.
        const held = peer === undefined ? undefined : this.#table.held(peer);
        if (held !== undefined) return held;
        if (error instanceof TransportError) final = error;
        attempts.push({ address: address.text, reason: (error as Error).message });
      }
    }
    throw final ?? dialFailed(attempts, peer);
  }

  async #try(address: WireAddress, expected: PeerId | undefined): Promise<StreamLink> {
    const link = await shared(this.#byAddress, String(address.address), () => this.#open(address, expected));
    // Another dial of this address may have expected nobody in particular.
    if (expected !== undefined && link.peer !== expected) throw wrongPeer(address.text, expected, link.peer);
    return link;
  }

  async #open(address: WireAddress, expected: PeerId | undefined): Promise<StreamLink> {
    const connection = await this.#connect(address);
    const peer = connection.remotePeer.toString() as PeerId;
    try {
      if (expected !== undefined && peer !== expected) throw wrongPeer(address.text, expected, peer);
      const held = this.#table.held(peer);
      if (held !== undefined) {
        connection.abort(new Error('a link exists already'));
        return held;
      }
      return await this.#negotiate(connection);
    } catch (error) {
      connection.abort(error as Error);
      throw error;
    }
  }

  async #connect({ address, wire, text }: WireAddress): Promise<Connection> {
    const timeoutMs = wire === 'quic' ? quicDialTimeoutMs : upgradeTimeoutMs;
    try {
      return await this.#engine.node.dial(address, { force: true, signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'InvalidPeerIdError') throw dialedSelf(text);
      const isTooLate = name === 'TimeoutError' || name === 'AbortError';
      throw new Error(isTooLate ? `no answer within ${timeoutMs} ms` : message, { cause: error });
    }
  }

  async #negotiate(connection: Connection): Promise<StreamLink> {
    const signal = AbortSignal.timeout(upgradeTimeoutMs);
    const stream = await connection.newStream(linkProtocol, { signal, maxOutboundStreams: 1 });
    const link = beginLink(stream, connection, this.#options, this.#table);
    const giveUp = (): void => link.end('timeout');
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await this.#table.propose(link);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
}

/** One promise per key while it is pending. */
function shared<Key>(
  pending: Map<Key, Promise<StreamLink>>,
  key: Key,
  begin: () => Promise<StreamLink>,
): Promise<StreamLink> {
  const running = pending.get(key);
  if (running !== undefined) return running;
  const begun = begin().finally(() => pending.delete(key));
  pending.set(key, begun);
  return begun;
}

/** The identity that all addresses name, if they agree. */
function commonPeer(addresses: readonly WireAddress[]): PeerId | undefined {
  const first = addresses[0]?.peer;
  return addresses.every(({ peer }) => peer === first) ? first : undefined;
}

function dialedSelf(address: string): TransportError {
  return new TransportError('dialed-self', `${address} is our own address`, { address });
}

function wrongPeer(address: string, expected: PeerId, actual: PeerId): TransportError {
  return new TransportError('wrong-peer', `${address} is ${actual}, not ${expected}`, { address });
}

function dialFailed(attempts: Attempts, peer: PeerId | undefined): TransportError {
  const list = attempts.map(({ address, reason }) => `${address}: ${reason}`).join('; ');
  const message = `cannot reach ${peer ?? 'anybody'}: ${list === '' ? 'no address that can be dialed' : list}`;
  return new TransportError('dial-failed', message, { attempts });
}
