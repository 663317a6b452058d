/**
 * The links of Yjs types that Yjs keeps to itself: where a type begins, and which item made it. Read here and nowhere
 * else.
 */
/* oxlint-disable no-underscore-dangle -- Yjs 13 exports no accessor for either; the version is pinned exactly. */
import type * as Y from 'yjs';
import type { SharedType } from './shared-doc.ts';

/** The first item of a list or text, deleted ones included; null while it is empty. */
export function firstItemOf(type: SharedType): Y.Item | null {
  return type._start;
}

/** The item that made a nested type; null for a root, and for a type that is not part of a document yet. */
export function makerOf(type: SharedType): Y.Item | null {
  return type._item;
}
