/**
 * The id of a gossipsub message, as the specification makes it and Go peers do: the peer id of the author, then its sequence number
 * in 8 bytes, big-endian. The same bytes in every bridge: as the `origin` of a mesh message they say where it came from.
 */
import type { SignedMessage } from '@libp2p/gossipsub';

/** What every ed25519 identity begins with: an identity multihash of a key of this kind. */
const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const authorBytes = prefix.length + 32;
const sequenceBytes = 8;

/** 46 bytes. The author has an ed25519 identity. */
export function messageId({ from, sequenceNumber }: Pick<SignedMessage, 'from' | 'sequenceNumber'>): Uint8Array {
  const id = new Uint8Array(authorBytes + sequenceBytes);
  id.set(from.toMultihash().bytes);
  new DataView(id.buffer).setBigUint64(authorBytes, sequenceNumber);
  return id;
}

/** True for what can be such an id. Other bridges make their origins in other forms. */
export function isMessageId(origin: Uint8Array): boolean {
  if (origin.length !== authorBytes + sequenceBytes) return false;
  return prefix.every((byte, i) => byte === origin[i]);
}
