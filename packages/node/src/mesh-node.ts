/** The living node behind `MeshNode`: reads from its own copy, writes through its own log, and ends in order. */
import { noOrigin, noPeer, publicKeyOfPeerId, type MemberView, type PeerId, type PeerIndex, type Update } from '@murmuration/protocol';
import type { SharedDoc } from '@murmuration/state';
import type { Assembly } from './assembly.ts';
import { BridgePort } from './bridge-port.ts';
import type { RequestHandler } from './direct-desk.ts';
import type { DirectOptions } from './direct.ts';
import { NodeError } from './errors.ts';
import type { NodeEvent, NodeEvents } from './events.ts';
import { self, selfPeer } from './loop.ts';
import { bytesOf, type Payload } from './payload.ts';
import { decodePresence, encodePresence, presenceKey, type Presence } from './presence.ts';
import type { MeshNode, RegisterQuery, Subscription } from './public-node.ts';
import { statusOf } from './status.ts';
import type { MemberInfo, NodeStatus, RegisterEntry, WriteReceipt } from './views.ts';

export class LivingNode implements MeshNode {
  readonly id: PeerId;
  readonly #parts: Assembly;
  readonly #presence: Presence;
  readonly #startedAtMs: number;
  readonly #bridgePort: BridgePort;
  #closing: Promise<void> | undefined;
  #isCloned = false;

  constructor(parts: Assembly) {
    this.#parts = parts;
    this.id = parts.identity.peer;
    // The end of an identity is its random part; all begin alike.
    const { name = this.id.slice(-8), region } = parts.options;
    this.#presence = { name, region };
    this.#startedAtMs = parts.clock.now();
    this.#bridgePort = new BridgePort(parts);
  }

  get addresses(): readonly string[] {
    return this.#parts.transport.localAddresses;
  }

  status(): NodeStatus {
    return statusOf(this.#parts, this.#presence, this.#startedAtMs);
  }

  members(): MemberInfo[] {
    return this.#parts.mesh.members(self).map((member) => this.#describe(member));
  }

  set(key: string, value: Uint8Array | string): Promise<WriteReceipt> {
    return this.setAll([[key, value]]);
  }

  async setAll(entries: Iterable<readonly [key: string, value: Uint8Array | string]>): Promise<WriteReceipt> {
    const updates = Array.from(entries, ([key, value]): Update => ({ type: 'register-set', key, value: bytesOf(value) }));
    return this.#parts.writer.write(updates);
  }

  delete(key: string): Promise<WriteReceipt> {
    return this.#parts.writer.write([{ type: 'register-delete', key }]);
  }

  get(author: PeerId, key: string): Uint8Array | undefined {
    const peer = this.#peerOf(author);
    return peer === noPeer ? undefined : this.#parts.replica.register(peer, key);
  }

  registers({ author, keyPrefix }: RegisterQuery = {}): RegisterEntry[] {
    const peer = author === undefined ? undefined : this.#peerOf(author);
    if (peer === noPeer) return [];
    const query = { ...(peer !== undefined && { author: peer }), ...(keyPrefix !== undefined && { keyPrefix }) };
    return this.#parts.replica.registers(query).map((entry) => ({ ...entry, author: this.#parts.book.idOf(entry.author) }));
  }

  document(name: string): SharedDoc {
    return this.#parts.liveDocuments.open(name);
  }

  editDocument(name: string, change: (document: SharedDoc) => void): Promise<WriteReceipt> {
    return this.#parts.liveDocuments.edit(name, change);
  }

  readDocument(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.#parts.replica.readDocument(name);
  }

  documents(): string[] {
    return this.#parts.replica.documents();
  }

  stateHash(): string {
    return Buffer.from(this.#parts.replica.stateHash()).toString('hex');
  }

  async broadcast(topic: string, payload: Uint8Array | string): Promise<void> {
    return this.#parts.topics.broadcast({ topic, payload: bytesOf(payload), origin: noOrigin });
  }

  subscribe(topic: string): Subscription {
    return this.#parts.topics.subscribe(topic);
  }

  events(): AsyncIterableIterator<NodeEvent> {
    return this.#parts.hub.events();
  }

  on<Type extends keyof NodeEvents>(type: Type, listener: (event: NodeEvents[Type]) => void): () => void {
    return this.#parts.hub.on(type, listener);
  }

  send(peer: PeerId, payload: Payload, options?: DirectOptions): Promise<void> {
    return this.#parts.direct.send(peer, payload, options);
  }

  request(peer: PeerId, payload: Payload, options?: DirectOptions): Promise<Uint8Array> {
    return this.#parts.direct.request(peer, payload, options);
  }

  onRequest(handler: RequestHandler): () => void {
    return this.#parts.direct.onRequest(handler);
  }

  /** What a bridge works with; no part of `MeshNode`. */
  get bridgePort(): BridgePort {
    return this.#bridgePort;
  }

  close(): Promise<void> {
    this.#parts.direct.close();
    // A write after this call is refused, one before it is kept.
    for (const writer of this.#writers) writer.end(new NodeError('closed', 'the node is closed', {}));
    this.#parts.liveDocuments.close();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Tells the others our name and region, unless they know. */
  async introduceItself(): Promise<void> {
    const wanted = encodePresence(this.#presence);
    const known = this.#parts.replica.register(selfPeer, presenceKey);
    if (known === undefined || Buffer.compare(known, wanted) !== 0) await this.set(presenceKey, wanted);
  }

  /** Another process signs with our key: whatever we wrote now would equivocate. Said once, however often we hear of it. */
  onCloned(epoch: number): void {
    if (this.#isCloned) return;
    this.#isCloned = true;
    const message = 'another process uses this identity: stop it, or give this node an identity of its own';
    for (const writer of this.#writers) writer.refuse(new NodeError('identity-cloned', message, { epoch }));
    this.#parts.hub.emit({ type: 'identity-cloned', epoch });
  }

  async #close(): Promise<void> {
    const { loop, transport, storage, hub, topics } = this.#parts;
    // A listener may call us from within a run of the core: the end begins when the run is over.
    await Promise.resolve();
    for (const writer of this.#writers) writer.flush();
    // What was written last has not been pushed yet, and no timer comes any more.
    loop.submit({ type: 'timer', timer: { type: 'flush-outbox' } });
    loop.submit({ type: 'command', command: { type: 'leave' } });
    loop.stop();
    await this.#bridgePort.close().finally(() => transport.stop()).finally(() => storage.close()).finally(() => {
      topics.close();
      hub.close();
    });
  }

  /** Of both our logs. */
  get #writers(): readonly Pick<Assembly['writer'], 'end' | 'refuse' | 'flush'>[] {
    return [this.#parts.writer, this.#parts.messageWriter];
  }

  #describe({ peer, state, epoch, incarnation }: MemberView): MemberInfo {
    const { book, links, replica } = this.#parts;
    const link = links.linkOf(peer);
    return {
      id: book.idOf(peer),
      ...decodePresence(replica.register(peer, presenceKey)),
      state,
      epoch,
      incarnation,
      isSelf: peer === selfPeer,
      ...(link && { link: { transport: link.transport, direction: link.direction, remoteAddress: link.remoteAddress } }),
      addresses: book.addressesOf(peer),
    };
  }

  #peerOf(id: PeerId): PeerIndex {
    const publicKey = publicKeyOfPeerId(id);
    return publicKey === undefined ? noPeer : this.#parts.book.find(publicKey);
  }
}
