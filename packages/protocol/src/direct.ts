/**
 * Direct messages: what one node says to one other beside the protocol of the mesh. They belong to the shell: the codec limits and
 * reads them like all messages, and the core never sees one. The link proves who speaks, so they carry no signature.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readFlag } from './gossip-codec.ts';
import { directBytesMax, directDeadlineMsMax } from './limits.ts';
import { millis, type Millis } from './units.ts';

/** Why a request has no answer. `busy`: more are at work than the asked node takes. */
export type DirectRefusal = 'no-handler' | 'handler-failed' | 'busy';

/** Something for the application at the other end. Nothing comes back. */
export interface DirectNote {
  readonly type: 'direct';
  readonly kind: 'note';
  readonly payload: Uint8Array;
}

/** A question. The answer, or the refusal, repeats its id, which means something to the asker alone. */
export interface DirectRequest {
  readonly type: 'direct';
  readonly kind: 'request';
  readonly id: number;
  /** How long the asker waits from now on; at most `directDeadlineMsMax`. Later nobody wants the answer. */
  readonly deadlineMs: Millis;
  readonly payload: Uint8Array;
}

/** What the handler gave. */
export interface DirectAnswer {
  readonly type: 'direct';
  readonly kind: 'answer';
  readonly id: number;
  readonly payload: Uint8Array;
}

/** Instead of an answer. A handler's words stay where they were said: they may hold secrets. */
export interface DirectRefused {
  readonly type: 'direct';
  readonly kind: 'refusal';
  readonly id: number;
  readonly reason: DirectRefusal;
}

/**
 * "My overlay has let go of this link": it goes on as a visit, for direct messages, until one of us closes it or says `neighbor`. The
 * reply says that the other overlay has let go, too; what it said before is not heard any more.
 */
export interface DirectParting {
  readonly type: 'direct';
  readonly kind: 'parting';
  readonly isReply: boolean;
}

export type DirectMessage = DirectNote | DirectRequest | DirectAnswer | DirectRefused | DirectParting;

const kinds: readonly DirectMessage['kind'][] = ['note', 'request', 'answer', 'refusal', 'parting'];
const refusals: readonly DirectRefusal[] = ['no-handler', 'handler-failed', 'busy'];

export function writeDirect(writer: ByteWriter, message: DirectMessage): void {
  writer.u8(kinds.indexOf(message.kind));
  if ('id' in message) writer.u32(message.id);
  if (message.kind === 'request') writer.u32(message.deadlineMs);
  if (message.kind === 'refusal') writer.u8(refusals.indexOf(message.reason));
  if (message.kind === 'parting') writer.u8(message.isReply ? 1 : 0);
  if ('payload' in message) writer.bytes(message.payload);
}

/** Reads a body to its end; its payload is a view of the frame. Undefined where it is none. */
export function readDirect(reader: ByteReader): DirectMessage | undefined {
  const kind = kinds[reader.u8()];
  switch (kind) {
    case 'note':
      return { type: 'direct', kind, payload: readPayload(reader) };
    case 'request':
      return { type: 'direct', kind, id: reader.u32(), deadlineMs: readDeadline(reader), payload: readPayload(reader) };
    case 'answer':
      return { type: 'direct', kind, id: reader.u32(), payload: readPayload(reader) };
    case 'refusal':
      return readRefusal(reader.u32(), refusals[reader.u8()]);
    case 'parting':
      return { type: 'direct', kind, isReply: readFlag(reader) };
    default:
      return undefined;
  }
}

function readRefusal(id: number, reason: DirectRefusal | undefined): DirectRefused | undefined {
  return reason && { type: 'direct', kind: 'refusal', id, reason };
}

/** The message's own length bounds the payload; it needs none of its own. */
function readPayload(reader: ByteReader): Uint8Array {
  if (reader.remaining > directBytesMax) reader.fail();
  return reader.bytes(reader.remaining);
}

function readDeadline(reader: ByteReader): Millis {
  const deadlineMs = reader.u32();
  if (deadlineMs > directDeadlineMsMax) reader.fail();
  return millis(deadlineMs);
}
