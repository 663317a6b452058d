/** Wiring, top to bottom: tables, state, core, loop, links, and what runs between them. Nothing moves yet. */
import { randomInt } from 'node:crypto';
import { Mesh } from '@murmuration/mesh';
import { addressesPerPeerMax, messageLogOf, type MessageUpdate, type PeerIndex, type Update, type WireNames } from '@murmuration/protocol';
import { MessageLogs, Replica, type DocumentListener } from '@murmuration/state';
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
import { messageForm, stateForm } from './log-forms.ts';
import { Logs } from './logs.ts';
import { Loop, self } from './loop.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { SideStore } from './side-store.ts';
import { Topics } from './topics.ts';
import { Writer } from './writer.ts';

/** What a node knows and keeps. */
interface Tables {
  readonly counters: Counters;
  readonly hub: EventHub;
  readonly book: AddressBook;
  readonly replica: Replica;
  readonly messages: MessageLogs;
  readonly logs: Logs;
  readonly sideStore: SideStore;
}

/** The core, and what runs it. */
interface Core {
  readonly mesh: Mesh;
  readonly loop: Loop;
}

/** How it talks to others. */
interface Paths {
  readonly transport: Transport;
  readonly links: Links;
  readonly egress: Egress;
  readonly dialer: Dialer;
  readonly direct: DirectMessages;
}

/** How it writes. */
interface Pens {
  readonly writer: Writer<Update>;
  readonly messageWriter: Writer<MessageUpdate>;
  readonly topics: Topics;
  readonly liveDocuments: LiveDocuments;
}

/** The parts of a node. */
export interface Assembly extends Foundation, Tables, Core, Paths, Pens {
  readonly options: ResolvedOptions;
  readonly ingress: Ingress;
  readonly effects: NodeEffects;
}

/** What is made first calls what is made later: by the time it does, all is there. */
type Late = () => Assembly;
type Ground = Foundation & { readonly options: ResolvedOptions };

/** A draw of the system's generator: a seed for the core, jitter for the dialer. */
const draw32 = (): number => randomInt(2 ** 32);

/** Builds every part. `onCloned` hears that another process uses our identity. */
export function assemble(options: ResolvedOptions, foundation: Foundation, onCloned: (epoch: number) => void): Assembly {
  const late: Late = () => parts;
  const ground: Ground = { ...foundation, options };
  const tables = layTables(ground, late);
  const core = { ...ground, ...tables, ...makeCore(ground, tables) };
  const paths = { ...core, ...openPaths(core, late) };
  const known = { ...paths, ...makePens(paths) };
  const effects = new NodeEffects({ ...known, log: known.storage.log });
  const ingress = new Ingress({
    ...known,
    names: wireNames(known),
    scheme: options.scheme,
    onOwnLogAhead: onCloned,
    onDirect: (from, message) => known.direct.hear(from, message),
  });
  const parts: Assembly = { ...known, ingress, effects };
  parts.loop.connect(effects, () => {
    parts.egress.flush();
    parts.sideStore.sweep();
  });
  return parts;
}

function layTables({ options, network, storage }: Ground, late: Late): Tables {
  const { scheme } = options;
  const counters = new Counters();
  const hub = new EventHub(options.eventQueueMax, () => counters.add('events-dropped'));
  const book = new AddressBook(network, scheme, (introduction) => {
    // What the log tells us is no news to it.
    if (!late().effects.isRestoring) storage.log.append({ type: 'peer', introduction });
  });
  const sideStore = new SideStore();
  const listener: DocumentListener = {
    documentEdited: (edit) => late().liveDocuments.documentEdited(edit),
    documentRefused: (document, error) => late().liveDocuments.documentRefused(document, error),
    listenerFailed: (error) => late().liveDocuments.listenerFailed(error),
  };
  const hash = (bytes: Uint8Array): Uint8Array => scheme.hash(bytes);
  const replica = new Replica({ hash, publicKeyOf: (peer) => book.publicKeyOf(peer), listener });
  const messages = new MessageLogs({ hash, options: options.messages, onTrimmed: (handle) => sideStore.releaseLater(handle) });
  return { counters, hub, book, replica, messages, logs: new Logs(replica, messages), sideStore };
}

function makeCore({ options, clock }: Ground, { counters, book, logs }: Tables): Core {
  const observer = counters.observing(options.observer);
  const mesh = new Mesh(1, { options: options.mesh, observer, tags: book, origins: book, source: logs, seed: draw32() });
  return { mesh, loop: new Loop(mesh, clock) };
}

function openPaths(known: Ground & Tables & Core, late: Late): Paths {
  const { options, identity, network, certificate, book, counters, hub, mesh, loop } = known;
  const transport = options.transport(identity);
  const isBanned = (peer: PeerIndex): boolean => mesh.isBanned(self, peer, loop.now());
  const links = new Links({
    network,
    scheme: options.scheme,
    book,
    loop,
    counters,
    hub,
    hello: () => ({ networkId: network.id, certificate, addresses: transport.localAddresses.slice(0, addressesPerPeerMax) }),
    onFrame: (from, frame) => late().ingress.onFrame(from, frame),
    isBanned,
    sayParting: (to, isReply) => egress.sendNow(to, { type: 'direct', kind: 'parting', isReply }),
    onReached: (peer) => direct.onReached(peer),
    onEnded: (peer) => direct.onEnded(peer),
    isUsing: (peer) => direct.isUsing(peer),
  });
  const egress = new Egress(wireNames(known), links, counters);
  const onUnreachable = (peer: PeerIndex, cause: unknown): void => direct.onUnreachable(peer, cause);
  const dialer = new Dialer({ transport, book, links, loop, hub, draw: draw32, onUnreachable }, options.bootstrap);
  const direct = new DirectMessages({ loop, links, dialer, egress, book, hub, counters, isBanned, draw: draw32 });
  return { transport, links, egress, dialer, direct };
}

function makePens(known: Ground & Tables & Core): Pens {
  const { options, network, identity, epoch, storage, clock, logs, messages, replica, sideStore, loop, hub, book, counters } = known;
  const writing = { network, signer: identity.signer, scheme: options.scheme, logs, sideStore, loop, clock };
  const writer = new Writer({ epoch, form: stateForm, keep: () => storage.log.sync() }, writing);
  const messageWriter = new Writer({ epoch: messageLogOf(epoch), form: messageForm, keep: async () => undefined }, writing);
  const told = { epoch: messageLogOf(epoch), queueMax: options.eventQueueMax };
  const topics = new Topics({ messages, writer: messageWriter, loop, hub, book, counters, ...told });
  const liveDocuments = new LiveDocuments({ replica, writer, hub, epoch });
  return { writer, messageWriter, topics, liveDocuments };
}

/** The codec's view of the tables. */
function wireNames({ book, sideStore }: Pick<Tables, 'book' | 'sideStore'>): WireNames {
  return {
    publicKeyOf: (peer) => book.publicKeyOf(peer),
    introductionBytesOf: (peer) => book.introductionBytesOf(peer),
    find: (publicKey) => book.find(publicKey),
    introduce: (introduction) => book.introduce(introduction),
    bytesOf: (handle) => sideStore.bytesOf(handle),
  };
}
