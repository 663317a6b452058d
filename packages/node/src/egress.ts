/**
 * What leaves: the messages of one run of the core, gathered by peer, encoded into as few frames as fit, handed to the links. Whoever
 * gets a batch is told first who wrote it: in a mesh larger than the table of members it may never have heard of its author. A frame
 * tells of no more members than its receiver checks in one slice.
 */
import {
  beginFrame,
  ByteWriter,
  frameBytesMax,
  introductionBytesMax,
  introductionsPerFrameMax,
  messageOverheadBytes,
  messagesPerFrameMax,
  offTreeHops,
  writeIntroductions,
  writeMessage,
  type Message,
  type PeerIndex,
  type WireMessage,
  type WireNames,
} from '@murmuration/protocol';
import type { Link } from '@murmuration/transport';
import type { Counters } from './counters.ts';
import type { Links } from './links.ts';
import { selfPeer } from './loop.ts';
import { claimsIn, messageBytesMax } from './message-size.ts';

/** Frames are written in one go and one after the other, so all nodes of a process share the paper. */
const scratch = new ByteWriter(64 * 1024);
const nobody: readonly PeerIndex[] = [];
const introductionMessageBytes = messageOverheadBytes + 2 + introductionBytesMax;

export class Egress {
  readonly #names: WireNames;
  readonly #links: Links;
  readonly #counters: Counters;
  readonly #waiting = new Map<PeerIndex, Message[]>();
  /** Authors of whom the other end has been told. */
  #introduced = new WeakMap<Link, Set<PeerIndex>>();

  constructor(names: WireNames, links: Links, counters: Counters) {
    this.#names = names;
    this.#links = links;
    this.#counters = counters;
  }

  /** Takes a message for a peer. The message is kept until `flush`, which follows every run of the core. */
  send(to: PeerIndex, message: Message): void {
    const waiting = this.#waiting.get(to);
    if (waiting === undefined) this.#waiting.set(to, [message]);
    else waiting.push(message);
  }

  flush(): void {
    for (const [peer, messages] of this.#waiting) this.#sendAll(peer, messages);
    this.#waiting.clear();
  }

  /** Hands over a message of the shell at once, after what waits for the peer. False where there is no link, or no room on it. */
  sendNow(to: PeerIndex, message: WireMessage): boolean {
    const waiting = this.#waiting.get(to);
    this.#waiting.delete(to);
    if (waiting !== undefined) this.#sendAll(to, waiting);
    beginFrame(scratch);
    writeMessage(scratch, message, this.#names);
    const frame = scratch.take();
    return this.#links.linkOf(to)?.send(frame) ?? false;
  }

  /** Authors are introduced anew from here on: a frame may have been dropped at its receiver, and nobody told us. */
  forgetIntroductions(): void {
    this.#introduced = new WeakMap();
  }

  #sendAll(peer: PeerIndex, messages: readonly Message[]): void {
    const link = this.#links.linkOf(peer);
    if (link === undefined) return this.#counters.add('dropped.no-link');
    const told = this.#toldOn(link, peer);
    let count = 0;
    let introductions = 0;
    beginFrame(scratch);
    for (const message of messages) {
      const stranger = strangerIn(message, told);
      const introduced = stranger.length + claimsIn(message);
      const bytesMax = messageBytesMax(message) + stranger.length * introductionMessageBytes;
      const hasRoom = count + 1 + stranger.length <= messagesPerFrameMax && introductions + introduced <= introductionsPerFrameMax;
      if (count > 0 && !(hasRoom && scratch.length + bytesMax <= frameBytesMax)) {
        this.#hand(link);
        beginFrame(scratch);
        count = introductions = 0;
      }
      if (stranger.length > 0) writeIntroductions(scratch, stranger, this.#names);
      for (const author of stranger) told.add(author);
      writeMessage(scratch, message, this.#names);
      count += 1 + stranger.length;
      introductions += introduced;
    }
    this.#hand(link);
  }

  /** A link begins with a greeting, so both ends know each other. */
  #toldOn(link: Link, peer: PeerIndex): Set<PeerIndex> {
    const known = this.#introduced.get(link);
    if (known !== undefined) return known;
    const told = new Set([selfPeer, peer]);
    this.#introduced.set(link, told);
    return told;
  }

  /** A link over its budget drops the frame; rounds repair what it held. */
  #hand(link: Link): void {
    if (link.send(scratch.take())) return;
    this.#counters.add('dropped.link-full');
    this.#introduced.delete(link);
  }
}

/**
 * The author of a batch, unless the other end has been told of him. The beginning of a log that is sent by no tree was asked for by
 * somebody who has nothing of that author, and may have lost what he was told.
 */
function strangerIn(message: Message, told: ReadonlySet<PeerIndex>): readonly PeerIndex[] {
  if (message.type !== 'batch') return nobody;
  const { author, firstSequence } = message.header;
  const isAskedFor = message.hops === offTreeHops && firstSequence === 1 && author !== selfPeer;
  return isAskedFor || !told.has(author) ? [author] : nobody;
}
