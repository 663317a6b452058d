/** What a node tells people about itself: one register of its own, JSON. Read with suspicion, since others write theirs. */
import { decodeText, encodeText } from '@murmuration/protocol';

/** Key of the register. */
export const presenceKey = 'mesh/presence';

export interface Presence {
  readonly name: string;
  readonly region: string;
}

const unknown: Presence = { name: '', region: '' };
/** A label for people: printable, and short enough for a table. */
const label = /^[\p{L}\p{N}][\p{L}\p{N}._/ -]{0,62}$/u;

/** One presence has one encoding, so that an unchanged one is not written again. */
export function encodePresence({ name, region }: Presence): Uint8Array {
  return encodeText(JSON.stringify({ name, region }));
}

/** The presence that the bytes tell, with empty texts where they tell none. */
export function decodePresence(bytes: Uint8Array | undefined): Presence {
  const text = bytes && decodeText(bytes);
  if (text === undefined) return unknown;
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Presence, unknown>> | null;
    return { name: asLabel(value?.name), region: asLabel(value?.region) };
  } catch {
    return unknown;
  }
}

/** True for 1 to 63 letters, digits, spaces or . _ / -, the first a letter or digit. */
export function isLabel(value: unknown): value is string {
  return typeof value === 'string' && label.test(value);
}

/** Others write what they like, escape sequences of terminals too; what we would not take from our own operator is no label. */
function asLabel(value: unknown): string {
  return isLabel(value) ? value : '';
}
