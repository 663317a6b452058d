/** What a node tells people about itself: one register of its own, JSON. Read with suspicion, since others write theirs. */
import { decodeText, encodeText } from '@murmuration/protocol';

/** Key of the register. */
export const presenceKey = 'mesh/presence';

export interface Presence {
  readonly name: string;
  readonly region: string;
}

const unknown: Presence = { name: '', region: '' };
const labelLengthMax = 64;

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

function asLabel(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, labelLengthMax) : '';
}
