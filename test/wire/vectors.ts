/**
 * The golden vectors of a version: bytes in hex beside what they say. Peers are named by key, so that any
 * implementation of the protocol can be held against them.
 */
import {
  beginFrame, certificateBytes, decodeBatch, decodeFrame, decodeHello, decodeMessages, decodeUpdates, encodeFrame, encodeHello,
  isMessageLog, noPeer, peerIdOf, protocolVersion, writeIntroductions,
} from '@murmuration/protocol';
import type {
  BatchEnvelope, FrontierEntry, MemberClaim, PeerIndex, PeerIntroduction, ReceivedMessage, WireNames,
} from '@murmuration/protocol';
import { publicKeyOf } from '@murmuration/byzantine/schemes';

import type { PeerTable } from './peer-table.ts';
import {
  authorPeer, batches, hello, memberPeer, messages, names, networkKey, peers, scheme, secretKeys,
} from './samples.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Vector {
  readonly bytes: string;
  readonly decoded: Json;
}
export interface BatchVector extends Vector {
  readonly updates: Json;
  readonly signed: string;
  readonly signature: string;
  /** SHA-256 of the signed bytes: what the next batch of the log names. */
  readonly hash: string;
}
export interface CertificateVector {
  readonly networkKey: string;
  readonly member: string;
  readonly signed: string;
  readonly certificate: string;
}
export interface KeyVector {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly peerId: string;
}
export interface PeerVector {
  readonly publicKey: string;
  readonly certificate: string;
  readonly addresses: readonly string[];
}
export interface Vectors {
  readonly protocolVersion: number;
  readonly keys: Readonly<Record<string, KeyVector>>;
  readonly peers: readonly PeerVector[];
  readonly certificates: readonly CertificateVector[];
  readonly batches: readonly BatchVector[];
  readonly frames: Readonly<Record<string, Vector>>;
  /** A frame that tells of peers. */
  readonly introductions: Vector;
  readonly hello: Vector;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Plain data as JSON has it; bytes become hex. */
export function toJson(value: unknown): Json {
  const plain = (_key: string, inner: unknown): unknown => (inner instanceof Uint8Array ? toHex(inner) : inner);
  return JSON.parse(JSON.stringify(value, plain)) as Json;
}

/** What the payload of a batch says. */
export function describeUpdates({ epoch, payload, count }: BatchEnvelope): Json {
  return toJson((isMessageLog(epoch) ? decodeMessages(payload, count) : decodeUpdates(payload, count)) ?? null);
}

/** What a frame says, its peers by key. */
export function describeFrame(frame: Uint8Array, table: PeerTable): Json {
  const decoded = decodeFrame(frame, table);
  if (decoded.type !== 'messages') return toJson(decoded);
  return toJson({ ...decoded, messages: decoded.messages.map((message) => describeMessage(message, table)) });
}

/** Wherever a message names a peer by index, the vector has its key; `null` is nobody. Subjects of claims are told in full. */
function describeMessage(message: ReceivedMessage, table: PeerTable): object {
  const keyOf = (peer: PeerIndex): Uint8Array | null => (peer === noPeer ? null : table.publicKeyOf(peer));
  const describeClaim = (claim: MemberClaim): object =>
    ({ ...claim, peer: table.introductionOf(claim.peer), accuser: keyOf(claim.accuser) });
  const describePoint = (point: FrontierEntry): object => ({ ...point, author: keyOf(point.author) });
  switch (message.type) {
    case 'round':
    case 'ranges':
    case 'prune':
    case 'ping':
    case 'neighbor':
    case 'direct':
      return message;
    case 'frontier':
      return { ...message, entries: message.entries.map(describePoint) };
    case 'received-batch':
      return { type: message.type, hops: message.hops, place: message.place, bytes: message.bytes };
    case 'ihave':
    case 'graft':
      return { ...message, ids: message.ids.map(describePoint) };
    case 'ping-request':
    case 'ack':
    case 'nack':
      return { ...message, target: keyOf(message.target) };
    case 'forward-join':
      return { ...message, claim: describeClaim(message.claim) };
    case 'shuffle':
      return { ...message, origin: describeClaim(message.origin), claims: message.claims.map(describeClaim) };
    case 'claims':
    case 'shuffle-reply':
      return { ...message, claims: message.claims.map(describeClaim) };
  }
}

/** The vectors of the version that this build speaks. */
export function currentVectors(): Vectors {
  const frames = { ...messages, 'all-types': Object.values(messages).flat(), nothing: [] };
  return {
    protocolVersion,
    keys: Object.fromEntries(Object.entries(secretKeys).map(([name, secretKey]) => [name, keyVector(secretKey)])),
    peers: toJson(peers) as unknown as readonly PeerVector[],
    certificates: [authorPeer, memberPeer].map(certificateVector),
    batches: batches.map(batchVector),
    frames: Object.fromEntries(Object.entries(frames).map(([name, sent]) => {
      const bytes = encodeFrame(sent, names);
      return [name, { bytes: toHex(bytes), decoded: describeFrame(bytes, names) }];
    })),
    introductions: introductionsVector(),
    hello: { bytes: toHex(encodeHello(hello)), decoded: toJson(decodeHello(encodeHello(hello))) },
  };
}

/** A frame that introduces every sample, and says nothing else. */
function introductionsVector(): Vector {
  const frame = beginFrame();
  writeIntroductions(frame, peers.map((_, index) => index as PeerIndex), names);
  const bytes = frame.finish();
  return { bytes: toHex(bytes), decoded: describeIntroductions(bytes) };
}

/** Whom a frame introduces. */
export function describeIntroductions(frame: Uint8Array): Json {
  const told: PeerIntroduction[] = [];
  const listening = Object.assign(Object.create(names) as WireNames, {
    introduce: (introduction: PeerIntroduction) => (told.push(introduction) - 1) as PeerIndex,
  });
  return toJson({ ...decodeFrame(frame, listening), introduced: told });
}

function keyVector(secretKey: Uint8Array): KeyVector {
  const publicKey = publicKeyOf(secretKey);
  return { secretKey: toHex(secretKey), publicKey: toHex(publicKey), peerId: peerIdOf(publicKey) };
}

function certificateVector({ publicKey, certificate }: PeerIntroduction): CertificateVector {
  return {
    networkKey: toHex(networkKey),
    member: toHex(publicKey),
    signed: toHex(certificateBytes(networkKey, publicKey)),
    certificate: toHex(certificate),
  };
}

function batchVector(bytes: Uint8Array): BatchVector {
  const batch = decodeBatch(bytes);
  if (batch === undefined) throw new Error('a sample batch is malformed');
  return {
    bytes: toHex(bytes),
    decoded: toJson(batch.envelope),
    updates: describeUpdates(batch.envelope),
    signed: toHex(batch.signed),
    signature: toHex(batch.signature),
    hash: toHex(scheme.hash(batch.signed)),
  };
}
