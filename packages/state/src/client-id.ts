/**
 * The Yjs client id of one log (A4). Yjs itself draws 32 random bits; its V1 encoding carries integers up to 53 bits,
 * and nothing in it needs fewer. An id that follows from key and epoch cannot be chosen, and no two logs share one by
 * chance.
 */
import { assert, encodeText, hashBytes, type Epoch } from '@murmuration/protocol';

/** The client id of documents that nobody writes to locally: no log has it, since ids of logs are not negative. */
export const noClient = -1;

const domain = encodeText('murmuration client id');

/** The bytes whose SHA-256 names the client: a domain, the author's public key, the epoch (u32, little-endian). */
export function clientSeed(publicKey: Uint8Array, epoch: Epoch): Uint8Array {
  const seed = new Uint8Array(domain.length + publicKey.length + 4);
  seed.set(domain);
  seed.set(publicKey, domain.length);
  new DataView(seed.buffer).setUint32(domain.length + publicKey.length, epoch, true);
  return seed;
}

/** The first 53 bits of the hash of a client seed. */
export function clientIdOf(hash: Uint8Array): number {
  assert(hash.length === hashBytes, 'a client id is made of a whole hash');
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return view.getUint32(0, true) + (view.getUint32(4, true) & 0x1f_ffff) * 0x1_0000_0000;
}
