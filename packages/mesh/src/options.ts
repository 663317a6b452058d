/** All options of the core, nested by module, and the presets. */
import { byzantineDefaults, checkByzantineOptions, type ByzantineOptions } from '@murmuration/byzantine';
import { checkGossipOptions, gossipDefaults, type GossipOptions } from '@murmuration/gossip';
import { checkPeerRegistryOptions, peerRegistryDefaults, type PeerRegistryOptions } from '@murmuration/peer-registry';
import { throwViolations } from '@murmuration/protocol';

/** Complete options. */
export interface MeshOptions {
  readonly peerRegistry: PeerRegistryOptions;
  readonly gossip: GossipOptions;
  readonly byzantine: ByzantineOptions;
}

/** What people give: any part of it. */
export interface MeshOptionsInput {
  readonly peerRegistry?: Partial<PeerRegistryOptions>;
  readonly gossip?: Partial<GossipOptions>;
  readonly byzantine?: Partial<ByzantineOptions>;
}

/** The complete, frozen options. Throws `invalid-options` that names every violation at once. */
export function resolveMeshOptions(input: MeshOptionsInput = {}): MeshOptions {
  const options: MeshOptions = Object.freeze({
    peerRegistry: Object.freeze({ ...peerRegistryDefaults, ...input.peerRegistry }),
    gossip: Object.freeze({ ...gossipDefaults, ...input.gossip }),
    byzantine: Object.freeze({ ...byzantineDefaults, ...input.byzantine }),
  });
  throwViolations([
    checkPeerRegistryOptions(options.peerRegistry),
    checkGossipOptions(options.gossip),
    checkByzantineOptions(options.byzantine),
  ]);
  return options;
}
