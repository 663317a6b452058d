/**
 * The bridges of this mesh, and whose turn it is. A bridge has an identity of its own; its member claims it in a register for each topic,
 * signed with the bridge's key, so that nobody passes off a foreign peer as a bridge and silences it. A claim holds in the start in which
 * it was made: a member that comes back without its bridge keeps nobody waiting.
 */
import {
  encodeText, peerIdOf, publicKeyBytes, publicKeyOfPeerId, reputationMin, signatureBytes, type PeerId, type Signer,
} from '@murmuration/protocol';
import type { BridgePort } from './bridge-port.ts';
import type { MeshNode } from './public-node.ts';
import type { RegisterEntry } from './views.ts';

/** The registers of claims; the topic follows. */
export const claimKeyPrefix = 'mesh/gossipsub/';
const claimDomain = encodeText('murmuration gossipsub bridge');
const claimBytes = publicKeyBytes + 4 + signatureBytes;
/** Bans and departures are looked at this often; claims at once. */
const lookAgainMs = 1_000;
/** More bridges than these speak with the last: an identity costs a member nothing, and nobody is to be kept waiting by many. */
const rankMax = 4;
/** Bridges that are no more, whose words may still be on their way. */
const formerMax = 256;

interface Claim {
  readonly topic: string;
  readonly member: PeerId;
  readonly bridge: PeerId;
  readonly epoch: number;
}

interface Judged {
  readonly value: Uint8Array;
  /** Undefined where its signature does not hold. */
  readonly claim: Claim | undefined;
}

export class BridgeRoster {
  readonly #node: MeshNode;
  readonly #port: BridgePort;
  readonly #topics: readonly string[];
  /** Who we are over there, once we have claimed it. */
  #self: PeerId | undefined;
  readonly #ends: readonly (() => void)[];
  #judged = new Map<string, Judged>();
  #memberOf = new Map<PeerId, PeerId>();
  #ranks = new Map<string, number>();
  readonly #former = new Set<PeerId>();
  #freshUntilMs = -Infinity;

  constructor(node: MeshNode, port: BridgePort, topics: readonly string[]) {
    this.#node = node;
    this.#port = port;
    this.#topics = topics;
    const note = ({ key }: { readonly key: string }): void => {
      if (key.startsWith(claimKeyPrefix)) this.#freshUntilMs = -Infinity;
    };
    this.#ends = [node.on('register-changed', note), node.on('register-deleted', note)];
  }

  /** Claims our topics for the bridge that signs. Rejects as a write does. */
  async announce(signer: Signer): Promise<void> {
    this.#self = peerIdOf(signer.publicKey);
    this.#freshUntilMs = -Infinity;
    await this.#node.setAll(this.#topics.map((topic) => [claimKeyPrefix + topic, this.#makeClaim(topic, signer)] as const));
  }

  /** Takes the claims back. What a node that ends cannot write any more holds in no later start anyway. */
  async withdraw(): Promise<void> {
    for (const end of this.#ends) end();
    await Promise.allSettled(this.#topics.map((topic) => this.#node.delete(claimKeyPrefix + topic)));
  }

  /** True for what other bridges sign: it came from the mesh. */
  isBridge(author: PeerId): boolean {
    this.#refresh();
    return this.#memberOf.has(author) || this.#former.has(author);
  }

  /** True if there is another bridge, wherever it stands. */
  get hasOthers(): boolean {
    this.#refresh();
    return this.#memberOf.size > 0;
  }

  /** Bridges that carry this topic and come before us, at most four. */
  rankIn(topic: string): number {
    this.#refresh();
    return this.#ranks.get(topic) ?? 0;
  }

  /** Of a bridge that of its member, of everybody else their own: 0 to 1, a stranger's is 0.5. */
  reputationOf(peer: PeerId): number {
    this.#refresh();
    return this.#port.reputationOf(this.#memberOf.get(peer) ?? peer);
  }

  #refresh(): void {
    const nowMs = this.#port.now();
    if (nowMs < this.#freshUntilMs) return;
    this.#freshUntilMs = nowMs + lookAgainMs;
    const claims = this.#readClaims();
    const before = this.#memberOf;
    this.#memberOf = new Map(claims.map(({ bridge, member }) => [bridge, member]));
    for (const bridge of before.keys()) if (!this.#memberOf.has(bridge)) this.#rememberFormer(bridge);
    const epochs = new Map(this.#node.members().filter(({ state }) => state === 'alive' || state === 'suspect')
      .map(({ id, epoch }) => [id, epoch]));
    const carries = ({ member, epoch, bridge }: Claim): boolean =>
      (this.#self === undefined || bridge < this.#self) && epochs.get(member) === epoch && this.#port.reputationOf(member) >= reputationMin;
    this.#ranks = new Map(this.#topics.map((topic) => {
      const first = new Set(claims.filter((claim) => claim.topic === topic && carries(claim)).map(({ bridge }) => bridge));
      return [topic, Math.min(rankMax, first.size)];
    }));
  }

  #readClaims(): Claim[] {
    const judged = new Map<string, Judged>();
    const wanted = new Set(this.#topics);
    for (const entry of this.#node.registers({ keyPrefix: claimKeyPrefix })) {
      const topic = entry.key.slice(claimKeyPrefix.length);
      if (!wanted.has(topic) || entry.author === this.#node.id) continue;
      const name = `${entry.author} ${topic}`;
      const known = this.#judged.get(name);
      const isKnown = known !== undefined && Buffer.compare(known.value, entry.value) === 0;
      judged.set(name, isKnown ? known : { value: entry.value, claim: this.#readClaim(topic, entry) });
    }
    this.#judged = judged;
    return [...judged.values()].map(({ claim }) => claim).filter((claim) => claim !== undefined);
  }

  #readClaim(topic: string, { author, value }: RegisterEntry): Claim | undefined {
    if (value.length !== claimBytes) return undefined;
    const publicKey = value.subarray(0, publicKeyBytes);
    const epoch = new DataView(value.buffer, value.byteOffset).getUint32(publicKeyBytes);
    const signature = value.subarray(publicKeyBytes + 4);
    if (!this.#port.verify(publicKey, this.#signedBytes(author, topic, epoch), signature)) return undefined;
    return { topic, member: author, bridge: peerIdOf(publicKey), epoch };
  }

  #makeClaim(topic: string, signer: Signer): Uint8Array {
    const { epoch } = this.#port;
    const signature = signer.sign(this.#signedBytes(this.#node.id, topic, epoch));
    return Buffer.concat([signer.publicKey, wordOf(epoch), signature]);
  }

  #signedBytes(member: PeerId, topic: string, epoch: number): Uint8Array {
    const memberKey = publicKeyOfPeerId(member) ?? new Uint8Array();
    return Buffer.concat([claimDomain, this.#port.networkId, memberKey, wordOf(epoch), encodeText(topic)]);
  }

  #rememberFormer(bridge: PeerId): void {
    this.#former.add(bridge);
    const [oldest] = this.#former;
    if (this.#former.size > formerMax && oldest !== undefined) this.#former.delete(oldest);
  }
}

function wordOf(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
