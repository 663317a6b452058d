/** Opens the node of a folder (ports, addresses for the neighbors on this machine, transport), and its bridge to gossipsub. */
import { createMeshNode, type MeshNode } from '@murmuration/node';
import { bridgeTopics, type TopicBridge } from '@murmuration/node/gossipsub';
import { frameBytesMax } from '@murmuration/protocol';
import { libp2pTransport } from '@murmuration/transport/libp2p';
import { parseAddress } from '../addresses.ts';
import type { Config } from '../config/settings.ts';
import { chooseListenPorts } from '../listen-ports.ts';
import { discoverAddresses, publishAddresses } from '../local-discovery.ts';
import { networkFingerprint } from '../network-key.ts';
import type { ClaimedFolder, NodeFolder } from '../node-folder.ts';
import { ProgramError, codeOf, type ProgramErrorCode } from '../program-error.ts';

/** A node that listens. */
export interface OpenNode {
  readonly node: MeshNode;
  /** Whom it was told to meet, or found. */
  readonly bootstrap: readonly string[];
}

/** Ports that are free when they are chosen can be gone a moment later; three moments in a row are no accident. */
const portChoicesMax = 3;

/** Opens it. Throws a `ProgramError` where the world does not let it. */
export async function openNode(config: Config, claimed: ClaimedFolder, networkKey: string | undefined): Promise<OpenNode> {
  const { ports } = claimed.folder;
  return onChosenPorts(config.listen, config.transport, ports, (listen) => openOn(listen, config, claimed, networkKey));
}

/** Opens the bridge of the node, if a topic is to be shared. Throws a `ProgramError` where the world does not let it. */
export async function openBridge(node: MeshNode, config: Config, { gossipsubPorts }: NodeFolder): Promise<TopicBridge | undefined> {
  const { gossipsubTopic: topics, gossipsubPeer: peers, gossipsubListen, transport: wires } = config;
  if (topics.length === 0) return undefined;
  return onChosenPorts(gossipsubListen, wires, gossipsubPorts, (listen) => bridgeTopics(node, { topics, peers, listen, wires }));
}

async function onChosenPorts<Opened>(
  listen: readonly string[], transport: Config['transport'], file: string, open: (listen: readonly string[]) => Promise<Opened>,
): Promise<Opened> {
  const wanted = listen.filter((text) => transport === 'both' || parseAddress(text)?.wire === transport);
  for (let choice = 1; ; choice += 1) {
    const ports = await chooseListenPorts(wanted, file);
    try {
      return await open(ports.listen);
    } catch (error) {
      const isCollision = codeOf(error) === 'address-in-use' && ports.isOurChoice && choice < portChoicesMax;
      if (!isCollision) throw failureOf(error);
    }
  }
}

async function openOn(
  listen: readonly string[], config: Config, { folder, lock }: ClaimedFolder, networkKey: string | undefined,
): Promise<OpenNode> {
  const network = networkFingerprint(networkKey);
  publishAddresses(folder, { network, addresses: listen });
  const found = config.localDiscovery ? discoverAddresses({ home: config.home, transport: config.transport, folder, network }) : [];
  const bootstrap = [...config.bootstrap, ...found];
  const node = await createMeshNode({
    transport: ({ secretKey }) =>
      libp2pTransport({ secretKey, frameBytesMax, listen, wires: config.transport, idleTimeoutMs: config.idleTimeoutMs }),
    dataDirectory: folder.path,
    directoryLock: lock,
    ...(networkKey === undefined ? {} : { networkKey }),
    bootstrap,
    name: folder.name,
    region: config.region,
  });
  publishAddresses(folder, { network, addresses: node.addresses });
  return { node, bootstrap };
}

/** Failures that a change of the configuration mends, or that name the program in the way; others only failed. */
const programCodes: Readonly<Record<string, ProgramErrorCode>> = {
  'address-in-use': 'address-in-use', 'invalid-options': 'invalid-config', 'unsafe-file': 'invalid-config',
};

/** The world's refusals are lines; what is left is a bug of ours and keeps its stack. */
function failureOf(error: unknown): unknown {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined) return error;
  return new ProgramError(programCodes[code] ?? 'start-failed', [error.message], error);
}
