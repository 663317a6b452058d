/** The default scheme: OpenSSL through `node:crypto`, which every Node has. */
import { verify } from 'node:crypto';
import type { SignatureScheme } from '@murmuration/protocol';
import { KeyObjects } from './key-objects.ts';
import { strictScheme } from './strict-scheme.ts';

/** Makes the scheme `node-crypto`, with its own bounded table of imported keys. */
export function nodeCryptoScheme(): SignatureScheme {
  const keys = new KeyObjects();
  // The algorithm is null because ed25519 hashes the message itself (RFC 8032, "PureEdDSA").
  return strictScheme('node-crypto', ({ publicKey, message, signature }) =>
    verify(null, message, keys.of(publicKey), signature));
}
