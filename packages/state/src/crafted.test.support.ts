/** Test tool: Yjs V1 updates written byte by byte, for what no honest Yjs would write. */
import { encodeText } from '@murmuration/protocol';

export interface Id {
  readonly client: number;
  readonly clock: number;
}

/** What an item holds: Yjs's number for the kind, and the bytes. */
export interface Content {
  readonly ref: number;
  readonly bytes: readonly number[];
}

/**
 * One item: its neighbors, or the place that it names; the content as type byte and bytes. Default: the text `x` in
 * `text`.
 */
export interface CraftedItem {
  readonly origin?: Id | undefined;
  readonly right?: Id | undefined;
  readonly root?: string;
  readonly parent?: Id;
  readonly key?: string;
  readonly content?: Content;
}

type Range = readonly [clock: number, length: number];
export type Deletes = readonly (readonly [client: number, ranges: readonly Range[]])[];

/** A non-negative integer, seven bits a byte. */
export function varUint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** A text with its length in bytes. */
export function varText(text: string): number[] {
  const encoded = encodeText(text);
  return [...varUint(encoded.length), ...encoded];
}

export const stringOf = (text: string): Content => ({ ref: 4, bytes: varText(text) });
/** One plain value in Yjs's own encoding. */
export const anyOf = (...encoded: readonly number[]): Content => ({ ref: 8, bytes: [1, ...encoded] });
/** 0 is a Y.Array, 1 a Y.Map, 2 a Y.Text. */
export const typeOf = (kind: number): Content => ({ ref: 7, bytes: [kind] });

export function item({ origin, right, root = 'text', parent, key, content = stringOf('x') }: CraftedItem): number[] {
  const info = content.ref | (origin === undefined ? 0 : 0x80) | (right === undefined ? 0 : 0x40)
    | (key === undefined ? 0 : 0x20);
  const bytes = [info];
  if (origin !== undefined) bytes.push(...varUint(origin.client), ...varUint(origin.clock));
  if (right !== undefined) bytes.push(...varUint(right.client), ...varUint(right.clock));
  if (origin === undefined && right === undefined) {
    if (parent === undefined) bytes.push(1, ...varText(root));
    else bytes.push(0, ...varUint(parent.client), ...varUint(parent.clock));
    if (key !== undefined) bytes.push(...varText(key));
  }
  return [...bytes, ...content.bytes];
}

export const gc = (length: number): number[] => [0, ...varUint(length)];
export const skip = (length: number): number[] => [10, ...varUint(length)];

/** An update with one section of structs and deletes. */
export function updateOf(
  client: number, clock: number, structs: readonly (readonly number[])[], deletes: Deletes = [],
): Uint8Array {
  const bytes = structs.length === 0 ? [0] : [1, ...varUint(structs.length), ...varUint(client), ...varUint(clock)];
  for (const struct of structs) bytes.push(...struct);
  bytes.push(...varUint(deletes.length));
  for (const [target, ranges] of deletes) {
    bytes.push(...varUint(target), ...varUint(ranges.length));
    for (const [start, length] of ranges) bytes.push(...varUint(start), ...varUint(length));
  }
  return Uint8Array.from(bytes);
}
