/**
 * The bridges of this mesh, and whose turn it is. A claim keeps others waiting only in the start in which it was made: a member that comes
 * back without its bridge keeps nobody waiting. As a mark of what came from the mesh it holds in any.
 */
import { peerIdOf, reputationMin, type PeerId, type Signer } from '@murmuration/protocol';
import { claimKeyPrefix, makeClaim, readClaim, type BridgeClaim } from './bridge-claim.ts';
import type { BridgePort } from './bridge-port.ts';
import type { MeshNode } from './public-node.ts';

/** Bans and departures are looked at this often. */
const lookMs = 1_000;
/** After news of a claim, at most this often: a new bridge waits 1.5 s before it speaks first. */
const lookAtNewsMs = 100;
/** Thirty-two bridges on thirty-two topics. */
const claimsMax = 1_024;
/** More bridges than these speak with the last: an identity costs a member nothing, and nobody is to be kept waiting by many. */
const rankMax = 4;
/** Bridges that are no more, whose words may still be on their way. */
const formerMax = 256;

/** A claim as it was written, read when it is asked for: many writes of one batch are one look. */
interface Written {
  readonly member: PeerId;
  readonly topic: string;
  readonly value: Uint8Array;
  claim?: BridgeClaim | undefined;
  isRead: boolean;
}

interface HeldClaim extends BridgeClaim {
  readonly member: PeerId;
  readonly topic: string;
}

export class BridgeRoster {
  readonly #node: MeshNode;
  readonly #port: BridgePort;
  readonly #topics: ReadonlySet<string>;
  /** Who we are over there, once we have claimed it. */
  #self: PeerId | undefined;
  readonly #ends: readonly (() => void)[];
  readonly #written = new Map<string, Written>();
  #memberOf = new Map<PeerId, PeerId>();
  #ranks = new Map<string, number>();
  readonly #former = new Set<PeerId>();
  #lookedAtMs = -Infinity;
  #hasNews = true;

  constructor(node: MeshNode, port: BridgePort, topics: readonly string[]) {
    this.#node = node;
    this.#port = port;
    this.#topics = new Set(topics);
    this.#ends = [
      node.on('register-changed', ({ author, key, value }) => this.#note(author, key, value)),
      node.on('register-deleted', ({ author, key }) => this.#note(author, key, undefined)),
    ];
    for (const { author, key, value } of node.registers({ keyPrefix: claimKeyPrefix })) this.#note(author, key, value);
  }

  /** True if there is another bridge, wherever it stands. */
  get hasOthers(): boolean {
    this.#look();
    return this.#memberOf.size > 0;
  }

  /** Claims our topics for the bridge that signs. Rejects as a write does. */
  async announce(signer: Signer): Promise<void> {
    this.#self = peerIdOf(signer.publicKey);
    this.#hasNews = true;
    const { networkId, epoch } = this.#port;
    const claimOf = (topic: string): Uint8Array => makeClaim({ networkId, member: this.#node.id, topic }, epoch, signer);
    await this.#node.setAll([...this.#topics].map((topic) => [claimKeyPrefix + topic, claimOf(topic)] as const));
  }

  /** Takes the claims back. What a node that ends cannot write any more holds in no later start anyway. */
  async withdraw(): Promise<void> {
    this.close();
    await Promise.allSettled([...this.#topics].map((topic) => this.#node.delete(claimKeyPrefix + topic)));
  }

  /** Hears of no more claims. */
  close(): void {
    for (const end of this.#ends) end();
  }

  /** True for what other bridges sign: it came from the mesh. */
  isBridge(author: PeerId): boolean {
    this.#look();
    return this.#memberOf.has(author) || this.#former.has(author);
  }

  /** Bridges that carry this topic and come before us, at most four. */
  rankIn(topic: string): number {
    this.#look();
    return this.#ranks.get(topic) ?? 0;
  }

  /** Of a bridge that of its member, of everybody else their own: 0 to 1, a stranger's is 0.5. */
  reputationOf(peer: PeerId): number {
    this.#look();
    return this.#port.reputationOf(this.#memberOf.get(peer) ?? peer);
  }

  #note(member: PeerId, key: string, value: Uint8Array | undefined): void {
    if (!key.startsWith(claimKeyPrefix) || member === this.#node.id) return;
    const topic = key.slice(claimKeyPrefix.length);
    if (!this.#topics.has(topic)) return;
    const name = `${member} ${topic}`;
    this.#hasNews = true;
    if (value === undefined) this.#written.delete(name);
    else if (this.#written.has(name) || this.#written.size < claimsMax) {
      this.#written.set(name, { member, topic, value, isRead: false });
    }
  }

  #look(): void {
    const nowMs = this.#port.now();
    if (nowMs < this.#lookedAtMs + (this.#hasNews ? lookAtNewsMs : lookMs)) return;
    this.#lookedAtMs = nowMs;
    this.#hasNews = false;
    const claims = this.#readClaims();
    const before = this.#memberOf;
    this.#memberOf = new Map(claims.map(({ bridge, member }) => [bridge, member]));
    for (const bridge of before.keys()) if (!this.#memberOf.has(bridge)) this.#rememberFormer(bridge);
    this.#rank(claims);
  }

  #readClaims(): HeldClaim[] {
    const { networkId } = this.#port;
    return [...this.#written.values()].flatMap((written) => {
      const { member, topic, value, isRead } = written;
      if (!isRead) {
        const verify = (...signed: Parameters<BridgePort['verify']>): boolean => this.#port.verify(...signed);
        written.claim = readClaim({ networkId, member, topic }, value, verify);
        written.isRead = true;
      }
      return written.claim === undefined ? [] : [{ ...written.claim, member, topic }];
    });
  }

  #rank(claims: readonly HeldClaim[]): void {
    const epochs = this.#port.epochsOfPresent(new Set(claims.map(({ member }) => member)));
    const first = claims.filter(({ member, epoch, bridge }) =>
      (this.#self === undefined || bridge < this.#self) &&
      epochs.get(member) === epoch && this.#port.reputationOf(member) >= reputationMin);
    const bridgesOf = (topic: string): Set<PeerId> =>
      new Set(first.filter((claim) => claim.topic === topic).map(({ bridge }) => bridge));
    this.#ranks = new Map([...this.#topics].map((topic) => [topic, Math.min(rankMax, bridgesOf(topic).size)]));
  }

  #rememberFormer(bridge: PeerId): void {
    this.#former.add(bridge);
    const [oldest] = this.#former;
    if (this.#former.size > formerMax && oldest !== undefined) this.#former.delete(oldest);
  }
}
