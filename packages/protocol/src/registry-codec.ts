/**
 * Bodies of the messages about who is there. A claim carries enough of its subject to admit and dial it; whoever is told of is
 * introduced to the shell only when the whole frame is known to be sound, so a reader gives drafts that are finished later.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readFlag, writePeer } from './gossip-codec.ts';
import { noPeer, type Epoch, type Incarnation, type PeerIndex } from './ids.ts';
import { readIntroduction } from './introduction.ts';
import { claimsPerMessageMax, lagMsMax, walkTtlMax } from './limits.ts';
import { startEpochMax } from './log-kind.ts';
import type {
  AckMessage,
  ForwardJoinMessage,
  MemberClaim,
  MemberState,
  NackMessage,
  NeighborMessage,
  PingRequestMessage,
  ShuffleMessage,
} from './messages.ts';
import { publicKeyBytes } from './signature-scheme.ts';
import { millis } from './units.ts';
import type { PeerIntroduction, WireNames } from './wire-names.ts';

const states: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left'];

/** A claim whose subject is not introduced yet, and whose accuser may be introduced beside it. */
export interface ClaimDraft extends Omit<MemberClaim, 'peer' | 'accuser'> {
  readonly introduction: PeerIntroduction;
  readonly accuser: Uint8Array;
}

const noBytes = new Uint8Array(0);

export function writeClaims(writer: ByteWriter, claims: readonly MemberClaim[], names: WireNames): void {
  writer.u16(claims.length);
  for (const claim of claims) writeClaim(writer, claim, names);
}

export function readClaims(reader: ByteReader): ClaimDraft[] {
  const count = reader.count16(claimsPerMessageMax);
  const claims: ClaimDraft[] = [];
  for (let i = 0; i < count && !reader.failed; i++) claims.push(readClaim(reader));
  return claims;
}

export function writeClaim(writer: ByteWriter, { peer, state, epoch, incarnation, accuser }: MemberClaim, names: WireNames): void {
  writer.bytes(names.introductionBytesOf(peer));
  writer.u8(states.indexOf(state));
  writer.u32(epoch);
  writer.u16(incarnation);
  if (state === 'suspect') writePeer(writer, accuser, names);
}

export function readClaim(reader: ByteReader): ClaimDraft {
  const introduction = readIntroduction(reader);
  const state = states[reader.u8()];
  if (state === undefined) reader.fail();
  const epoch = readStart(reader);
  const incarnation = reader.u16() as Incarnation;
  const accuser = state === 'suspect' ? reader.bytes(publicKeyBytes) : noBytes;
  return { introduction, state: state === undefined ? 'alive' : state, epoch, incarnation, accuser };
}

/** The claims by index; those that the shell does not admit are left out. Accusers are looked up when all are introduced. */
export function introduced(drafts: readonly ClaimDraft[], names: WireNames): MemberClaim[] {
  return drafts
    .map((draft) => ({ ...draft, peer: names.introduce(draft.introduction) }))
    .filter(({ peer }) => peer !== noPeer)
    .map(({ peer, state, epoch, incarnation, accuser }) => (
      { peer, state, epoch, incarnation, accuser: state === 'suspect' ? names.find(accuser) : noPeer }));
}

export function writeAck(writer: ByteWriter, { token, target, epoch, incarnation, lagMs }: AckMessage, names: WireNames): void {
  writer.u32(token);
  writePeer(writer, target, names);
  writer.u32(epoch);
  writer.u16(incarnation);
  writer.u16(Math.min(lagMs, lagMsMax));
}

export function readAck(reader: ByteReader, names: WireNames): AckMessage {
  return {
    type: 'ack',
    token: reader.u32(),
    target: readPeer(reader, names),
    epoch: readStart(reader),
    incarnation: reader.u16() as Incarnation,
    lagMs: millis(reader.u16()),
  };
}

/** Ping-request and nack: a token and whom it is about. */
export function writeTarget(writer: ByteWriter, { token, target }: PingRequestMessage | NackMessage, names: WireNames): void {
  writer.u32(token);
  writePeer(writer, target, names);
}

export function readTarget<Type extends 'ping-request' | 'nack'>(
  reader: ByteReader,
  type: Type,
  names: WireNames,
): { readonly type: Type; readonly token: number; readonly target: PeerIndex } {
  return { type, token: reader.u32(), target: readPeer(reader, names) };
}

export function readNeighbor(reader: ByteReader): NeighborMessage {
  return { type: 'neighbor', isUrgent: readFlag(reader) };
}

export function writeForwardJoin(writer: ByteWriter, { claim, ttl }: ForwardJoinMessage, names: WireNames): void {
  writer.u8(ttl);
  writeClaim(writer, claim, names);
}

export function writeShuffle(writer: ByteWriter, { origin, ttl, claims }: ShuffleMessage, names: WireNames): void {
  writer.u8(ttl);
  writeClaim(writer, origin, names);
  writeClaims(writer, claims, names);
}

/** A walk is never longer than its limit, whatever its sender says. */
export function readTtl(reader: ByteReader): number {
  const ttl = reader.u8();
  if (ttl > walkTtlMax) reader.fail();
  return ttl;
}

/** A member is in the epoch of its start; the upper half of the numbers belongs to logs of messages. */
function readStart(reader: ByteReader): Epoch {
  const epoch = reader.u32() as Epoch;
  if (epoch > startEpochMax) reader.fail();
  return epoch;
}

function readPeer(reader: ByteReader, names: WireNames): PeerIndex {
  const publicKey = reader.bytes(publicKeyBytes);
  return reader.failed ? noPeer : names.find(publicKey);
}
