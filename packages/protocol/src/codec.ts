/**
 * Frames: the protocol version, then messages, each with its type and length. Nothing is trusted: counts and lengths are
 * checked against `limits.ts` before they are used, and a frame is decoded whole or refused whole.
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { unreachable } from './assert.ts';
import { decodeBatch, type SignedBatch } from './envelope.ts';
import { noPeer, type Epoch, type Incarnation, type Sequence } from './ids.ts';
import {
  addressBytesMax,
  addressesPerPeerMax,
  claimsPerMessageMax,
  frameBytesMax,
  frontierEntriesMax,
  messagesPerFrameMax,
} from './limits.ts';
import {
  protocolVersion,
  type ClaimsMessage,
  type FrontierEntry,
  type FrontierMessage,
  type MemberClaim,
  type MemberState,
  type Message,
  type RoundMessage,
} from './messages.ts';
import { publicKeyBytes, signatureBytes } from './signature-scheme.ts';
import type { WireNames } from './wire-names.ts';

/** A batch as it came: its signature is unchecked and `bytes` is a view of the frame. */
export interface ReceivedBatch {
  readonly type: 'received-batch';
  readonly batch: SignedBatch;
  readonly bytes: Uint8Array;
}

/** What a frame holds. */
export type ReceivedMessage = RoundMessage | FrontierMessage | ClaimsMessage | ReceivedBatch;

/** All messages of a frame, or why there are none. */
export type DecodedFrame =
  | { readonly type: 'messages'; readonly messages: readonly ReceivedMessage[] }
  | { readonly type: 'malformed' }
  | { readonly type: 'other-version'; readonly version: number };

const types = { round: 1, frontier: 2, batch: 3, claims: 4 } as const;
const states: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left'];

/** Bytes of a message's own header in a frame. */
export const messageOverheadBytes = 5;

/** Appends a message to a frame that `beginFrame` started. */
export function writeMessage(writer: ByteWriter, message: Message, names: WireNames): void {
  writer.u8(types[message.type]);
  writer.u32(0);
  const start = writer.length;
  writeBody(writer, message, names);
  writer.patchU32(start - 4, writer.length - start);
}

/** A new frame, to be filled with `writeMessage` and ended with `finish`. */
export function beginFrame(): ByteWriter {
  const writer = new ByteWriter(512);
  writer.u8(protocolVersion);
  return writer;
}

/** One frame of the given messages. */
export function encodeFrame(messages: readonly Message[], names: WireNames): Uint8Array<ArrayBuffer> {
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
  const bodies: (() => ReceivedMessage)[] = [];
  while (reader.remaining > 0) {
    const type = reader.u8();
    const body = readBody(type, reader.bytes32(frameBytesMax), names);
    if (reader.failed || body === undefined || bodies.length === messagesPerFrameMax) return { type: 'malformed' };
    bodies.push(body);
  }
  return { type: 'messages', messages: bodies.map((finish) => finish()) };
}

function writeBody(writer: ByteWriter, message: Message, names: WireNames): void {
  switch (message.type) {
    case 'round':
      writer.u32(message.digest.high);
      writer.u32(message.digest.low);
      return writer.u8(message.isReply ? 1 : 0);
    case 'frontier':
      return writeFrontier(writer, message, names);
    case 'batch':
      return writer.bytes(names.bytesOf(message.handle));
    case 'claims':
      return writeClaims(writer, message, names);
    default:
      return unreachable(message);
  }
}

function writeFrontier(writer: ByteWriter, { entries, isReply }: FrontierMessage, names: WireNames): void {
  writer.u8(isReply ? 1 : 0);
  writer.u16(entries.length);
  for (const { author, epoch, sequence } of entries) {
    writer.bytes(names.publicKeyOf(author));
    writer.u32(epoch);
    writer.u48(sequence);
  }
}

function writeClaims(writer: ByteWriter, { claims }: ClaimsMessage, names: WireNames): void {
  writer.u16(claims.length);
  for (const { peer, state, epoch, incarnation } of claims) {
    const { publicKey, certificate, addresses } = names.introductionOf(peer);
    writer.bytes(publicKey);
    writer.bytes(certificate);
    writer.u8(states.indexOf(state));
    writer.u32(epoch);
    writer.u16(incarnation);
    writer.u8(addresses.length);
    for (const address of addresses) writer.text16(address);
  }
}

function readBody(type: number, body: Uint8Array, names: WireNames): (() => ReceivedMessage) | undefined {
  const reader = new ByteReader(body);
  switch (type) {
    case types.round:
      return readRound(reader);
    case types.frontier:
      return readFrontier(reader, names);
    case types.batch:
      return readBatch(body);
    case types.claims:
      return readClaims(reader, names);
    default:
      return undefined;
  }
}

function readRound(reader: ByteReader): (() => RoundMessage) | undefined {
  const digest = { high: reader.u32(), low: reader.u32() };
  const isReply = readFlag(reader);
  return reader.isComplete ? () => ({ type: 'round', digest, isReply }) : undefined;
}

function readFrontier(reader: ByteReader, names: WireNames): (() => FrontierMessage) | undefined {
  const isReply = readFlag(reader);
  const count = reader.count16(frontierEntriesMax);
  const entries: FrontierEntry[] = [];
  for (let i = 0; i < count && !reader.failed; i++) {
    const author = reader.bytes(publicKeyBytes);
    const known = { epoch: reader.u32() as Epoch, sequence: reader.u48() as Sequence };
    if (!reader.failed) entries.push({ author: names.find(author), ...known });
  }
  return reader.isComplete ? () => ({ type: 'frontier', entries, isReply }) : undefined;
}

function readBatch(body: Uint8Array): (() => ReceivedBatch) | undefined {
  const batch = decodeBatch(body);
  return batch && (() => ({ type: 'received-batch', batch, bytes: body }));
}

function readClaims(reader: ByteReader, names: WireNames): (() => ClaimsMessage) | undefined {
  const count = reader.count16(claimsPerMessageMax);
  const claims: ReturnType<typeof readClaim>[] = [];
  for (let i = 0; i < count && !reader.failed; i++) claims.push(readClaim(reader));
  if (!reader.isComplete) return undefined;
  return () => ({ type: 'claims', claims: claims.flatMap((claim) => introduced(claim, names)) });
}

function readClaim(reader: ByteReader) {
  const publicKey = reader.bytes(publicKeyBytes);
  const certificate = reader.bytes(signatureBytes);
  const state = states[reader.u8()];
  if (state === undefined) reader.fail();
  const epoch = reader.u32() as Epoch;
  const incarnation = reader.u16() as Incarnation;
  return { introduction: { publicKey, certificate, addresses: readAddresses(reader) }, state, epoch, incarnation };
}

/** Addresses of one peer: a count and texts. Shared with the greeting. */
export function readAddresses(reader: ByteReader): string[] {
  const count = reader.u8();
  if (count > addressesPerPeerMax) reader.fail();
  const addresses: string[] = [];
  for (let i = 0; i < count && !reader.failed; i++) addresses.push(reader.text16(addressBytesMax));
  return addresses;
}

/** The claim by index; none where the shell does not admit the peer. */
function introduced({ introduction, state, epoch, incarnation }: ReturnType<typeof readClaim>, names: WireNames): MemberClaim[] {
  const peer = names.introduce(introduction);
  return peer === noPeer || state === undefined ? [] : [{ peer, state, epoch, incarnation }];
}

/** A boolean has two encodings, 0 and 1; any other byte is malformed. */
function readFlag(reader: ByteReader): boolean {
  const value = reader.u8();
  if (value > 1) reader.fail();
  return value === 1;
}
