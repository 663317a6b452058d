/**
 * Events as records: what a node is told, in five words of the wheel, without an object per event. What carries a list lies in a side
 * table. Reading fills one object per kind, which is borrowed until the next read: the border of the core allows that (`border.ts`).
 *
 * A head holds the kind, the node and the peer that the event comes from, both counted within their cell.
 */
import type {
  BatchHandle, BatchHeader, BatchMessage, Epoch, Incarnation, Input, LinkDownCause, Message, Millis, PeerIndex, Timer,
} from '@murmuration/protocol';
import type { SideTable } from './side-table.ts';
import { words, type TimingWheel } from './timing-wheel.ts';

/** Cells are at most so large, restarts included: 12 bits of a head. */
export const cellNodesMax = 4_096;
const indexMask = cellNodesMax - 1;

export const headOf = (kind: number, node: number, from: number): number => kind | (node << 8) | (from << 20);
export const kindOf = (head: number): number => head & 0xff;
export const nodeOf = (head: number): number => (head >>> 8) & indexMask;
export const fromOf = (head: number): number => head >>> 20;

/** Kinds below `firstTimer` are messages, below `firstOther` timers. */
export const kinds = {
  round: 0, ping: 1, ack: 2, batch: 3, listed: 4, prune: 5, pingRequest: 6, nack: 7, neighbor: 8,
  firstTimer: 16,
  bareTimer: 16, probeTimer: 17, nackTimer: 18, suspicionTimer: 19,
  firstOther: 32,
  linkDown: 32, dialed: 33, linkFailed: 34, action: 35, bootstrap: 36,
} as const;

const bareTimers = [
  'start-round', 'flush-outbox', 'spread-claims', 'maintain-views', 'probe-next', 'shuffle-views', 'announce-batches', 'graft-missing',
] as const;
const bareIndex: Readonly<Record<string, number>> = Object.freeze(Object.fromEntries(bareTimers.map((type, index) => [type, index])));
const probeTimers = ['probe-indirectly', 'end-probe'] as const;
const suspicionTimers = ['judge-suspicion', 'declare-dead'] as const;
export const linkDownCauses: readonly LinkDownCause[] = ['closed', 'failed', 'replaced'];

/** First word of a payload; a message begins with the number of its link. */
const [link, first, second, third, fourth] = [words.payload, words.payload + 1, words.payload + 2, words.payload + 3, words.payload + 4];

type Bare = (typeof bareTimers)[number];
type Writable<T> = { -readonly [K in keyof T]: T[K] };
type MessageOf<T extends Message['type']> = Writable<Extract<Message, { type: T }>>;
type TimerOf<T extends Timer['type']> = Writable<Extract<Timer, { type: T }>>;

const noHeader: BatchHeader = Object.freeze({
  author: -1 as PeerIndex, epoch: 0 as Epoch, firstSequence: 0 as BatchHeader['firstSequence'], count: 0, hash48: 0,
  bytes: 0 as BatchHeader['bytes'],
});

/** Writes events into a wheel and reads them back. */
export class EventRecords {
  readonly #wheel: TimingWheel;
  readonly #side: SideTable;
  readonly #batchOf: (handle: BatchHandle) => BatchMessage;
  readonly #digest = { high: 0, low: 0 };
  readonly #round: MessageOf<'round'> = { type: 'round', digest: this.#digest, isReply: false };
  readonly #ping: MessageOf<'ping'> = { type: 'ping', token: 0 };
  readonly #ack: MessageOf<'ack'> = {
    type: 'ack', token: 0, target: 0 as PeerIndex, epoch: 0 as Epoch, incarnation: 0 as Incarnation, lagMs: 0 as Millis,
  };
  readonly #batch: MessageOf<'batch'> = { type: 'batch', header: noHeader, handle: 0 as BatchHandle, hops: 0, place: 'next' };
  readonly #prune: MessageOf<'prune'> = { type: 'prune' };
  readonly #pingRequest: MessageOf<'ping-request'> = { type: 'ping-request', token: 0, target: 0 as PeerIndex };
  readonly #nack: MessageOf<'nack'> = { type: 'nack', token: 0, target: 0 as PeerIndex };
  readonly #neighbor: MessageOf<'neighbor'> = { type: 'neighbor', isUrgent: false };
  readonly #bareTimers = bareTimers.map((type) => ({ type }));
  readonly #probeTimers = probeTimers.map((type) => ({ type, peer: 0 as PeerIndex, token: 0 }));
  readonly #nackTimer: TimerOf<'send-nack'> = { type: 'send-nack', peer: 0 as PeerIndex, target: 0 as PeerIndex, token: 0 };
  readonly #suspicionTimers = suspicionTimers.map((type) =>
    ({ type, peer: 0 as PeerIndex, epoch: 0 as Epoch, incarnation: 0 as Incarnation }));
  readonly #message: Writable<Extract<Input, { type: 'message' }>> = { type: 'message', from: 0 as PeerIndex, message: this.#prune };
  readonly #timer: Writable<Extract<Input, { type: 'timer' }>> = { type: 'timer', timer: this.#nackTimer };

  constructor(wheel: TimingWheel, side: SideTable, batchOf: (handle: BatchHandle) => BatchMessage) {
    this.#wheel = wheel;
    this.#side = side;
    this.#batchOf = batchOf;
  }

  /** A message on its way to a node, over the link of a number. */
  addMessage(atMs: number, node: number, from: number, number: number, message: Message): void {
    const ends = node | (from << 12);
    switch (message.type) {
      case 'round':
        return this.#add(kinds.round, atMs, ends, number, message.digest.high, message.digest.low, message.isReply ? 1 : 0);
      case 'ping':
        return this.#add(kinds.ping, atMs, ends, number, message.token);
      case 'ack':
        return this.#add(
          kinds.ack, atMs, ends, number, message.token, message.target, message.epoch, message.incarnation | (message.lagMs << 16),
        );
      case 'batch':
        return this.#add(kinds.batch, atMs, ends, number, message.handle, message.hops);
      case 'prune':
        return this.#add(kinds.prune, atMs, ends, number);
      case 'ping-request':
        return this.#add(kinds.pingRequest, atMs, ends, number, message.token, message.target);
      case 'nack':
        return this.#add(kinds.nack, atMs, ends, number, message.token, message.target);
      case 'neighbor':
        return this.#add(kinds.neighbor, atMs, ends, number, message.isUrgent ? 1 : 0);
      default:
        return this.#add(kinds.listed, atMs, ends, number, this.#side.keep(copyOf(message)));
    }
  }

  addTimer(atMs: number, node: number, timer: Timer): void {
    switch (timer.type) {
      case 'probe-indirectly':
      case 'end-probe':
        return this.#add(kinds.probeTimer, atMs, node, timer.type === 'end-probe' ? 1 : 0, timer.peer, timer.token);
      case 'send-nack':
        return this.#add(kinds.nackTimer, atMs, node, timer.peer, timer.target, timer.token);
      case 'judge-suspicion':
      case 'declare-dead':
        return this.#add(
          kinds.suspicionTimer, atMs, node, suspicionTimers.indexOf(timer.type), timer.peer, timer.epoch, timer.incarnation,
        );
      default:
        return this.#add(kinds.bareTimer, atMs, node, bareIndex[timer.type satisfies Bare] as number);
    }
  }

  /** The message or timer of a record, of the kind that its head says, `from` being its sender. A list leaves the side table. */
  inputOf(kind: number, record: number, from: PeerIndex): Input {
    if (kind >= kinds.firstTimer) {
      this.#timer.timer = this.#timerOf(kind, record);
      return this.#timer;
    }
    this.#message.from = from;
    this.#message.message = this.#messageOf(kind, record);
    return this.#message;
  }

  linkOf(record: number): number {
    return this.#word(record, link);
  }

  /** Of a message that is not delivered: frees what it holds. */
  drop(record: number): void {
    if (kindOf(this.#word(record, words.head)) === kinds.listed) this.#side.take(this.#word(record, first));
  }

  #messageOf(kind: number, record: number): Message {
    switch (kind) {
      case kinds.round:
        this.#digest.high = this.#word(record, first) >>> 0;
        this.#digest.low = this.#word(record, second) >>> 0;
        this.#round.isReply = this.#word(record, third) === 1;
        return this.#round;
      case kinds.ping:
        this.#ping.token = this.#word(record, first) >>> 0;
        return this.#ping;
      case kinds.ack:
        return this.#ackOf(record);
      case kinds.batch:
        this.#batch.handle = this.#word(record, first) as BatchHandle;
        this.#batch.header = this.#batchOf(this.#batch.handle).header;
        this.#batch.hops = this.#word(record, second);
        return this.#batch;
      case kinds.prune:
        return this.#prune;
      case kinds.neighbor:
        this.#neighbor.isUrgent = this.#word(record, first) === 1;
        return this.#neighbor;
      case kinds.listed:
        return this.#side.take(this.#word(record, first)) as Message;
      default:
        return this.#targeted(kind === kinds.nack ? this.#nack : this.#pingRequest, record);
    }
  }

  #ackOf(record: number): Message {
    const both = this.#word(record, fourth);
    this.#ack.token = this.#word(record, first) >>> 0;
    this.#ack.target = this.#word(record, second) as PeerIndex;
    this.#ack.epoch = (this.#word(record, third) >>> 0) as Epoch;
    this.#ack.incarnation = (both & 0xffff) as Incarnation;
    this.#ack.lagMs = (both >>> 16) as Millis;
    return this.#ack;
  }

  #targeted(message: MessageOf<'nack'> | MessageOf<'ping-request'>, record: number): Message {
    message.token = this.#word(record, first) >>> 0;
    message.target = this.#word(record, second) as PeerIndex;
    return message;
  }

  #timerOf(kind: number, record: number): Timer {
    const what = this.#word(record, link);
    if (kind === kinds.bareTimer) return this.#bareTimers[what] as Timer;
    if (kind === kinds.probeTimer) {
      const timer = this.#probeTimers[what] as TimerOf<'end-probe'>;
      timer.peer = this.#word(record, first) as PeerIndex;
      timer.token = this.#word(record, second) >>> 0;
      return timer;
    }
    if (kind === kinds.nackTimer) {
      this.#nackTimer.peer = what as PeerIndex;
      this.#nackTimer.target = this.#word(record, first) as PeerIndex;
      this.#nackTimer.token = this.#word(record, second) >>> 0;
      return this.#nackTimer;
    }
    const timer = this.#suspicionTimers[what] as TimerOf<'declare-dead'>;
    timer.peer = this.#word(record, first) as PeerIndex;
    timer.epoch = (this.#word(record, second) >>> 0) as Epoch;
    timer.incarnation = this.#word(record, third) as Incarnation;
    return timer;
  }

  /** `ends` are the node and the sender; a timer has no sender and no link: its first word tells what it is. */
  #add(kind: number, atMs: number, ends: number, what: number, a = 0, b = 0, c = 0, d = 0): void {
    const record = this.#wheel.add(atMs, kind | (ends << 8));
    const { records } = this.#wheel;
    records[record + link] = what;
    records[record + first] = a;
    records[record + second] = b;
    records[record + third] = c;
    records[record + fourth] = d;
  }

  #word(record: number, word: number): number {
    return this.#wheel.records[record + word] as number;
  }
}

/** Arrays of a message are borrowed (`messages.ts`); what they hold are values. */
function copyOf(message: Message): Message {
  if ('claims' in message) return { ...message, claims: [...message.claims] };
  if ('ids' in message) return { ...message, ids: [...message.ids] };
  if ('entries' in message) return { ...message, entries: [...message.entries] };
  return message;
}
