/**
 * Who is meant. A node is one of ours (the daemon runs one, the simulator a million), a peer is any identity the mesh
 * knows. Inside the core both are small integers into columns; the shell owns the table between `PeerId` and `PeerIndex`.
 */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Row of a node that this process runs: 0 in a daemon, 0..N-1 in the simulator. */
export type NodeIndex = Branded<number, 'NodeIndex'>;
/** Row of an identity in the shell's peer table. Small, dense, never reused while the process lives. */
export type PeerIndex = Branded<number, 'PeerIndex'>;
/** Text form of an identity: libp2p's base58 form of the ed25519 public key, `12D3KooW…`. */
export type PeerId = Branded<string, 'PeerId'>;
/** Position in one author's log, within one epoch. The first update is 1; 0 means "nothing yet". */
export type Sequence = Branded<number, 'Sequence'>;
/** Rises at every start of an author, so that a restart never reuses a sequence. */
export type Epoch = Branded<number, 'Epoch'>;
/** Rises when a member refutes a claim about itself, within one epoch. */
export type Incarnation = Branded<number, 'Incarnation'>;
/** Names the bytes of one batch in the shell's side store. */
export type BatchHandle = Branded<number, 'BatchHandle'>;

/** No peer, where a column needs a value. */
export const noPeer: PeerIndex = -1 as PeerIndex;
/** The sequence of an author that has written nothing. */
export const noSequence: Sequence = 0 as Sequence;
