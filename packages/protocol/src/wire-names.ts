/** Port: what the codec asks of the shell, because the core knows peers by index and the wire knows them by key. */
import type { BatchHandle, PeerIndex } from './ids.ts';

/** Identity of a peer as it travels: enough to admit and to dial it. */
export interface PeerIntroduction {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The network's signature over the identity, 64 bytes; zeros in an open network. */
  readonly certificate: Uint8Array;
  readonly addresses: readonly string[];
}

/** The shell's tables, read while encoding and asked while decoding. */
export interface WireNames {
  publicKeyOf(peer: PeerIndex): Uint8Array;
  /** The peer's introduction as `encodeIntroduction` makes it. */
  introductionBytesOf(peer: PeerIndex): Uint8Array;
  /** The peer of a key, or `noPeer` where it is not in the table. Adds nothing. */
  find(publicKey: Uint8Array): PeerIndex;
  /** Takes a peer that a member told of into the table, or answers `noPeer`: not certified, or the table is full. */
  introduce(introduction: PeerIntroduction): PeerIndex;
  /** The encoded batch, signature included. */
  bytesOf(handle: BatchHandle): Uint8Array;
}
