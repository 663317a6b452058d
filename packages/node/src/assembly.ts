/** Wiring, top to bottom: tables, state, core, loop, links, and what runs between them. Nothing moves yet. */
import { randomInt } from 'node:crypto';
import { Mesh } from '@murmuration/mesh';
import { addressesPerPeerMax, type PeerIndex, type WireNames } from '@murmuration/protocol';
import { Replica, type DocumentListener } from '@murmuration/state';
import type { Transport } from '@murmuration/transport';
import { AddressBook } from './address-book.ts';
import { Counters } from './counters.ts';
import { Dialer } from './dialer.ts';
import { DirectMessages } from './direct.ts';
import { NodeEffects } from './effects.ts';
import { Egress } from './egress.ts';
import { EventHub } from './event-hub.ts';
import type { Foundation } from './foundation.ts';
import { Ingress } from './ingress.ts';
import { Links } from './links.ts';
import { LiveDocuments } from './live-documents.ts';
import { Loop, self } from './loop.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { SideStore } from './side-store.ts';
import { Writer } from './writer.ts';

/** The parts of a node. */
export interface Assembly extends Foundation {
  readonly options: ResolvedOptions;
  readonly counters: Counters;
  readonly hub: EventHub;
  readonly book: AddressBook;
  readonly replica: Replica;
  readonly sideStore: SideStore;
  readonly mesh: Mesh;
  readonly loop: Loop;
  readonly transport: Transport;
  readonly links: Links;
  readonly egress: Egress;
  readonly dialer: Dialer;
  readonly direct: DirectMessages;
  readonly writer: Writer;
  readonly liveDocuments: LiveDocuments;
  readonly effects: NodeEffects;
}

/** A draw of the system's generator: a seed for the core, jitter for the dialer. */
const draw32 = (): number => randomInt(2 ** 32);

/** Builds every part. `onCloned` hears that another process uses our identity. */
export function assemble(options: ResolvedOptions, foundation: Foundation, onCloned: (epoch: number) => void): Assembly {
  const { network, storage, identity, epoch, clock, certificate } = foundation;
  const { scheme } = options;
  const { log } = storage;
  const counters = new Counters();
  const hub = new EventHub(options.eventQueueMax, () => counters.add('events-dropped'));
  const book = new AddressBook(network, scheme, (introduction) => {
    // What the log tells us is no news to it.
    if (!effects.isRestoring) log.append({ type: 'peer', introduction });
  });
  const sideStore = new SideStore();
  const listener: DocumentListener = {
    documentEdited: (edit) => liveDocuments.documentEdited(edit),
    documentRefused: (document, error) => liveDocuments.documentRefused(document, error),
    listenerFailed: (error) => liveDocuments.listenerFailed(error),
  };
  const replica = new Replica({ hash: (bytes) => scheme.hash(bytes), publicKeyOf: (peer) => book.publicKeyOf(peer), listener });
  const observer = counters.observing(options.observer);
  const mesh = new Mesh(1, { options: options.mesh, observer, tags: book, origins: book, source: replica, seed: draw32() });
  const loop = new Loop(mesh, clock);
  const transport = options.transport(identity);
  const names = wireNames(book, sideStore);
  const hello = () => ({ networkId: network.id, certificate, addresses: transport.localAddresses.slice(0, addressesPerPeerMax) });
  const onFrame = (from: PeerIndex, frame: Uint8Array): void => ingress.onFrame(from, frame);
  const isBanned = (peer: PeerIndex): boolean => mesh.isBanned(self, peer, loop.now());
  const links = new Links({
    network,
    scheme,
    book,
    loop,
    counters,
    hub,
    hello,
    onFrame,
    isBanned,
    sayParting: (to, isReply) => egress.sendNow(to, { type: 'direct', kind: 'parting', isReply }),
    onReached: (peer) => direct.onReached(peer),
    onEnded: (peer) => direct.onEnded(peer),
    isUsing: (peer) => direct.isUsing(peer),
  });
  const egress = new Egress(names, links, counters);
  const onUnreachable = (peer: PeerIndex, cause: unknown): void => direct.onUnreachable(peer, cause);
  const dialer = new Dialer({ transport, book, links, loop, hub, draw: draw32, onUnreachable }, options.bootstrap);
  const direct = new DirectMessages({ loop, links, dialer, egress, book, hub, counters, isBanned, draw: draw32 });
  const effects = new NodeEffects({ loop, egress, dialer, links, book, replica, sideStore, log, hub });
  const writer = new Writer({ network, signer: identity.signer, scheme, epoch, replica, sideStore, loop, log, clock });
  const liveDocuments = new LiveDocuments({ replica, writer, hub, epoch });
  const ingress = new Ingress({
    mesh,
    loop,
    names,
    book,
    network,
    scheme,
    replica,
    sideStore,
    counters,
    epoch,
    onOwnLogAhead: onCloned,
    links,
    onDirect: (from, message) => direct.hear(from, message),
  });
  loop.connect(effects, () => egress.flush());
  const parts = {
    counters, hub, book, replica, sideStore, mesh, loop, transport, links, egress, dialer, direct, writer, liveDocuments, effects,
  };
  return { ...foundation, options, ...parts };
}

/** The codec's view of the tables. */
function wireNames(book: AddressBook, sideStore: SideStore): WireNames {
  return {
    publicKeyOf: (peer) => book.publicKeyOf(peer),
    introductionBytesOf: (peer) => book.introductionBytesOf(peer),
    find: (publicKey) => book.find(publicKey),
    introduce: (introduction) => book.introduce(introduction),
    bytesOf: (handle) => sideStore.bytesOf(handle),
  };
}
