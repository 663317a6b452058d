import { createHash } from 'node:crypto';
import { peerIdOf } from '@murmuration/protocol';
import type { ConformanceWorld, Identity } from '../conformance.ts';
import { testConformance, type DisposableWorld } from '../conformance/conformance.test.support.ts';
import type { Transport, TransportHandler } from '../transport.ts';
import { memoryNetwork } from './index.ts';

let identities = 0;

function identity(): Identity {
  identities += 1;
  const publicKey = createHash('sha256').update(`memory ${identities}`).digest();
  return { publicKey, secretKey: publicKey, peer: peerIdOf(publicKey) };
}

const portOf = (address: string | undefined): number => Number(address?.split('/')[2] ?? 0);
const silent: TransportHandler = {
  onLinkUp: () => undefined,
  onFrame: () => undefined,
  onLinkDown: () => undefined,
  onRefused: () => undefined,
};

function memoryWorld(): DisposableWorld {
  const network = memoryNetwork({ seed: 7, latencyMs: [0, 4] });
  const made: Transport[] = [];
  const transport: ConformanceWorld['transport'] = ({ peer, publicKey }, limits = {}, listen = []) => {
    const { frameBytesMax, linkBufferBytesMax, idleTimeoutMs, stalledWriteMs } = { ...defaults, ...limits };
    const bounds = { frameBytesMax, linkBufferBytesMax, idleTimeoutMs, stalledWriteMs };
    made.push(network.transport({ peer, publicKey, port: portOf(listen[0]), ...bounds }));
    return made.at(-1) as Transport;
  };
  const dial = async (source: Transport, addresses: readonly string[]): Promise<void> => {
    await source.dial({ addresses });
  };
  const world: ConformanceWorld = {
    patienceMs: 8_000,
    identity,
    transport,
    deadAddresses: () => ['/memory/900001', '/memory/900002'],
    faults: {
      distantPeer: async (as, limits) => {
        const distant = transport(as, limits);
        await distant.start(silent);
        return {
          peer: as.peer,
          addresses: distant.localAddresses,
          dial: (addresses) => dial(distant, addresses),
          freeze: async () => network.freeze(as.peer),
          kill: async () => network.kill(as.peer),
        };
      },
      deafPeer: async (target) => {
        const as = identity();
        const deaf = transport(as, { idleTimeoutMs: 60_000 });
        await deaf.start(silent);
        await dial(deaf, target.localAddresses);
        network.deafen(as.peer);
        return as.peer;
      },
    },
    absent: {
      rawPeer: 'memory links have no bytes on a wire',
      garbage: 'memory networks have no sockets',
      idleStranger: 'memory connections are links from the first parcel on',
    },
  };
  return { world, dispose: async () => void (await Promise.all(made.map((each) => each.stop()))) };
}

const megabyte = 1024 * 1024;
const defaults = {
  frameBytesMax: megabyte,
  linkBufferBytesMax: 2 * megabyte,
  idleTimeoutMs: 10_000,
  stalledWriteMs: 5_000,
};

testConformance(memoryWorld);
