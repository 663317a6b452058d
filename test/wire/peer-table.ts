/** The codec's table of peers and batches for vectors: a list, in which a peer is its position. */
import { encodeIntroduction, noPeer } from '@murmuration/protocol';
import type { BatchHandle, PeerIndex, PeerIntroduction, WireNames } from '@murmuration/protocol';

export class PeerTable implements WireNames {
  readonly #peers: readonly PeerIntroduction[];
  readonly #batches: readonly Uint8Array[];

  constructor(peers: readonly PeerIntroduction[], batches: readonly Uint8Array[]) {
    this.#peers = peers;
    this.#batches = batches;
  }

  publicKeyOf(peer: PeerIndex): Uint8Array {
    return this.introductionOf(peer).publicKey;
  }

  introductionOf(peer: PeerIndex): PeerIntroduction {
    const found = this.#peers[peer];
    if (found === undefined) throw new RangeError(`no sample is peer ${peer}`);
    return found;
  }

  introductionBytesOf(peer: PeerIndex): Uint8Array {
    return encodeIntroduction(this.introductionOf(peer));
  }

  find(publicKey: Uint8Array): PeerIndex {
    const at = this.#peers.findIndex((peer) => peer.publicKey.every((byte, index) => byte === publicKey[index]));
    return at < 0 ? noPeer : (at as PeerIndex);
  }

  /** Admits whom it knows by the same certificate and addresses, and nobody else. */
  introduce(introduction: PeerIntroduction): PeerIndex {
    const at = this.find(introduction.publicKey);
    const isSame = at !== noPeer && JSON.stringify(this.introductionOf(at)) === JSON.stringify(introduction);
    return isSame ? at : noPeer;
  }

  bytesOf(handle: BatchHandle): Uint8Array {
    const found = this.#batches[handle];
    if (found === undefined) throw new RangeError(`no sample is batch ${handle}`);
    return found;
  }
}
