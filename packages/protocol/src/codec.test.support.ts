/** Tables and messages that the tests of the codec share. A sample of each type is named here: a new type does not compile without one. */
import fc from 'fast-check';
import type { ReceivedMessage, WireMessage } from './codec.ts';
import type { DirectMessage, DirectRefusal } from './direct.ts';
import { joinSignature, noHash, signedBytesOf } from './envelope.ts';
import { noCertificate } from './hello.ts';
import { encodeIntroduction } from './introduction.ts';
import { noPeer, type BatchHandle, type Epoch, type Incarnation, type PeerIndex, type Sequence } from './ids.ts';
import { directDeadlineMsMax, hopsMax, lagMsMax, walkTtlMax } from './limits.ts';
import { startEpochMax } from './log-kind.ts';
import { compareLogNames, lastLogName, type LogName } from './log-name.ts';
import {
  protocolVersion, type BatchId, type BatchMessage, type BatchPlace, type LogMark, type LogRange, type MemberClaim, type MemberState,
  type Message, type RangesMessage,
} from './messages.ts';
import { bytes as asBytes, millis, type WallMillis } from './units.ts';
import type { PeerIntroduction, WireNames } from './wire-names.ts';

const isSame = (first: Uint8Array, second: Uint8Array): boolean => first.every((byte, at) => byte === second[at]);

/** Peers by position. It admits whom it knows, and counts how many it was told of. */
export class Table implements WireNames {
  readonly peers: PeerIntroduction[] = [];
  readonly batches: Uint8Array[] = [];
  introductions = 0;

  publicKeyOf(peer: PeerIndex): Uint8Array {
    return this.at(peer).publicKey;
  }
  introductionBytesOf(peer: PeerIndex): Uint8Array {
    return encodeIntroduction(this.at(peer));
  }
  at(peer: PeerIndex): PeerIntroduction {
    return this.peers[peer] as PeerIntroduction;
  }
  find(publicKey: Uint8Array): PeerIndex {
    return this.peers.findIndex((known) => isSame(known.publicKey, publicKey)) as PeerIndex;
  }
  introduce(introduction: PeerIntroduction): PeerIndex {
    this.introductions++;
    return this.find(introduction.publicKey);
  }
  bytesOf(handle: BatchHandle): Uint8Array {
    return this.batches[handle] as Uint8Array;
  }
}

/** Remembers whatever it is asked for or told, so that what was decoded can be encoded again. */
export class OpenTable extends Table {
  override find(publicKey: Uint8Array): PeerIndex {
    return (this.peers.push({ publicKey, certificate: noCertificate, addresses: [] }) - 1) as PeerIndex;
  }
  override introduce(introduction: PeerIntroduction): PeerIndex {
    this.introductions++;
    return (this.peers.push(introduction) - 1) as PeerIndex;
  }

  /** Messages as they would be sent on: a received batch gets a handle. */
  sendable(received: readonly ReceivedMessage[]): WireMessage[] {
    return received.map((message) =>
      message.type === 'received-batch' ? batchMessage(this.batches.push(message.bytes) - 1, message.hops, message.place) : message);
  }
}

/** Admits nobody. */
export class ClosedTable extends Table {
  override introduce(): PeerIndex {
    this.introductions++;
    return noPeer;
  }
}

export function batchMessage(handle: number, hops = 0, place: BatchPlace = 'next'): BatchMessage {
  const range = { author: noPeer, epoch: 1 as Epoch, firstSequence: 1 as Sequence, count: 1 };
  return { type: 'batch', header: { ...range, hash48: 0, bytes: asBytes(0) }, handle: handle as BatchHandle, hops, place };
}

export function batchBytes(payloadBytes: number): Uint8Array {
  return joinSignature(signedBytesOf({
    networkId: new Uint8Array(16).fill(1), author: new Uint8Array(32).fill(2), epoch: 1 as Epoch,
    firstSequence: 1 as Sequence, count: 1, previousHash: noHash, time: { wallMs: 1 as WallMillis, counter: 0 },
    scope: 'mesh', payload: new Uint8Array(payloadBytes),
  }), new Uint8Array(64).fill(3));
}

/** A table of so many peers; none has a key of zeros, as none is acceptable. */
export function tableOf(peers: number): Table {
  const table = new Table();
  for (let i = 0; i < peers; i++) {
    const publicKey = Uint8Array.from({ length: 32 }, (_, at) => ((i + 1) >> (8 * (at % 2))) & 0xff);
    const addresses = Array.from({ length: i % 4 }, (_, at) => `/ip4/10.0.0.${i}/tcp/${at}`);
    table.peers.push({ publicKey, certificate: new Uint8Array(64).fill(i), addresses });
  }
  table.batches.push(batchBytes(0), batchBytes(9));
  return table;
}

/** A member's claim of epoch 1. */
export function claimOf(peer: number, state: MemberState = 'alive', accuser: number = noPeer): MemberClaim {
  return { peer: peer as PeerIndex, state, epoch: 1 as Epoch, incarnation: 0 as Incarnation, accuser: accuser as PeerIndex };
}

const times = <Item>(count: number, make: (index: number) => Item): Item[] => Array.from({ length: count }, (_, index) => make(index));

export const round: Message = { type: 'round', digest: { high: 0x0102_0304, low: 0xffff_fffe }, isReply: true };
export const claims = (count: number): Message => ({ type: 'claims', claims: times(count, (index) => claimOf(index)) });
export const shuffle = (count: number): Message =>
  ({ type: 'shuffle', origin: claimOf(0), ttl: 6, claims: times(count, (index) => claimOf(index)) });
export const frontier = (count: number): Message => ({
  type: 'frontier',
  isReply: false,
  entries: times(count, (index) => ({ author: index as PeerIndex, epoch: 1 as Epoch, sequence: 2 as Sequence })),
});
export const idsOf = (count: number): BatchId[] =>
  times(count, (index) => ({ author: index as PeerIndex, epoch: 1 as Epoch, sequence: 2 as Sequence, hops: index % 256 }));

/** A log's name by its author's first word; the rest is one. */
export const nameOf = (tagHigh: number): LogName => ({ tagHigh, tagLow: 1, epoch: 1 as Epoch });
export const markOf = (tagHigh: number): LogMark => ({ ...nameOf(tagHigh), sequence: 2 as Sequence });
export const rangesOf = (...ranges: readonly LogRange[]): RangesMessage =>
  ({ type: 'ranges', isReply: false, nonce: { high: 1, low: 2 }, ranges });

const [one, two] = [1 as PeerIndex, 2 as PeerIndex];
/** A message of each type, about three peers. */
export const samples: Readonly<Record<WireMessage['type'], WireMessage>> = {
  round,
  frontier: frontier(2),
  batch: batchMessage(1, 3),
  claims: { type: 'claims', claims: [claimOf(0), claimOf(1, 'suspect', 2), claimOf(2, 'left')] },
  ihave: { type: 'ihave', ids: idsOf(2) },
  graft: { type: 'graft', ids: idsOf(1) },
  prune: { type: 'prune' },
  ping: { type: 'ping', token: 0xffff_fffe },
  'ping-request': { type: 'ping-request', token: 7, target: one },
  ack: { type: 'ack', token: 7, target: two, epoch: 9 as Epoch, incarnation: 3 as Incarnation, lagMs: millis(258) },
  nack: { type: 'nack', token: 7, target: one },
  neighbor: { type: 'neighbor', isUrgent: true },
  'forward-join': { type: 'forward-join', claim: claimOf(2), ttl: 6 },
  shuffle: { type: 'shuffle', origin: claimOf(0), ttl: 5, claims: [claimOf(1, 'dead'), claimOf(2, 'suspect', 0)] },
  'shuffle-reply': { type: 'shuffle-reply', claims: [claimOf(1)] },
  direct: { type: 'direct', kind: 'request', id: 7, deadlineMs: millis(5_000), payload: Uint8Array.of(1, 2, 3) },
  ranges: rangesOf(
    { type: 'done', upTo: nameOf(1) },
    { type: 'compare', upTo: nameOf(2), fingerprint: { high: 3, low: 4 } },
    { type: 'list', upTo: nameOf(4), marks: [markOf(3), markOf(3), markOf(4)] },
    { type: 'want', upTo: lastLogName, marks: [] },
  ),
};
export const allSamples: readonly WireMessage[] = Object.values(samples);

/** A frame written by hand: a type, an announced length, a body. */
export function frameOf(type: number, length: number, body: readonly number[] = []): Uint8Array {
  const announced = [0, 8, 16, 24].map((shift) => length >>> shift);
  return Uint8Array.of(protocolVersion, type, ...announced, ...body);
}

const word = fc.nat(0xffff_ffff);
const peer = fc.nat(7).map((index) => index as PeerIndex);
const epoch = word.map((value) => value as Epoch);
const start = fc.nat(startEpochMax).map((value) => value as Epoch);
const place = fc.constantFrom<BatchPlace>('next', 'first-kept', 'past');
const incarnation = fc.nat(0xffff).map((value) => value as Incarnation);
const sequence = fc.nat(2 ** 48 - 1).map((value) => value as Sequence);
const logPoint = { author: peer, epoch, sequence };
const id = fc.record({ ...logPoint, hops: fc.nat(hopsMax) });
const ttl = fc.nat(walkTtlMax);
const claim: fc.Arbitrary<MemberClaim> = fc.record({
  peer, state: fc.constantFrom<MemberState>('alive', 'suspect', 'dead', 'left'), epoch: start, incarnation,
  accuser: fc.oneof(peer, fc.constant(noPeer)),
}).map((made) => (made.state === 'suspect' ? made : { ...made, accuser: noPeer }));
const few = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> => fc.array(item, { maxLength: 5 });
const typed = <Type extends WireMessage['type'], Rest extends object>(
  type: Type, rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> },
): fc.Arbitrary<Rest & { type: Type }> => fc.record(rest).map((made) => ({ type, ...made }) as Rest & { type: Type });

const digest = fc.record({ high: word, low: word });
/** Names close together, so that their order comes from each of their parts. */
const name: fc.Arbitrary<LogName> = fc.record({ tagHigh: fc.nat(2), tagLow: fc.nat(2), epoch: fc.nat(2).map((value) => value as Epoch) });
const isBetween = (at: LogName, after: LogName | undefined, upTo: LogName): boolean =>
  (after === undefined || compareLogNames(after, at) < 0) && compareLogNames(at, upTo) <= 0;
const bounds = fc.uniqueArray(name, { comparator: (first, second) => compareLogNames(first, second) === 0, maxLength: 5 });
const ranges: fc.Arbitrary<readonly LogRange[]> = fc
  .tuple(bounds, fc.array(fc.record({ type: fc.constantFrom('done', 'compare', 'list', 'want'), fingerprint: digest }), { minLength: 5 }),
    few(fc.record({ name, sequence })))
  .map(([upTos, kinds, marked]) => upTos.toSorted(compareLogNames).map((upTo, at, all) => {
    const { type = 'done', fingerprint = { high: 0, low: 0 } } = kinds[at] ?? {};
    const marks = marked.map((mark): LogMark => ({ ...mark.name, sequence: mark.sequence }))
      .filter((mark) => isBetween(mark, all[at - 1], upTo)).toSorted(compareLogNames);
    return type === 'compare' ? { type, upTo, fingerprint } : type === 'done' ? { type: 'done', upTo } : { type, upTo, marks } as LogRange;
  }));

const payload = fc.uint8Array({ maxLength: 40 });
const deadlineMs = fc.nat(directDeadlineMsMax).map(millis);
const direct: fc.Arbitrary<DirectMessage> = fc.oneof(
  fc.record({ type: fc.constant('direct' as const), kind: fc.constant('note' as const), payload }),
  fc.record({ type: fc.constant('direct' as const), kind: fc.constant('request' as const), id: word, deadlineMs, payload }),
  fc.record({ type: fc.constant('direct' as const), kind: fc.constant('answer' as const), id: word, payload }),
  fc.record({
    type: fc.constant('direct' as const), kind: fc.constant('refusal' as const), id: word,
    reason: fc.constantFrom<DirectRefusal>('no-handler', 'handler-failed', 'busy'),
  }),
  fc.record({ type: fc.constant('direct' as const), kind: fc.constant('parting' as const), isReply: fc.boolean() }),
);

/** Any message of each type about peers 0 to 7 and batches 0 and 1, within the limits. */
const anyMessage: { readonly [Type in WireMessage['type']]: fc.Arbitrary<WireMessage & { readonly type: Type }> } = {
  round: typed('round', { digest, isReply: fc.boolean() }),
  frontier: typed('frontier', { entries: few(fc.record(logPoint)), isReply: fc.boolean() }),
  ranges: typed('ranges', { isReply: fc.boolean(), nonce: digest, ranges }),
  batch: fc.tuple(fc.nat(1), fc.nat(hopsMax), place).map(([handle, hops, at]) => batchMessage(handle, hops, at)),
  claims: typed('claims', { claims: few(claim) }),
  ihave: typed('ihave', { ids: few(id) }),
  graft: typed('graft', { ids: few(id) }),
  prune: fc.constant({ type: 'prune' as const }),
  ping: typed('ping', { token: word }),
  'ping-request': typed('ping-request', { token: word, target: peer }),
  ack: typed('ack', { token: word, target: peer, epoch: start, incarnation, lagMs: fc.nat(lagMsMax).map(millis) }),
  nack: typed('nack', { token: word, target: peer }),
  neighbor: typed('neighbor', { isUrgent: fc.boolean() }),
  'forward-join': typed('forward-join', { claim, ttl }),
  shuffle: typed('shuffle', { origin: claim, ttl, claims: few(claim) }),
  'shuffle-reply': typed('shuffle-reply', { claims: few(claim) }),
  direct,
};
/** Any messages of one frame. */
export const messages: fc.Arbitrary<WireMessage[]> = fc.array(fc.oneof(...Object.values(anyMessage)), { maxLength: 6 });
