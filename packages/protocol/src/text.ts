/** UTF-8 without a platform: `TextEncoder` and `TextDecoder` are the two globals that every JavaScript runtime has. */

interface Encoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { readonly written: number };
}
interface Decoder {
  decode(bytes: Uint8Array): string;
}
declare const TextEncoder: new () => Encoder;
declare const TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** A UTF-16 unit is at most so many bytes of UTF-8. */
export const bytesPerUnit = 3;

/**
 * Writes the UTF-8 bytes of a text and answers how many. There must be room for `bytesPerUnit` times its length. Names are short and
 * of plain letters: those are written here, for the platform's encoder costs an array and a call.
 */
export function writeText(text: string, target: Uint8Array, start: number): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return encoder.encodeInto(text, target.subarray(start)).written;
    target[start + at] = unit;
  }
  return text.length;
}

/** The text, or undefined where the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
