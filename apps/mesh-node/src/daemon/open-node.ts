/** Opens the node of a folder: ports, addresses for the neighbors on this machine, transport, `createMeshNode`. */
import { createMeshNode, type MeshNode } from '@murmuration/node';
import { frameBytesMax } from '@murmuration/protocol';
import { libp2pTransport } from '@murmuration/transport/libp2p';
import { parseAddress } from '../addresses.ts';
import type { Config } from '../config/settings.ts';
import { chooseListenPorts, type ChosenPorts } from '../listen-ports.ts';
import { discoverAddresses, publishAddresses } from '../local-discovery.ts';
import { networkFingerprint } from '../network-key.ts';
import type { ClaimedFolder } from '../node-folder.ts';
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
  const wanted = config.listen.filter((text) => config.transport === 'both' || parseAddress(text)?.wire === config.transport);
  for (let choice = 1; ; choice += 1) {
    const ports = await chooseListenPorts(wanted, claimed.folder.ports);
    try {
      return await openOn(ports, config, claimed, networkKey);
    } catch (error) {
      const isCollision = codeOf(error) === 'address-in-use' && ports.isOurChoice && choice < portChoicesMax;
      if (!isCollision) throw failureOf(error);
    }
  }
}

async function openOn(
  { listen }: ChosenPorts, config: Config, { folder, lock }: ClaimedFolder, networkKey: string | undefined,
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
