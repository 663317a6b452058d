/** The world of the conformance suite over one wire of libp2p. */
import type { ConformanceWorld, Identity, Limits } from '../conformance.ts';
import type { DisposableWorld } from '../conformance/conformance.test.support.ts';
import type { Transport } from '../transport.ts';
import type { Wire } from './addresses.ts';
import { killed, startDistant, type DistantProcess } from './distant-peer.test.support.ts';
import type { Engine } from './engine.ts';
import { identity } from './identity.test.support.ts';
import { libp2pTransport } from './index.ts';
import { rawConnection, rawPeer, tcpNonsense, udpNonsense } from './raw-peer.test.support.ts';

/** Everything that one case made. */
class Made {
  readonly transports: Transport[] = [];
  readonly distant: DistantProcess[] = [];
  readonly engines: Engine[] = [];

  async dispose(): Promise<void> {
    await Promise.all(this.distant.map(({ child }) => killed(child)));
    await Promise.all(this.transports.map((transport) => transport.stop()));
    await Promise.all(this.engines.map(({ node }) => node.stop()));
  }
}

/** A world in which links run over one wire only. */
export function libp2pWorld(wire: Wire): DisposableWorld {
  const made = new Made();
  const distantPeer = async (as: Identity, limits: Limits): Promise<DistantProcess> => {
    const distant = await startDistant(as, wire, limits);
    made.distant.push(distant);
    return distant;
  };
  const raw = async (target: Transport): ReturnType<typeof rawPeer> => {
    const peer = await rawPeer(target, wire);
    made.engines.push(peer.engine);
    return peer;
  };
  const world: ConformanceWorld = {
    patienceMs: 10_000,
    identity,
    transport: ({ secretKey }, limits = {}, listen) => {
      const options = listen === undefined ? {} : { listen: listen.map((address) => address.replace(/\/p2p\/.*/, '')) };
      const transport = libp2pTransport({ secretKey, wires: wire, ...limits, ...options });
      made.transports.push(transport);
      return transport;
    },
    // Port 1 is nobody's on a machine of our time.
    deadAddresses: () => [wire === 'quic' ? '/ip4/127.0.0.1/udp/1/quic-v1' : '/ip4/127.0.0.1/tcp/1'],
    faults: {
      distantPeer,
      rawPeer: raw,
      deafPeer: wire === 'tcp' ? deafByPausing(raw) : deafByFreezing(distantPeer),
      garbage: wire === 'tcp' ? tcpNonsense : udpNonsense,
      idleStranger: async (target) => {
        const { engine } = await rawConnection(target, wire);
        made.engines.push(engine);
      },
    },
    absent: {},
  };
  return { world, dispose: () => made.dispose() };
}

/** Yamux stops to hand out window when the reader pauses. */
function deafByPausing(raw: (target: Transport) => ReturnType<typeof rawPeer>) {
  return async (target: Transport): Promise<Identity['peer']> => {
    const peer = await raw(target);
    peer.stopReading();
    return peer.peer;
  };
}

/** The QUIC addon reads whether or not anybody listens; only a stopped process leaves its window closed. */
function deafByFreezing(distantPeer: (as: Identity, limits: Limits) => Promise<DistantProcess>) {
  return async (target: Transport): Promise<Identity['peer']> => {
    const distant = await distantPeer(identity(), { idleTimeoutMs: 60_000 });
    await distant.dial(target.localAddresses);
    await distant.freeze();
    return distant.peer;
  };
}
