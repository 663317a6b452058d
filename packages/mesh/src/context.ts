/** What a `Mesh` is made of: shared by all its nodes. */
import type { Observer, PeerOrigins, PeerTags, StateSource } from '@murmuration/protocol';
import type { MeshOptions } from './options.ts';

export interface MeshContext {
  readonly options: MeshOptions;
  readonly observer: Observer;
  readonly tags: PeerTags;
  readonly source: StateSource;
  /** Without it every peer counts as an origin of its own. */
  readonly origins?: PeerOrigins;
  /** Seed of every draw; the shell takes one from its CSPRNG, the simulator from the run. */
  readonly seed: number;
}
