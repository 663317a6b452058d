/** What leaves: the messages of one run of the core, gathered by peer, encoded into as few frames as fit, handed to the links. */
import {
  beginFrame,
  frameBytesMax,
  messagesPerFrameMax,
  writeMessage,
  type Message,
  type PeerIndex,
  type WireMessage,
  type WireNames,
} from '@murmuration/protocol';
import type { Counters } from './counters.ts';
import type { Links } from './links.ts';
import { messageBytesMax } from './message-size.ts';

export class Egress {
  readonly #names: WireNames;
  readonly #links: Links;
  readonly #counters: Counters;
  readonly #waiting = new Map<PeerIndex, Message[]>();

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
    const frame = beginFrame();
    writeMessage(frame, message, this.#names);
    return this.#links.linkOf(to)?.send(frame.finish()) ?? false;
  }

  #sendAll(peer: PeerIndex, messages: readonly Message[]): void {
    const link = this.#links.linkOf(peer);
    if (link === undefined) return this.#counters.add('dropped.no-link');
    let frame = beginFrame();
    let count = 0;
    for (const message of messages) {
      const isFull = count === messagesPerFrameMax || frame.length + messageBytesMax(message) > frameBytesMax;
      if (count > 0 && isFull) {
        this.#hand(link, frame.finish());
        frame = beginFrame();
        count = 0;
      }
      writeMessage(frame, message, this.#names);
      count++;
    }
    this.#hand(link, frame.finish());
  }

  /** A link over its budget drops the frame; rounds repair what it held. */
  #hand(link: { send(frame: Uint8Array): boolean }, frame: Uint8Array): void {
    if (!link.send(frame)) this.#counters.add('dropped.link-full');
  }
}
