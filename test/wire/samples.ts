/**
 * One fixed sample of everything that travels. Keys come from fixed seeds and ed25519 is deterministic, so the bytes
 * are the same on every machine. The records below have a row for each kind: a new kind without one does not compile.
 */
import {
  certificateBytes, directDeadlineMsMax, encodeMessages, encodeUpdates, hopsMax, joinSignature, lagMsMax, lastLogName, messageLogOf,
  noCertificate, noHash, noOrigin, noPeer, signedBytesOf, startEpochMax, walkTtlMax,
} from '@murmuration/protocol';
import type {
  BatchEnvelope, BatchHandle, BatchId, BatchMessage, BatchPlace, Bytes, Epoch, Hello, Incarnation, LogMark, LogName, MemberClaim, MemberState,
  MessageUpdate,
  PeerIndex, PeerIntroduction, Sequence, SignatureScheme, Update, WallMillis, WireMessage,
} from '@murmuration/protocol';
import { nodeCryptoScheme, publicKeyOf, signerFromSecret } from '@murmuration/byzantine/schemes';

import { PeerTable } from './peer-table.ts';

export const scheme: SignatureScheme = nodeCryptoScheme();

type Role = 'network' | 'author' | 'member' | 'guest';
const secretOf = (first: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => first + index);
/** Everybody's 32-byte seed: runs of bytes, which nobody would take for a secret. */
export const secretKeys: Readonly<Record<Role, Uint8Array>> = {
  network: secretOf(1), author: secretOf(65), member: secretOf(129), guest: secretOf(193),
};
const network = signerFromSecret(secretKeys.network);
const author = signerFromSecret(secretKeys.author);
export const networkKey: Uint8Array = network.publicKey;
const networkId = scheme.hash(networkKey).subarray(0, 16);

const certified = (publicKey: Uint8Array, addresses: readonly string[]): PeerIntroduction =>
  ({ publicKey, certificate: network.sign(certificateBytes(networkKey, publicKey)), addresses });

/** Two certified peers, and one of an open network that cannot be dialed. */
export const authorPeer: PeerIntroduction =
  certified(author.publicKey, ['/ip4/192.0.2.1/udp/4001/quic-v1', '/ip6/2001:db8::1/tcp/4001']);
export const memberPeer: PeerIntroduction = certified(publicKeyOf(secretKeys.member), ['/dns4/höhle.example/tcp/4001']);
const guestPeer = { publicKey: publicKeyOf(secretKeys.guest), certificate: noCertificate, addresses: [] };
/** The table: a peer is its position. */
export const peers: readonly PeerIntroduction[] = [authorPeer, memberPeer, guestPeer];

const updates: Readonly<Record<Update['type'], Update>> = {
  'register-set': { type: 'register-set', key: 'läuft', value: Uint8Array.of(0, 1, 254, 255) },
  'register-delete': { type: 'register-delete', key: 'old' },
  'document-update': { type: 'document-update', document: 'plan', update: Uint8Array.of(0, 0) },
};

/** What a node said, and what a bridge brought in. */
const said: readonly MessageUpdate[] = [
  { type: 'message', topic: 'wetter/höhe', origin: noOrigin, payload: Uint8Array.of(0, 255) },
  { type: 'message', topic: 'wetter/höhe', origin: Uint8Array.of(7), payload: new Uint8Array(0) },
];

/** Two batches of one log, of which the second names the first by its hash, and one of the messages of the same start. */
const first: BatchEnvelope = {
  networkId, author: author.publicKey, epoch: 7 as Epoch, firstSequence: 1 as Sequence, count: 3,
  previousHash: noHash, time: { wallMs: 1_767_225_600_123 as WallMillis, counter: 0 }, scope: 'mesh',
  payload: encodeUpdates(Object.values(updates)),
};
const second: BatchEnvelope = {
  ...first, firstSequence: 4 as Sequence, count: 1, previousHash: scheme.hash(signedBytesOf(first)),
  time: { wallMs: 1_767_225_600_123 as WallMillis, counter: 0xffff }, scope: 'region/eu-west_1.a',
  payload: encodeUpdates([updates['register-delete']]),
};
const messageBatch: BatchEnvelope = {
  ...first, epoch: messageLogOf(first.epoch), firstSequence: 9 as Sequence, count: said.length, payload: encodeMessages(said),
};
export const envelopes: readonly BatchEnvelope[] = [first, second, messageBatch];
export const batches: readonly Uint8Array[] = envelopes.map((envelope) => {
  const signed = signedBytesOf(envelope);
  return joinSignature(signed, author.sign(signed));
});

const states: Readonly<Record<MemberState, PeerIndex>> = {
  alive: 0 as PeerIndex, suspect: 1 as PeerIndex, dead: 2 as PeerIndex, left: 1 as PeerIndex,
};

const places: readonly BatchPlace[] = ['next', 'first-kept', 'past'];

/** The first batch comes from its author, the second over as many links as are counted; one of each place. */
const batchMessage = (handle: number): BatchMessage => ({
  type: 'batch',
  header: {
    author: 0 as PeerIndex, epoch: first.epoch, firstSequence: 1 as Sequence, count: 1, hash48: 0, bytes: 0 as Bytes,
  },
  handle: handle as BatchHandle,
  hops: Math.min(handle * hopsMax, hopsMax),
  place: places[handle] as BatchPlace,
});

const claimOf = (state: MemberState, index: number): MemberClaim => ({
  peer: states[state], state, epoch: (7 + index) as Epoch, incarnation: (0xffff - index) as Incarnation,
  accuser: state === 'suspect' ? (2 as PeerIndex) : noPeer,
});
/** A claim of each state, and a suspicion whose accuser the sender does not know. */
const claims: readonly MemberClaim[] = [
  ...(Object.keys(states) as MemberState[]).map(claimOf), { ...claimOf('suspect', 4), accuser: noPeer },
];
const ids: readonly BatchId[] = [
  { author: 0 as PeerIndex, epoch: first.epoch, sequence: 4 as Sequence, hops: 1 },
  { author: 2 as PeerIndex, epoch: messageLogOf(startEpochMax), sequence: (2 ** 48 - 1) as Sequence, hops: hopsMax },
];
const target = 1 as PeerIndex;
const nameOf = (tagHigh: number): LogName => ({ tagHigh, tagLow: 0x8000_0000, epoch: first.epoch });
const markOf = (tagHigh: number, sequence: number): LogMark => ({ ...nameOf(tagHigh), sequence: sequence as Sequence });

/** Messages of each type, with values at the borders of their fields. */
export const messages: Readonly<Record<WireMessage['type'], readonly WireMessage[]>> = {
  round: [
    { type: 'round', digest: { high: 0x0102_0304, low: 0xfffe_fdfc }, isReply: false },
    { type: 'round', digest: { high: 0, low: 0xffff_ffff }, isReply: true },
  ],
  frontier: [
    {
      type: 'frontier', isReply: false,
      entries: [
        { author: 0 as PeerIndex, epoch: first.epoch, sequence: 4 as Sequence },
        { author: 2 as PeerIndex, epoch: 0xffff_ffff as Epoch, sequence: (2 ** 48 - 1) as Sequence },
      ],
    },
    { type: 'frontier', isReply: true, entries: [] },
  ],
  batch: batches.map((_, handle) => batchMessage(handle)),
  claims: [{ type: 'claims', claims }],
  ihave: [{ type: 'ihave', ids }, { type: 'ihave', ids: [] }],
  graft: [{ type: 'graft', ids }],
  prune: [{ type: 'prune' }],
  ping: [{ type: 'ping', token: 0xffff_ffff }, { type: 'ping', token: 0 }],
  'ping-request': [{ type: 'ping-request', token: 0x0102_0304, target }],
  ack: [{
    type: 'ack', token: 0x0102_0304, target, epoch: first.epoch, incarnation: 0xffff as Incarnation, lagMs: lagMsMax,
  }],
  nack: [{ type: 'nack', token: 0x0102_0304, target }],
  neighbor: [{ type: 'neighbor', isUrgent: true }, { type: 'neighbor', isUrgent: false }],
  'forward-join': [{ type: 'forward-join', claim: claimOf('alive', 0), ttl: walkTtlMax }],
  shuffle: [
    { type: 'shuffle', origin: claimOf('alive', 0), ttl: 0, claims },
    { type: 'shuffle', origin: claimOf('suspect', 1), ttl: walkTtlMax, claims: [] },
  ],
  'shuffle-reply': [{ type: 'shuffle-reply', claims }],
  ranges: [
    {
      type: 'ranges', isReply: false, nonce: { high: 0x0102_0304, low: 0xfffe_fdfc },
      ranges: [
        { type: 'done', upTo: nameOf(1) },
        { type: 'compare', upTo: nameOf(2), fingerprint: { high: 0, low: 0xffff_ffff } },
        { type: 'list', upTo: nameOf(4), marks: [markOf(3, 1), markOf(4, 2 ** 48 - 1)] },
        { type: 'want', upTo: lastLogName, marks: [markOf(0xffff_ffff, 0)] },
      ],
    },
    { type: 'ranges', isReply: true, nonce: { high: 0, low: 0 }, ranges: [] },
  ],
  direct: [
    { type: 'direct', kind: 'note', payload: new Uint8Array(0) },
    { type: 'direct', kind: 'request', id: 0xffff_ffff, deadlineMs: directDeadlineMsMax, payload: Uint8Array.of(0, 255) },
    { type: 'direct', kind: 'answer', id: 0x0102_0304, payload: Uint8Array.of(1) },
    { type: 'direct', kind: 'refusal', id: 0, reason: 'no-handler' },
    { type: 'direct', kind: 'refusal', id: 1, reason: 'handler-failed' },
    { type: 'direct', kind: 'refusal', id: 2, reason: 'busy' },
    { type: 'direct', kind: 'parting', isReply: false },
    { type: 'direct', kind: 'parting', isReply: true },
  ],
};

export const hello: Hello = { networkId, certificate: authorPeer.certificate, addresses: authorPeer.addresses };
export const names: PeerTable = new PeerTable(peers, batches);
