/** What a node is started with. Public fields are optional where a default serves; `resolveOptions` makes the complete value. */
import type { MeshOptionsInput } from '@murmuration/mesh';
import type { Observer, SignatureScheme } from '@murmuration/protocol';
import type { MessageLogOptionsInput } from '@murmuration/state';
import type { Transport } from '@murmuration/transport';
import type { Identity } from './identity.ts';
import type { DirectoryLock } from './storage/directory-lock.ts';

/** Options of `createMeshNode`. */
export interface MeshNodeOptions {
  /** Makes the transport of the identity that the node found or created. */
  readonly transport: (identity: Identity) => Transport;
  /** Folder for the identity key, the epoch and the log; made with mode 0700. Without it everything lives in memory. */
  readonly dataDirectory?: string;
  /** The lock of `dataDirectory`, where the caller holds it already and will release it. Default: the node takes it itself. */
  readonly directoryLock?: DirectoryLock;
  /**
   * Secret of the network, 32 bytes as hex. Who has it can admit members; nodes of another secret are refused. Without it
   * the network is open: whoever can connect is a member.
   */
  readonly networkKey?: string;
  /** Multiaddrs of nodes to meet first; the rest of the mesh is learned from them. Retried for ever (D9). */
  readonly bootstrap?: readonly string[];
  /** Name for people, told to other members. Default: the first characters of the identity. */
  readonly name?: string;
  /** Region that the node stands in, told to other members. Default `local`. */
  readonly region?: string;
  /** Protocol options by module. */
  readonly mesh?: MeshOptionsInput;
  /** How long, and how much, of messages is kept for those who missed them. Default: half a minute, 8 MiB. */
  readonly messages?: MessageLogOptionsInput;
  /** Hears the facts of the core. Default: nobody. */
  readonly observer?: Observer;
  /** How signatures are checked. Default: the fastest available. */
  readonly scheme?: SignatureScheme;
  /** Events, and messages of one subscription, kept for a slow reader; the oldest are dropped and counted. Default 16,384, as many as one batch can tell of; their content is at most 16 MiB. */
  readonly eventQueueMax?: number;
}
