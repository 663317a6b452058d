/**
 * What a batch of a message log carries: messages on topics, one after another, and nothing else; a batch of a state log carries
 * none. The i-th message of a batch has the sequence `firstSequence + i`. Decoding yields all of them or nothing; a payload has
 * exactly one encoding.
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { messageBytesMax, originBytesMax, topicBytesMax } from './limits.ts';
import { updateKinds } from './updates.ts';

/** Something said to whoever follows a topic. */
export interface MessageUpdate {
  readonly type: 'message';
  /** At least one character. */
  readonly topic: string;
  /** The id by which a bridge knows what it brought in from another network; empty for what a node wrote itself. */
  readonly origin: Uint8Array;
  readonly payload: Uint8Array;
}

/** Room for what stands beside a payload, most often. */
const overheadBytes = 64;

/** The origin of what was written in the mesh. */
export const noOrigin: Uint8Array = new Uint8Array(0);

/** Bytes of the messages, in order. Callers keep the limits; `limits.ts` names them. */
export function encodeMessages(messages: readonly MessageUpdate[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(messages.reduce((sum, { payload }) => sum + overheadBytes + payload.length, 0));
  for (const { topic, origin, payload } of messages) {
    writer.u8(updateKinds.message);
    writer.text16(topic);
    writer.u8(origin.length);
    writer.bytes(origin);
    writer.bytes32(payload);
  }
  return writer.finish();
}

/** The messages, or undefined unless the payload is exactly `count` well-formed ones. Arrays are views of it. */
export function decodeMessages(payload: Uint8Array, count: number): MessageUpdate[] | undefined {
  const reader = new ByteReader(payload);
  const messages: MessageUpdate[] = [];
  let topic = '';
  let topicBytes = noOrigin;
  while (messages.length < count && !reader.failed) {
    if (reader.u8() !== updateKinds.message) reader.fail();
    const bytes = reader.bytes(reader.count16(topicBytesMax));
    // A batch is mostly about one topic: its text is made once.
    if (!isSame(bytes, topicBytes)) {
      topic = reader.textOf(bytes);
      topicBytes = bytes;
    }
    if (topic === '') reader.fail();
    messages.push({ type: 'message', topic, origin: readOrigin(reader), payload: reader.bytes32(messageBytesMax) });
  }
  return reader.isComplete ? messages : undefined;
}

function readOrigin(reader: ByteReader): Uint8Array {
  const length = reader.u8();
  if (length > originBytesMax) reader.fail();
  return length === 0 ? noOrigin : reader.bytes(length);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
