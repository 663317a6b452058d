/** The convenience entry for people who embed: a node over libp2p, QUIC first and TCP beside it, in one call. */
import { frameBytesMax } from '@murmuration/protocol';
import { libp2pTransport, type Libp2pTransportOptions } from '@murmuration/transport/libp2p';
import { createMeshNode } from './create-mesh-node.ts';
import type { MeshNodeOptions } from './options.ts';
import type { MeshNode } from './public-node.ts';

/** Options of `startNode`: those of a node, with those of its libp2p transport nested. */
export interface StartNodeOptions extends Omit<MeshNodeOptions, 'transport'> {
  readonly transport?: Omit<Libp2pTransportOptions, 'secretKey' | 'frameBytesMax'>;
}

/** Starts a node over libp2p. Without options: an open network on loopback, nothing stored. Rejects as `createMeshNode` does. */
export function startNode({ transport = {}, ...options }: StartNodeOptions = {}): Promise<MeshNode> {
  return createMeshNode({
    ...options,
    transport: ({ secretKey }) => libp2pTransport({ ...transport, secretKey, frameBytesMax }),
  });
}

export type { MeshNode } from './public-node.ts';
