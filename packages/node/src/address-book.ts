/**
 * Who is who: `PeerIndex` to key, certificate and addresses, and back. Only certified identities enter, so an uncertified one
 * can neither fill the table nor have its batches taken. What a peer says of its own addresses outweighs what others say, and where
 * a link to it leads outweighs both: of the three only the last is evidence of where it comes from.
 */
import { randomInt } from 'node:crypto';
import { isMember, type Network } from '@murmuration/mesh';
import {
  addressesPerPeerMax,
  encodeIntroduction,
  introductionsPerFrameMax,
  mix32,
  noPeer,
  peerIdOf,
  type PeerId,
  type PeerIndex,
  type PeerIntroduction,
  type PeerOrigins,
  type PeerTags,
  type SignatureScheme,
} from '@murmuration/protocol';
import { prefixOfAddress } from './address-prefix.ts';
import { KeyTable } from './key-table.ts';

/** A cell at its hard cap, the hubs, and several generations of lost members (GOSSIP 2.5). */
const peersMax = 4_096;

interface Peer {
  /** Its text, made when somebody asks. */
  id: PeerId | undefined;
  readonly publicKey: Uint8Array;
  readonly certificate: Uint8Array;
  own: readonly string[];
  hearsay: readonly string[];
  /** Its introduction as it travels, made when it is first asked for and again when its addresses change. */
  encoded: Uint8Array | undefined;
  origin: number;
  /** Its origin is that of a link: no word of anybody moves it. */
  isSeen: boolean;
}

export class AddressBook implements PeerTags, PeerOrigins {
  readonly #network: Network;
  readonly #scheme: SignatureScheme;
  readonly #onChanged: (introduction: PeerIntroduction) => void;
  readonly #keys = new KeyTable({ max: peersMax, seed: randomInt(2 ** 32) });
  readonly #peers: Peer[] = [];
  /** Nobody can make keys that fall together with somebody else's prefix. */
  readonly #originSeed = randomInt(2 ** 32);
  #introductionsLeft = introductionsPerFrameMax;
  #hasRefused = false;

  /** `onChanged` hears of every new peer, and of every one whose own addresses changed. */
  constructor(network: Network, scheme: SignatureScheme, onChanged: (introduction: PeerIntroduction) => void) {
    this.#network = network;
    this.#scheme = scheme;
    this.#onChanged = onChanged;
  }

  /** Peers known, ourselves included; they are numbered from 0. */
  get count(): number {
    return this.#peers.length;
  }

  /** A frame begins: what the one before did is forgotten. Whom it tells of beyond a slice, the next exchange tells of again. */
  beginFrame(): void {
    this.#introductionsLeft = introductionsPerFrameMax;
    this.#hasRefused = false;
  }

  /** True if this frame told of somebody whom the network did not certify. */
  get hasRefused(): boolean {
    return this.#hasRefused;
  }

  find(publicKey: Uint8Array): PeerIndex {
    return this.#keys.find(publicKey) as PeerIndex;
  }

  /** Takes a peer that somebody told of, with its addresses as hearsay. `noPeer`: not a member, or the table is full. */
  introduce({ publicKey, certificate, addresses }: PeerIntroduction): PeerIndex {
    const known = this.find(publicKey);
    const peer = known === noPeer ? this.#hear(publicKey, certificate) : known;
    if (peer === noPeer) return peer;
    this.#hearAddresses(this.#at(peer), addresses);
    if (known !== noPeer) return peer;
    // The first word places it: later hearsay moves nobody to where there is no room.
    this.#place(peer, addresses);
    // Told once, with where it was said to be: a node that comes back alone has somewhere to begin.
    this.#onChanged(this.introductionOf(peer));
    return peer;
  }

  /** Takes a peer that proved its key to us: its addresses are its own word. */
  greet({ publicKey, certificate, addresses }: PeerIntroduction): PeerIndex {
    const known = this.find(publicKey);
    const peer = known === noPeer ? this.#admit(publicKey, certificate) : known;
    if (peer === noPeer) return peer;
    const entry = this.#at(peer);
    const own = latest(addresses, []);
    if (known !== noPeer && own.join() === entry.own.join()) return peer;
    entry.own = own;
    entry.encoded = undefined;
    this.#place(peer, own);
    this.#onChanged(this.introductionOf(peer));
    return peer;
  }

  /** A link to the peer is there, and leads to this address. */
  see(peer: PeerIndex, remoteAddress: string): void {
    const entry = this.#at(peer);
    entry.origin = this.#originOf(peer, prefixOfAddress(remoteAddress));
    entry.isSeen = true;
  }

  idOf(peer: PeerIndex): PeerId {
    const entry = this.#at(peer);
    return (entry.id ??= peerIdOf(entry.publicKey));
  }

  publicKeyOf(peer: PeerIndex): Uint8Array {
    return this.#at(peer).publicKey;
  }

  /** Where to dial it: its own word first, then hearsay, which can never push that out. */
  addressesOf(peer: PeerIndex): readonly string[] {
    const { own, hearsay } = this.#at(peer);
    return [...new Set([...own, ...hearsay])];
  }

  introductionOf(peer: PeerIndex): PeerIntroduction {
    const { publicKey, certificate } = this.#at(peer);
    return { publicKey, certificate, addresses: this.addressesOf(peer).slice(0, addressesPerPeerMax) };
  }

  introductionBytesOf(peer: PeerIndex): Uint8Array {
    return (this.#at(peer).encoded ??= encodeIntroduction(this.introductionOf(peer)));
  }

  highOf(peer: PeerIndex): number {
    return this.#keys.wordAt(peer, 0);
  }

  lowOf(peer: PeerIndex): number {
    return this.#keys.wordAt(peer, 1);
  }

  /** The same for peers of one address prefix; a peer that stands nowhere is an origin of its own. */
  prefixOf(peer: PeerIndex): number {
    return this.#at(peer).origin;
  }

  /** Places a peer by what is said of it, until a link shows more. */
  #place(peer: PeerIndex, addresses: readonly string[]): void {
    const entry = this.#at(peer);
    const prefix = addresses.map(prefixOfAddress).find((each) => each !== undefined);
    if (!entry.isSeen && prefix !== undefined) entry.origin = this.#originOf(peer, prefix);
  }

  #originOf(peer: PeerIndex, prefix: string | undefined): number {
    if (prefix === undefined) return this.highOf(peer);
    let hash = this.#originSeed;
    for (let i = 0; i < prefix.length; i++) hash = mix32(hash ^ prefix.charCodeAt(i));
    return hash;
  }

  /** Somebody unknown, told of in a frame: no checks are spent on the rest of a frame that lied, or on more than one may tell. */
  #hear(publicKey: Uint8Array, certificate: Uint8Array): PeerIndex {
    if (this.#hasRefused || this.#introductionsLeft === 0 || this.#peers.length === peersMax) return noPeer;
    this.#introductionsLeft--;
    const peer = this.#admit(publicKey, certificate);
    this.#hasRefused = peer === noPeer;
    return peer;
  }

  /** Most of what is told is known. */
  #hearAddresses(entry: Peer, addresses: readonly string[]): void {
    if (addresses.every((address, at) => entry.hearsay[at] === address)) return;
    entry.hearsay = latest(addresses, entry.hearsay);
    entry.encoded = undefined;
  }

  #admit(publicKey: Uint8Array, certificate: Uint8Array): PeerIndex {
    // A full table refuses before it spends checks.
    if (this.#peers.length === peersMax || !isMember(this.#network, publicKey, certificate, this.#scheme)) return noPeer;
    const index = this.#keys.add(publicKey) as PeerIndex;
    this.#peers.push({
      id: undefined,
      publicKey: this.#keys.keyAt(index),
      certificate: certificate.slice(),
      own: [],
      hearsay: [],
      encoded: undefined,
      origin: this.#keys.wordAt(index, 0),
      isSeen: false,
    });
    return index;
  }

  #at(peer: PeerIndex): Peer {
    return this.#peers[peer] as Peer;
  }
}

/** The newest first, each once, at most `addressesPerPeerMax`. */
function latest(fresh: readonly string[], old: readonly string[]): string[] {
  return [...new Set([...fresh, ...old])].slice(0, addressesPerPeerMax);
}
