/**
 * The program of a node whose loop stands still at the worst moment: just after a ping went out, so that the answer waits in its
 * socket while every timer of the probe runs out. Says over the IPC channel what it made of that.
 */
import { decodeFrame, noPeer, silentObserver, type PeerIndex, type WireNames } from '@murmuration/protocol';
import type { Identity } from './identity.ts';
import type { Link, Transport, TransportHandler } from '@murmuration/transport';
import { libp2pTransport } from '@murmuration/transport/libp2p';
import { createMeshNode } from './create-mesh-node.ts';

/** What the test orders. */
export interface StallOrder {
  readonly bootstrap: readonly string[];
  readonly wires: 'quic' | 'tcp';
  readonly stallMs: number;
  readonly stalls: number;
}

/** What the node saw: stalls that it went through, how its probes ended, whom it suspected, and its health after the first stall. */
export interface StallReport {
  readonly stalls: number;
  readonly answered: number;
  readonly failed: number;
  readonly suspected: readonly string[];
  readonly worstHealth: number;
}

/** Neighbors that must be there before it begins. */
const neighborsWanted = 3;
/** Probes between two stalls: the loop is well again, and its health with it. */
const probesBetween = 2;
const nobody: WireNames = {
  publicKeyOf: () => new Uint8Array(32),
  introductionBytesOf: () => new Uint8Array(),
  find: () => noPeer,
  introduce: () => 0 as PeerIndex,
  bytesOf: () => new Uint8Array(),
};

const holdsPing = (frame: Uint8Array): boolean => {
  const decoded = decodeFrame(frame, nobody);
  return decoded.type === 'messages' && decoded.messages.some(({ type }) => type === 'ping');
};

/** A transport that tells of every ping it sends. */
function listening(transport: Transport, onPing: () => void): Transport {
  const overhear = (handler: TransportHandler): TransportHandler => ({
    onLinkUp(link: Link) {
      const send = link.send.bind(link);
      const heard = (frame: Uint8Array): boolean => {
        if (holdsPing(frame)) onPing();
        return send(frame);
      };
      Object.defineProperty(link, 'send', { value: heard });
      handler.onLinkUp(link);
    },
    onFrame: (link, frame) => handler.onFrame(link, frame),
    onLinkDown: (link, cause) => handler.onLinkDown(link, cause),
    onRefused: (reason, detail) => handler.onRefused(reason, detail),
  });
  return {
    start: (handler) => transport.start(overhear(handler)),
    dial: (target) => transport.dial(target),
    get localAddresses() {
      return transport.localAddresses;
    },
    health: () => transport.health(),
    stop: () => transport.stop(),
  };
}

process.once('message', (order: StallOrder) => void live(order));

async function live({ bootstrap, wires, stallMs, stalls }: StallOrder): Promise<void> {
  const seen = { stalls: 0, answered: 0, failed: 0, suspected: [] as string[], worstHealth: 0 };
  const over = Promise.withResolvers<void>();
  let neighbors = 0;
  let pings = 0;
  const onPing = (): void => {
    if (neighbors < neighborsWanted || ++pings % (1 + probesBetween) !== 0) return;
    if (seen.stalls === stalls) return over.resolve();
    seen.stalls++;
    // The ping leaves with the microtasks of this turn; the answer is not read before we stand still.
    setImmediate(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs));
  };
  const observer = {
    ...silentObserver,
    linkChanged: (_node: number, _peer: number, isUp: boolean) => void (neighbors += isUp ? 1 : -1),
    probeFinished: (_node: number, _peer: number, outcome: string) => void (outcome === 'failed' ? seen.failed++ : seen.answered++),
    healthChanged: (_node: number, score: number) => void (seen.worstHealth = Math.max(seen.worstHealth, score)),
  };
  const transport = ({ secretKey }: Identity): Transport => listening(libp2pTransport({ secretKey, wires, frameBytesMax: 640 * 1024 }), onPing);
  // Every wait of a probe is far shorter than the stall.
  const peerRegistry = { probeIntervalMs: 200, probeTimeoutMinMs: 20, probeTimeoutMaxMs: 40 } as never;
  const node = await createMeshNode({ transport, bootstrap, observer, mesh: { peerRegistry } });
  node.on('member-suspected', ({ member }) => seen.suspected.push(member));
  await over.promise;
  process.send?.(seen satisfies StallReport);
  await node.close();
  process.disconnect();
}
