/**
 * What a batch of a state log carries: a run of updates, one after another, each with its kind. The i-th update of a batch has the sequence
 * `firstSequence + i`. Decoding yields all of them or nothing; a payload has exactly one encoding.
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { documentNameBytesMax, documentUpdateBytesMax, registerKeyBytesMax, registerValueBytesMax } from './limits.ts';
import { unreachable } from './assert.ts';

/** A change of the replicated state. Registers are the author's own; documents are shared. */
export type Update =
  | { readonly type: 'register-set'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'register-delete'; readonly key: string }
  | { readonly type: 'document-update'; readonly document: string; readonly update: Uint8Array };

/** First byte of everything that a batch can carry. Messages have a log of their own: `topic-messages.ts`. */
export const updateKinds = { 'register-set': 1, 'register-delete': 2, 'document-update': 3, message: 4 } as const;

/** Bytes of the updates, in order. Callers keep the limits; `limits.ts` names them. */
export function encodeUpdates(updates: readonly Update[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  for (const update of updates) writeUpdate(writer, update);
  return writer.finish();
}

/** The updates, or undefined unless the payload is exactly `count` well-formed updates. Values are views of it. */
export function decodeUpdates(payload: Uint8Array, count: number): Update[] | undefined {
  const reader = new ByteReader(payload);
  const updates: Update[] = [];
  while (updates.length < count && !reader.failed) {
    const update = readUpdate(reader);
    if (update !== undefined) updates.push(update);
  }
  return reader.isComplete ? updates : undefined;
}

function writeUpdate(writer: ByteWriter, update: Update): void {
  writer.u8(updateKinds[update.type]);
  switch (update.type) {
    case 'register-set':
      writer.text16(update.key);
      writer.bytes32(update.value);
      return;
    case 'register-delete':
      writer.text16(update.key);
      return;
    case 'document-update':
      writer.text16(update.document);
      writer.bytes32(update.update);
      return;
    default:
      unreachable(update);
  }
}

function readUpdate(reader: ByteReader): Update | undefined {
  const kind = reader.u8();
  switch (kind) {
    case updateKinds['register-set']:
      return { type: 'register-set', key: readName(reader, registerKeyBytesMax), value: reader.bytes32(registerValueBytesMax) };
    case updateKinds['register-delete']:
      return { type: 'register-delete', key: readName(reader, registerKeyBytesMax) };
    case updateKinds['document-update']:
      return {
        type: 'document-update',
        document: readName(reader, documentNameBytesMax),
        update: reader.bytes32(documentUpdateBytesMax),
      };
    default:
      reader.fail();
      return undefined;
  }
}

/** A name has at least one character. */
function readName(reader: ByteReader, bytesMax: number): string {
  const name = reader.text16(bytesMax);
  if (name === '') reader.fail();
  return name;
}
