/**
 * One fixed sample of everything that travels. Keys come from fixed seeds and ed25519 is deterministic, so the bytes are the
 * same on every machine. The records below have a row for each kind: a new kind without a sample does not compile.
 */
import { certificateBytes, encodeUpdates, joinSignature, noCertificate, noHash, signedBytesOf } from '@murmuration/protocol';
import type {
  BatchEnvelope, BatchHandle, BatchMessage, Bytes, Epoch, Hello, Incarnation, MemberState, Message, PeerIndex, Sequence, Signer,
  Update, WallMillis,
} from '@murmuration/protocol';
import { nodeCryptoScheme, signerFromSecret } from '@murmuration/byzantine/schemes';

import { PeerTable } from './peer-table.ts';

export const scheme = nodeCryptoScheme();

const secretOf = (first: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => first + index);
export const secretKeys = { network: secretOf(1), author: secretOf(65), member: secretOf(129), guest: secretOf(193) } as const;
const signers: Readonly<Record<keyof typeof secretKeys, Signer>> = {
  network: signerFromSecret(secretKeys.network),
  author: signerFromSecret(secretKeys.author),
  member: signerFromSecret(secretKeys.member),
  guest: signerFromSecret(secretKeys.guest),
};
const networkKey = signers.network.publicKey;
const networkId = scheme.hash(networkKey).subarray(0, 16);
const certify = (member: Uint8Array): Uint8Array => signers.network.sign(certificateBytes(networkKey, member));

/** Peers of the table: two certified ones, and one of an open network that cannot be dialed. */
export const peers = [
  {
    publicKey: signers.author.publicKey,
    certificate: certify(signers.author.publicKey),
    addresses: ['/ip4/192.0.2.1/udp/4001/quic-v1', '/ip6/2001:db8::1/tcp/4001'],
  },
  {
    publicKey: signers.member.publicKey,
    certificate: certify(signers.member.publicKey),
    addresses: ['/dns4/höhle.example/tcp/4001'],
  },
  { publicKey: signers.guest.publicKey, certificate: noCertificate, addresses: [] },
] as const;

const updates: Readonly<Record<Update['type'], Update>> = {
  'register-set': { type: 'register-set', key: 'läuft', value: Uint8Array.of(0, 1, 254, 255) },
  'register-delete': { type: 'register-delete', key: 'old' },
  'document-update': { type: 'document-update', document: 'plan', update: Uint8Array.of(0, 0) },
};

/** Two batches of one log; the second names the first by its hash. */
const first: BatchEnvelope = {
  networkId, author: signers.author.publicKey, epoch: 7 as Epoch, firstSequence: 1 as Sequence, count: 3, previousHash: noHash,
  time: { wallMs: 1_767_225_600_123 as WallMillis, counter: 0 }, scope: 'mesh',
  payload: encodeUpdates(Object.values(updates)),
};
const second: BatchEnvelope = {
  ...first, firstSequence: 4 as Sequence, count: 1, previousHash: scheme.hash(signedBytesOf(first)),
  time: { wallMs: 1_767_225_600_123 as WallMillis, counter: 0xffff }, scope: 'region/eu-west_1.a',
  payload: encodeUpdates([updates['register-delete']]),
};
export const envelopes: readonly BatchEnvelope[] = [first, second];
const batches = envelopes.map((envelope) => {
  const signed = signedBytesOf(envelope);
  return joinSignature(signed, signers.author.sign(signed));
});

const states: Readonly<Record<MemberState, PeerIndex>> = {
  alive: 0 as PeerIndex, suspect: 1 as PeerIndex, dead: 2 as PeerIndex, left: 1 as PeerIndex,
};

const batchMessage = (handle: number): BatchMessage => ({
  type: 'batch',
  header: {
    author: 0 as PeerIndex, epoch: first.epoch, firstSequence: 1 as Sequence, count: 1, hash32: 0, bytes: 0 as Bytes,
  },
  handle: handle as BatchHandle,
});

/** Messages of each type, with values at the borders of their fields. */
export const messages: Readonly<Record<Message['type'], readonly Message[]>> = {
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
  claims: [{
    type: 'claims',
    claims: (Object.keys(states) as MemberState[]).map((state, index) => (
      { peer: states[state], state, epoch: (7 + index) as Epoch, incarnation: (0xffff - index) as Incarnation })),
  }],
};

export const hello: Hello = { networkId, certificate: peers[0].certificate, addresses: peers[0].addresses };
export const names: PeerTable = new PeerTable(peers, batches);
export { batches, networkKey };
