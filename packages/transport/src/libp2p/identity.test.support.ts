/** Identities for tests. */
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { peerIdOf } from '@murmuration/protocol';
import type { Identity } from '../conformance.ts';

/** PKCS #8 wrapping of an ed25519 seed (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A fresh identity. */
export function identity(): Identity {
  const secretKey = randomBytes(32);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secretKey]), format: 'der', type: 'pkcs8' });
  const publicKey = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  return { secretKey, publicKey, peer: peerIdOf(publicKey) };
}
