/**
 * A mesh in one process for tests: real nodes over memory links, on vitest's fake clock, so that seconds pass in milliseconds
 * and nothing waits for real time; and strangers, who stand on a bare transport and say whatever a test wants.
 */
import { generateSecretKey, signatureScheme, signerFromSecret } from '@murmuration/byzantine/schemes';
import { networkOf } from '@murmuration/mesh';
import {
  assert,
  beginFrame,
  certificateBytes,
  decodeFrame,
  encodeHello,
  encodeUpdates,
  joinSignature,
  noCertificate,
  noHash,
  signedBytesOf,
  writeMessage,
  type BatchEnvelope,
  type BatchMessage,
  type BatchPlace,
  type MemberClaim,
  type PeerId,
  type PeerIndex,
  encodeIntroduction,
  type PeerIntroduction,
  type ReceivedMessage,
  type SignatureScheme,
  type Update,
  type WallMillis,
  type WireMessage,
  type WireNames,
} from '@murmuration/protocol';
import type { Link, LinkCloseCause, Transport, TransportHandler } from '@murmuration/transport';
import { memoryNetwork, type MemoryNetworkOptions } from '@murmuration/transport/memory';
import { vi } from 'vitest';
import { assemble, type Assembly } from './assembly.ts';
import type { Clock } from './clock.ts';
import { createMeshNode } from './create-mesh-node.ts';
import type { NodeEvent } from './events.ts';
import { layFoundation } from './foundation.ts';
import { identityOf, type Identity } from './identity.ts';
import { selfPeer } from './loop.ts';
import type { MeshNodeOptions } from './options.ts';
import type { MeshNode } from './public-node.ts';
import { resolveOptions } from './resolve-options.ts';
import { memoryStorage } from './storage/memory.test.support.ts';
import type { UpdateLog } from './storage/ports.ts';

/** Two networks that have nothing to do with each other. */
export const networkKey: string = '11'.repeat(32);
export const otherNetworkKey: string = '22'.repeat(32);
/** No key at all. */
export const openNetwork = '';

const frameBytesMax = 1024 * 1024;
/** The timer of the machine, taken before any clock is replaced. */
const ownTime = setTimeout;

/** Who a stranger is: somebody new with the network's key, unless told otherwise. */
export interface StrangerOptions {
  readonly key?: string;
  readonly identity?: Identity;
}

/** What a test replaces in the parts of a node. */
export interface PartsOptions extends Partial<MeshNodeOptions> {
  readonly log?: Partial<UpdateLog>;
  readonly clock?: Clock;
}

/** Everything that one test made. Ends with `await using`. */
export class World implements AsyncDisposable {
  readonly network: ReturnType<typeof memoryNetwork>;
  readonly #nodes: MeshNode[] = [];
  readonly #strangers: Stranger[] = [];
  readonly #identities = new Map<PeerId, Identity>();
  #usesDisk = false;

  constructor(options: MemoryNetworkOptions = { latencyMs: [1, 3] }) {
    vi.useFakeTimers();
    this.network = memoryNetwork(options);
  }

  /** A node in memory; give it a `dataDirectory` and it remembers. */
  async node({ networkKey: key = networkKey, ...options }: Partial<MeshNodeOptions> = {}): Promise<MeshNode> {
    const transport = (identity: Identity): Transport => this.transport(identity);
    if (options.dataDirectory !== undefined) this.#usesDisk = true;
    const starting = createMeshNode({ transport, ...options, ...(key !== openNetwork && { networkKey: key }) });
    const node = await this.resolved(starting);
    this.#nodes.push(node);
    return node;
  }

  /** The parts of a node that has joined and listens to nobody, over a log of which a test replaces what it wants. */
  async parts({ log, clock, ...given }: PartsOptions = {}): Promise<Assembly> {
    const options = resolveOptions({ networkKey, transport: (identity) => this.transport(identity), ...given });
    const { identity, log: inner } = memoryStorage();
    await inner.load();
    const whole: UpdateLog = {
      load: () => inner.load(),
      append: (record) => inner.append(record),
      sync: () => inner.sync(),
      close: () => inner.close(),
      ...log,
    };
    const foundation = { ...(await layFoundation(options)), storage: { identity, log: whole, close: () => whole.close() }, ...(clock && { clock }) };
    const parts = assemble(options, foundation, () => undefined);
    parts.book.greet({ publicKey: parts.identity.publicKey, certificate: parts.certificate, addresses: [] });
    parts.effects.endRestore();
    parts.loop.submit({ type: 'command', command: { type: 'join', self: selfPeer, epoch: parts.epoch } });
    return parts;
  }

  /** Somebody who speaks for itself. */
  async stranger({ key = networkKey, identity = identityOf(generateSecretKey()) }: StrangerOptions = {}): Promise<Stranger> {
    const stranger = new Stranger(this, key, identity);
    await stranger.transport.start(stranger);
    this.#strangers.push(stranger);
    return stranger;
  }

  /** The secrets of a node. */
  identityOf(node: MeshNode): Identity {
    const identity = this.#identities.get(node.id);
    assert(identity !== undefined, 'the node is of this world');
    return identity;
  }

  transport(identity: Identity): Transport {
    const { peer, publicKey } = identity;
    this.#identities.set(peer, identity);
    return this.network.transport({ peer, publicKey, frameBytesMax });
  }

  /** Lets time pass. Disks are as slow as they are: where one is used, a little of our own time passes, too. */
  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    if (this.#usesDisk) await new Promise((resolve) => ownTime(resolve, 1));
  }

  /** Lets time pass until something holds; at most a minute of the mesh. */
  async until(holds: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < 2_000; i++) {
      if (holds()) return;
      await this.pass(i < 1_000 ? 5 : 55);
    }
    throw new Error(`never came true: ${what}`);
  }

  /** The value of a promise that hangs on time passing. */
  async resolved<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    await this.until(() => isSettled, 'a promise settles');
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resolved(Promise.allSettled(this.#nodes.map((node) => node.close())));
    await this.resolved(Promise.allSettled(this.#strangers.map(({ transport }) => transport.stop())));
    vi.useRealTimers();
  }
}

/** What a stranger signs: the rest is filled in so that an honest node would take it. */
export interface BatchDraft extends Partial<BatchEnvelope> {
  readonly updates?: readonly Update[];
  /** Signs with this identity instead of the author's. */
  readonly signedBy?: Identity;
}

/** A peer without a node. */
export class Stranger implements TransportHandler {
  readonly identity: Identity;
  readonly transport: Transport;
  readonly networkId: Uint8Array;
  readonly certificate: Uint8Array;
  readonly frames: Uint8Array[] = [];
  readonly downs: LinkCloseCause[] = [];
  link: Link | undefined;
  readonly #world: World;

  constructor(world: World, key: string, identity: Identity) {
    this.#world = world;
    this.identity = identity;
    this.transport = world.transport(this.identity);
    const network = key === openNetwork ? undefined : signerFromSecret(Buffer.from(key, 'hex'));
    this.networkId = networkOf(network?.publicKey, signatureScheme()).id;
    this.certificate = network?.sign(certificateBytes(network.publicKey, this.identity.publicKey)) ?? noCertificate;
  }

  get introduction(): PeerIntroduction {
    const { publicKey } = this.identity;
    return { publicKey, certificate: this.certificate, addresses: this.transport.localAddresses };
  }

  onLinkUp(link: Link): void {
    this.link = link;
  }

  onFrame(_link: Link, frame: Uint8Array): void {
    this.frames.push(frame.slice());
  }

  onLinkDown(_link: Link, cause: LinkCloseCause): void {
    this.link = undefined;
    this.downs.push(cause);
  }

  onRefused(): void {}

  /** Dials a node and says nothing yet. */
  async dial(node: MeshNode): Promise<void> {
    await this.#world.resolved(this.transport.dial({ addresses: node.addresses }));
  }

  /** Dials a node, greets it as a member does, and says that its core wants the link. */
  async join(node: MeshNode): Promise<void> {
    await this.visit(node);
    this.send({ type: 'neighbor', isUrgent: false });
    await this.#world.pass(20);
  }

  /** Dials a node and greets it, no more. */
  async visit(node: MeshNode): Promise<void> {
    await this.dial(node);
    this.sendBytes(this.hello());
    await this.#world.pass(20);
  }

  /** What it was told since its greeting was answered. */
  heard(): ReceivedMessage[] {
    const decoded = this.frames.map((frame) => decodeFrame(frame, names([])));
    return decoded.flatMap((frame) => (frame.type === 'messages' ? frame.messages : []));
  }

  hello(): Uint8Array {
    return encodeHello({ networkId: this.networkId, certificate: this.certificate, addresses: this.transport.localAddresses });
  }

  sendBytes(frame: Uint8Array): void {
    this.link?.send(frame);
  }

  send(...messages: WireMessage[]): void {
    this.sendBytes(frameOf(messages, names([])));
  }

  /** Tells of members by their introductions, all alive in epoch 1. */
  sendClaims(members: readonly PeerIntroduction[]): void {
    this.sendBytes(this.claims(members));
  }

  claims(members: readonly PeerIntroduction[]): Uint8Array {
    const claims = members.map((_, i) => ({ peer: i as PeerIndex, state: 'alive', epoch: 1, incarnation: 0, accuser: -1 }) as MemberClaim);
    return frameOf([{ type: 'claims', claims }], names(members));
  }

  sendBatches(...batches: Uint8Array[]): void {
    this.sendPlaced('next', ...batches);
  }

  sendPlaced(place: BatchPlace, ...batches: Uint8Array[]): void {
    const messages = batches.map((_, handle) => ({ type: 'batch', handle, hops: 0, place }) as BatchMessage);
    this.sendBytes(frameOf(messages, { ...names([]), bytesOf: (handle) => batches[handle] as Uint8Array }));
  }

  /** A batch of our own log, the first of epoch 1 unless told otherwise. */
  batch({ updates = [{ type: 'register-set', key: 'k', value: Uint8Array.of(1) }], signedBy, ...given }: BatchDraft = {}): Uint8Array {
    const envelope: BatchEnvelope = {
      networkId: this.networkId,
      author: this.identity.publicKey,
      epoch: 1 as BatchEnvelope['epoch'],
      firstSequence: 1 as BatchEnvelope['firstSequence'],
      count: updates.length,
      previousHash: noHash,
      time: { wallMs: 1 as WallMillis, counter: 0 },
      scope: 'mesh',
      payload: encodeUpdates(updates),
      ...given,
    };
    const signed = signedBytesOf(envelope);
    return joinSignature(signed, (signedBy ?? this.identity).signer.sign(signed));
  }
}

/** A scheme that counts what it verifies. */
export function countingScheme(): SignatureScheme & { readonly verified: () => number } {
  const scheme = signatureScheme();
  let verified = 0;
  return {
    name: scheme.name,
    isAcceptableKey: (key) => scheme.isAcceptableKey(key),
    verify: (signed) => {
      verified++;
      return scheme.verify(signed);
    },
    verifyBatch: (signed) => scheme.verifyBatch(signed),
    hash: (message) => scheme.hash(message),
    verified: () => verified,
  };
}

/** Every event of a node, from now on. */
export function eventsOf(node: MeshNode): NodeEvent[] {
  const seen: NodeEvent[] = [];
  const events = node.events();
  void (async () => {
    for await (const event of events) seen.push(event);
  })();
  return seen;
}

/** What a node holds of another's register, as text. */
export function textOf(node: MeshNode, author: MeshNode, key: string): string | undefined {
  const value = node.get(author.id, key);
  return value === undefined ? undefined : Buffer.from(value).toString();
}

/** True if all nodes hold the same state. */
export function agree(...nodes: readonly MeshNode[]): boolean {
  return new Set(nodes.map((node) => node.stateHash())).size === 1;
}

function frameOf(messages: readonly WireMessage[], table: WireNames): Uint8Array {
  const frame = beginFrame();
  for (const message of messages) writeMessage(frame, message, table);
  return frame.finish();
}

function names(members: readonly PeerIntroduction[]): WireNames {
  const at = (peer: PeerIndex): PeerIntroduction => members[peer] as PeerIntroduction;
  return {
    publicKeyOf: (peer) => at(peer).publicKey,
    introductionBytesOf: (peer) => encodeIntroduction(at(peer)),
    find: () => -1 as PeerIndex,
    introduce: () => -1 as PeerIndex,
    bytesOf: () => new Uint8Array(0),
  };
}
