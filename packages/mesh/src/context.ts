/** What a `Mesh` is made of: shared by all its nodes. */
import type { Observer, PeerTags, StateSource } from '@murmuration/protocol';
import type { MeshOptions } from './options.ts';

export interface MeshContext {
  readonly options: MeshOptions;
  readonly observer: Observer;
  readonly tags: PeerTags;
  readonly source: StateSource;
  /** Seed of every draw; the shell takes one from its CSPRNG, the simulator from the run. */
  readonly seed: number;
}
