/**
 * Frames: the protocol version, then messages, each with its type and length. Nothing is trusted: counts and lengths are
 * checked against `limits.ts` before they are used, and a frame is decoded whole or refused whole.
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { unreachable } from './assert.ts';
import { readDirect, writeDirect, type DirectMessage } from './direct.ts';
import {
  readBatch,
  readBatchIds,
  readFrontier,
  readRound,
  writeBatch,
  writeBatchIds,
  writeFrontier,
  writeRound,
  type ReceivedBatch,
} from './gossip-codec.ts';
import { readIntroductions } from './introduction.ts';
import { frameBytesMax, messagesPerFrameMax } from './limits.ts';
import type { PeerIndex } from './ids.ts';
import { protocolVersion, type BatchMessage, type MemberClaim, type Message } from './messages.ts';
import { readRanges, writeRanges } from './ranges-codec.ts';
import {
  introduced,
  readAck,
  readClaim,
  readClaims,
  readNeighbor,
  readTarget,
  readTtl,
  writeAck,
  writeClaims,
  writeForwardJoin,
  writeShuffle,
  writeTarget,
  type ClaimDraft,
} from './registry-codec.ts';
import type { PeerIntroduction, WireNames } from './wire-names.ts';

export type { ReceivedBatch } from './gossip-codec.ts';

/** What frames carry: the core's messages, and those between shells, of which the core is kept free. */
export type WireMessage = Message | DirectMessage;

/** What a frame holds. */
export type ReceivedMessage = Exclude<WireMessage, BatchMessage> | ReceivedBatch;

/** All messages of a frame, or why there are none. */
export type DecodedFrame =
  | { readonly type: 'messages'; readonly messages: readonly ReceivedMessage[] }
  | { readonly type: 'malformed' }
  | { readonly type: 'other-version'; readonly version: number };

/** Ends the reading of one message, once the frame is known to be sound. It gives none where nobody in it is admitted. */
type Finish = () => ReceivedMessage | undefined;

/** Introductions are no message to anybody: the shell's tables take them, and nothing of them is left. */
type WireType = WireMessage['type'] | 'introductions';

const types: Readonly<Record<WireType, number>> = {
  round: 1,
  frontier: 2,
  batch: 3,
  claims: 4,
  ihave: 5,
  graft: 6,
  prune: 7,
  ping: 8,
  'ping-request': 9,
  ack: 10,
  nack: 11,
  neighbor: 12,
  'forward-join': 13,
  shuffle: 14,
  'shuffle-reply': 15,
  introductions: 16,
  direct: 17,
  ranges: 18,
};
const typeOf = new Map(Object.entries(types).map(([type, code]) => [code, type as WireType]));

/** Bytes of a message's own header in a frame. */
export const messageOverheadBytes = 5;

/** Appends a message to a frame that `beginFrame` started. */
export function writeMessage(writer: ByteWriter, message: WireMessage, names: WireNames): void {
  writer.u8(types[message.type]);
  writer.u32(0);
  const start = writer.length;
  writeBody(writer, message, names);
  writer.patchU32(start - 4, writer.length - start);
}

/** Appends the introductions of peers to a frame: they count as one message, and stand before what speaks of those peers. */
export function writeIntroductions(writer: ByteWriter, peers: readonly PeerIndex[], names: WireNames): void {
  writer.u8(types.introductions);
  writer.u32(0);
  const start = writer.length;
  writer.u16(peers.length);
  for (const peer of peers) writer.bytes(names.introductionBytesOf(peer));
  writer.patchU32(start - 4, writer.length - start);
}

/** A new frame, to be filled with `writeMessage` and ended with `finish`, or with `take` where the writer is used again. */
export function beginFrame(writer: ByteWriter = new ByteWriter(512)): ByteWriter {
  writer.u8(protocolVersion);
  return writer;
}

/** One frame of the given messages. */
export function encodeFrame(messages: readonly WireMessage[], names: WireNames): Uint8Array<ArrayBuffer> {
  const writer = beginFrame();
  for (const message of messages) writeMessage(writer, message, names);
  return writer.finish();
}

/** Reads a frame. Peers named in it are looked up; those in claims are introduced once the whole frame is known to be sound. */
export function decodeFrame(frame: Uint8Array, names: WireNames): DecodedFrame {
  if (frame.length === 0 || frame.length > frameBytesMax) return { type: 'malformed' };
  const reader = new ByteReader(frame);
  const version = reader.u8();
  if (version !== protocolVersion) return { type: 'other-version', version };
  const bodies: Finish[] = [];
  while (reader.remaining > 0) {
    const type = typeOf.get(reader.u8());
    const body = new ByteReader(reader.bytes32(frameBytesMax));
    if (reader.failed || type === undefined || bodies.length === messagesPerFrameMax) return { type: 'malformed' };
    const finish = readBody(type, body, names);
    if (finish === undefined || !body.isComplete) return { type: 'malformed' };
    bodies.push(finish);
  }
  const messages = bodies.map((finish) => finish()).filter((message) => message !== undefined);
  return { type: 'messages', messages };
}

function writeBody(writer: ByteWriter, message: WireMessage, names: WireNames): void {
  switch (message.type) {
    case 'round':
      return writeRound(writer, message);
    case 'frontier':
      return writeFrontier(writer, message, names);
    case 'ranges':
      return writeRanges(writer, message);
    case 'batch':
      return writeBatch(writer, message, names);
    case 'ihave':
    case 'graft':
      return writeBatchIds(writer, message.ids, names);
    case 'prune':
      return undefined;
    case 'ping':
      return writer.u32(message.token);
    case 'ping-request':
    case 'nack':
      return writeTarget(writer, message, names);
    case 'ack':
      return writeAck(writer, message, names);
    case 'neighbor':
      return writer.u8(message.isUrgent ? 1 : 0);
    case 'forward-join':
      return writeForwardJoin(writer, message, names);
    case 'shuffle':
      return writeShuffle(writer, message, names);
    case 'claims':
    case 'shuffle-reply':
      return writeClaims(writer, message.claims, names);
    case 'direct':
      return writeDirect(writer, message);
    default:
      return unreachable(message);
  }
}

/** Reads a body; undefined where it is none. Whether bytes are missing or left over is the caller's check. */
function readBody(type: WireType, reader: ByteReader, names: WireNames): Finish | undefined {
  switch (type) {
    case 'round':
      return always(readRound(reader));
    case 'frontier':
      return always(readFrontier(reader, names));
    case 'ranges':
      return always(readRanges(reader));
    case 'batch':
      return always(readBatch(reader));
    case 'ihave':
    case 'graft':
      return always({ type, ids: readBatchIds(reader, names) });
    case 'prune':
      return always({ type });
    case 'ping':
      return always({ type, token: reader.u32() });
    case 'ping-request':
    case 'nack':
      return always(readTarget(reader, type, names));
    case 'ack':
      return always(readAck(reader, names));
    case 'neighbor':
      return always(readNeighbor(reader));
    case 'introductions':
      return introduce(readIntroductions(reader), names);
    case 'direct':
      return always(readDirect(reader));
    default:
      return readTold(reader, type, names);
  }
}

/** Yields no message. */
function introduce(introductions: readonly PeerIntroduction[], names: WireNames): Finish {
  return () => {
    for (const introduction of introductions) names.introduce(introduction);
    return undefined;
  };
}

/** Messages that tell of peers: these are introduced when the frame is known to be sound, and not before. */
function readTold(
  reader: ByteReader,
  type: 'claims' | 'shuffle-reply' | 'forward-join' | 'shuffle',
  names: WireNames,
): Finish {
  if (type === 'claims' || type === 'shuffle-reply') {
    const drafts = readClaims(reader);
    return () => ({ type, claims: introduced(drafts, names) });
  }
  const ttl = readTtl(reader);
  const subject = readClaim(reader);
  if (type === 'forward-join') return () => about(subject, names, (claim) => ({ type, claim, ttl }));
  const drafts = readClaims(reader);
  return () => about(subject, names, (origin) => ({ type, origin, ttl, claims: introduced(drafts, names) }));
}

/** A message about one peer; none where the shell does not admit it. */
function about(subject: ClaimDraft, names: WireNames, make: (claim: MemberClaim) => ReceivedMessage): ReceivedMessage | undefined {
  const [claim] = introduced([subject], names);
  return claim && make(claim);
}

function always(message: ReceivedMessage | undefined): Finish | undefined {
  return message && (() => message);
}
