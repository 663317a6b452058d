/**
 * What a bridge to another network gets of the node, and nothing else: to hear and to speak on topics, to ask who may be believed, and
 * to end with the node.
 */
import { hkdfSync } from 'node:crypto';
import { noPeer, publicKeyOfPeerId, type MessageUpdate, type PeerId, type PeerIndex, type Signer } from '@murmuration/protocol';
import type { Assembly } from './assembly.ts';
import { NodeError } from './errors.ts';
import type { TopicMessage } from './events.ts';
import { identityOf } from './identity.ts';
import { self } from './loop.ts';

/** A stranger: neither relied on nor passed over. */
const neutralReputation = 0.5;

type Parts = Pick<
  Assembly, 'topics' | 'mesh' | 'loop' | 'book' | 'identity' | 'network' | 'options' | 'epoch'
>;

/** One for each node. */
export class BridgePort {
  readonly #parts: Parts;
  #end: (() => Promise<void>) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Part of what a claim of this mesh is signed over. */
  get networkId(): Uint8Array {
    return this.#parts.network.id;
  }

  /** Of this start. */
  get epoch(): number {
    return this.#parts.epoch;
  }

  /** 32 bytes that only this node can make, the same in every start: the bridge is known again, and no second secret has to be kept. */
  bridgeSecret(): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#parts.identity.secretKey, '', 'murmuration gossipsub bridge', 32));
  }

  signerOf(secretKey: Uint8Array): Signer {
    return identityOf(secretKey).signer;
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const { scheme } = this.#parts.options;
    return scheme.isAcceptableKey(publicKey) && scheme.verify({ publicKey, message, signature });
  }

  hash(bytes: Uint8Array): Uint8Array {
    return this.#parts.options.scheme.hash(bytes);
  }

  /** Tells what is said on the topics from now on, by whomever; returns the function that ends it. */
  tap(topics: ReadonlySet<string>, hear: (message: TopicMessage) => void): () => void {
    return this.#parts.topics.tap(topics, hear);
  }

  /** Says it in the mesh, as ours. Rejects as `MeshNode.broadcast` does. */
  say(message: Omit<MessageUpdate, 'type'>): Promise<void> {
    return this.#parts.topics.broadcast(message);
  }

  /** The epochs of those of the members that are alive, or may be. */
  epochsOfPresent(ids: ReadonlySet<PeerId>): Map<PeerId, number> {
    const wanted = new Map([...ids].map((id) => [this.#peerOf(id), id]));
    const epochs = new Map<PeerId, number>();
    for (const { peer, state, epoch } of wanted.size === 0 ? [] : this.#parts.mesh.members(self)) {
      const id = wanted.get(peer);
      if (id !== undefined && (state === 'alive' || state === 'suspect')) epochs.set(id, epoch);
    }
    return epochs;
  }

  /** What we have seen of a member, 0 to 1; for a stranger 0.5. */
  reputationOf(id: PeerId): number {
    const { mesh, loop } = this.#parts;
    const peer = this.#peerOf(id);
    return peer === noPeer ? neutralReputation : mesh.reputationOf(self, peer, loop.now());
  }

  now(): number {
    return this.#parts.loop.now();
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#parts.loop.after(delayMs, task);
  }

  /** Ends with the node. Returns the function that takes this back. Throws `closed`, or `bridge-exists`: two would share an identity. */
  attach(end: () => Promise<void>): () => void {
    if (this.#parts.loop.isStopped) throw new NodeError('closed', 'the node is closed', {});
    if (this.#end !== undefined) throw new NodeError('bridge-exists', 'the node has a bridge: end it first, or give it more topics', {});
    this.#end = end;
    return () => {
      if (this.#end === end) this.#end = undefined;
    };
  }

  /** Ends what is attached. */
  async close(): Promise<void> {
    await this.#end?.();
  }

  #peerOf(id: PeerId): PeerIndex {
    const publicKey = publicKeyOfPeerId(id);
    return publicKey === undefined ? noPeer : this.#parts.book.find(publicKey);
  }
}
