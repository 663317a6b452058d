/** Bytes that an application gives: copied, because it may change its own before they travel; a text as UTF-8. */
import { encodeText } from '@murmuration/protocol';
import { NodeError } from './errors.ts';

/** What applications give as content. */
export type Payload = Uint8Array | string;

/** Not `slice`: of a Buffer that is a view. */
export function bytesOf(value: Payload): Uint8Array {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    const limit = 'content is a text or a Uint8Array';
    throw new NodeError('invalid-write', `refused: ${limit}`, { limit });
  }
  return typeof value === 'string' ? encodeText(value) : new Uint8Array(value);
}

/** The same for direct messages. Throws `payload-too-large`. */
export function payloadOf(value: Payload, bytesMax: number): Uint8Array {
  const payload = bytesOf(value);
  if (payload.length <= bytesMax) return payload;
  const message = `a direct message of ${payload.length} bytes exceeds ${bytesMax}: send it in parts, or put it into a document`;
  throw new NodeError('payload-too-large', message, { bytes: payload.length, bytesMax });
}
