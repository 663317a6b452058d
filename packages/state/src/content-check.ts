/** What a struct may hold (A9, A10): texts, plain values, bytes, types of three kinds, or nothing any more. */
import { encodeText } from '@murmuration/protocol';
import * as Y from 'yjs';
import { documentKeyBytesMax, emptyLengthMax, valueDepthMax } from './admission-limits.ts';
import type { InadmissibleReason } from './admission.ts';
import type { SharedType } from './shared-doc.ts';

/** Names that reach the prototype of an object in JavaScript (Y14). */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const protoBytes = encodeText('__proto__');

/**
 * What a type holds: entries by key, values in order, or text. Undefined for the XML types, which documents do not
 * have.
 */
export function kindOf(type: SharedType): 'map' | 'list' | 'text' | undefined {
  switch (type.constructor) {
    case Y.Map:
      return 'map';
    case Y.Array:
      return 'list';
    case Y.Text:
      return 'text';
    default:
      return undefined;
  }
}

/**
 * True if the content may stand in a type of that kind. A text holds characters; a list or map holds anything but
 * those.
 */
export function belongsTo(kind: 'map' | 'list' | 'text', content: Y.Item['content']): boolean {
  if (content instanceof Y.ContentDeleted) return true;
  return (kind === 'text') === (content instanceof Y.ContentString);
}

/** Why a key is not admissible, or undefined. */
export function keyFault(key: string): InadmissibleReason | undefined {
  return forbiddenKeys.has(key) || encodeText(key).length > documentKeyBytesMax ? 'forbidden-key' : undefined;
}

/** Why the content of one struct is not admissible, wherever it stands; undefined if it is. */
export function contentFault(content: Y.Item['content'], update: Uint8Array): InadmissibleReason | undefined {
  switch (content.constructor) {
    case Y.ContentString:
    case Y.ContentBinary:
      return undefined;
    case Y.ContentDeleted:
      return (content as Y.ContentDeleted).len > emptyLengthMax ? 'oversized' : undefined;
    case Y.ContentType:
      return kindOf((content as Y.ContentType).type) === undefined ? 'forbidden-content' : undefined;
    case Y.ContentAny:
      return firstFault((content as Y.ContentAny).arr, (value) => valueFault(value, 0, update));
    default:
      return 'forbidden-content';
  }
}

function valueFault(value: unknown, depth: number, update: Uint8Array): InadmissibleReason | undefined {
  // JSON has no such number, and readers of a document expect JSON.
  if (typeof value === 'bigint') return 'forbidden-content';
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  if (depth === valueDepthMax) return 'too-deep';
  const inner = (item: unknown): InadmissibleReason | undefined => valueFault(item, depth + 1, update);
  if (Array.isArray(value)) return firstFault(value, inner);
  // The decoder assigns `__proto__` like any key, which leaves no key behind unless the process runs without that
  // accessor. The bytes tell the same on every node.
  if (holds(update, protoBytes)) return 'forbidden-key';
  return firstFault(Object.keys(value), keyFault) ?? firstFault(Object.values(value), inner);
}

/** The first fault of a list of things. */
function firstFault<Thing>(
  things: readonly Thing[],
  faultOf: (thing: Thing) => InadmissibleReason | undefined,
): InadmissibleReason | undefined {
  for (const thing of things) {
    const fault = faultOf(thing);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function holds(bytes: Uint8Array, wanted: Uint8Array): boolean {
  const first = wanted[0] as number;
  for (let start = bytes.indexOf(first); start >= 0; start = bytes.indexOf(first, start + 1)) {
    if (wanted.every((byte, index) => bytes[start + index] === byte)) return true;
  }
  return false;
}
