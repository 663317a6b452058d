/** How links of a cell come and go: dials and what they take, failures and their notice, ends that both sides hear of at once. */
import { millis, pickBelow, type Input, type LinkDownCause, type PeerIndex } from '@murmuration/protocol';
import { kinds, linkDownCauses } from './event-records.ts';
import { noPlace, type Links } from './links.ts';
import { noNode, type Processes } from './processes.ts';

/** What the wiring needs of its cell. */
export interface WiringPorts {
  readonly links: Links;
  readonly processes: Processes;
  /** The time of the cell. */
  nowMs(): number;
  peerIndexOf(peer: number): PeerIndex;
  /** One way between two peers. */
  latencyMs(peer: number, other: number): number;
  /** How long a handshake over a path of this latency takes, or Infinity where it is lost. */
  handshakeMs(latencyMs: number): number;
  /** Plans an event of a kind; `word` is its payload. */
  plan(atMs: number, kind: number, node: number, from: number, word: number): void;
  tell(node: number, input: Input): void;
  draw(what: number): number;
  /** May a message pass between two peers, as far as cuts and stalls go? */
  isOpen(peer: number, other: number): boolean;
  onDial(): void;
  onLinkUp(): void;
}

/** As the shell's dialer looks at bootstrap addresses; slower while all is well. */
const [lookMs, calmLookMs] = [250, 1_000];
/** Everybody's configuration names the same two peers. */
const contactsMax = 2;
/** From the cut of a path, or the death of a process, to the notice of it. */
const noticeMs = 300;
const draws = { notice: 11, known: 12 } as const;

export class Wiring {
  readonly #ports: WiringPorts;
  readonly #peers: number;
  /** Of each node: which contacts have greeted it, as bits. */
  readonly #greeted: Uint8Array;

  constructor(ports: WiringPorts, { peers, restartsMax }: { readonly peers: number; readonly restartsMax: number }) {
    this.#ports = ports;
    this.#peers = peers;
    this.#greeted = new Uint8Array(peers + restartsMax);
  }

  /**
   * As the daemon's dialer: contacts until each has greeted us; while we are alone all of them again, and after a restart somebody whom
   * the process before knew.
   */
  lookForBootstrap(node: number): void {
    const { processes, links } = this.#ports;
    if (!processes.runs(node)) return;
    const isAlone = links.countOf(processes.peerOf(node)) === 0;
    let isWaiting = isAlone;
    for (let contact = 0; contact < contactsMax; contact++) {
      const hasGreeted = ((this.#greeted[node] as number) & (1 << contact)) !== 0 || contact === processes.peerOf(node);
      if (!isAlone && hasGreeted) continue;
      isWaiting = true;
      this.dial(node, contact);
    }
    const knowsOthers = processes.epochOf(processes.peerOf(node)) > 1;
    if (isAlone && knowsOthers) this.dial(node, pickBelow(this.#ports.draw(draws.known), this.#peers));
    this.#ports.plan(this.#ports.nowMs() + (isWaiting ? lookMs : calmLookMs), kinds.bootstrap, node, 0, 0);
  }

  dial(node: number, to: number): void {
    const peer = this.#ports.processes.peerOf(node);
    if (peer === to) return;
    this.#ports.onDial();
    const latencyMs = this.#ports.latencyMs(peer, to);
    const handshakeMs = this.#ports.handshakeMs(latencyMs);
    if (handshakeMs !== Infinity) this.#ports.plan(this.#ports.nowMs() + Math.round(handshakeMs), kinds.dialed, node, to, latencyMs);
  }

  /** A handshake has come to its end. Who was dialed hears of the link first. */
  onDialed(node: number, to: number, latencyMs: number): void {
    const { processes, links } = this.#ports;
    const [peer, target] = [processes.peerOf(node), processes.nodeOf(to)];
    if (!processes.runs(node) || target === noNode || !this.#ports.isOpen(peer, to)) return;
    if (!links.add(peer, to, latencyMs)) return;
    this.#ports.onLinkUp();
    this.#greet(node, to);
    this.#greet(target, peer);
    this.#ports.tell(target, { type: 'link-up', peer: this.#ports.peerIndexOf(peer), rttMs: millis(0) });
    this.#ports.tell(node, { type: 'link-up', peer: this.#ports.peerIndexOf(to), rttMs: millis(0) });
  }

  /** The path of a link or its other end is gone: it fails a little later, unless it has ended before. */
  fail(peer: number, other: number): void {
    const { links } = this.#ports;
    const number = links.numberAt(links.placeOf(peer, other));
    this.#ports.plan(this.#ports.nowMs() + pickBelow(this.#ports.draw(draws.notice), noticeMs), kinds.linkFailed, peer, other, number);
  }

  onFailed(peer: number, other: number, number: number): void {
    if (this.#ports.links.isUp(peer, other, number)) this.end(peer, other, 'failed');
  }

  /** Ends a link: both ends are told within the same instant, before anything new can be dialed. */
  end(peer: number, other: number, cause: LinkDownCause): void {
    const { links, processes } = this.#ports;
    if (links.placeOf(peer, other) === noPlace) return;
    links.remove(peer, other);
    for (const [self, from] of [[peer, other], [other, peer]] as const) {
      const node = processes.nodeOf(self);
      if (node !== noNode) this.#ports.plan(this.#ports.nowMs(), kinds.linkDown, node, from, linkDownCauses.indexOf(cause));
    }
  }

  endAll(peer: number, cause: LinkDownCause): void {
    for (const other of this.othersOf(peer)) this.end(peer, other, cause);
  }

  othersOf(peer: number): number[] {
    const { links } = this.#ports;
    return Array.from({ length: links.countOf(peer) }, (_, position) => links.otherAt(peer, position));
  }

  #greet(node: number, peer: number): void {
    if (peer < contactsMax) this.#greeted[node] = (this.#greeted[node] as number) | (1 << peer);
  }
}
