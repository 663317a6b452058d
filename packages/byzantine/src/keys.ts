/** Secret keys and what follows from them. A secret key is the 32-byte seed of RFC 8032, section 5.1.5. */
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { publicKeyBytes } from '@murmuration/protocol';
import type { Signer } from '@murmuration/protocol';

/** Bytes of a secret key. */
export const secretKeyBytes = 32;

/** DER before the seed: PKCS #8, algorithm 1.3.101.112, the seed as a nested octet string (RFC 8410, section 7). */
const pkcs8Prefix: Uint8Array = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Returns 32 fresh bytes of the system's secure random source. */
export function generateSecretKey(): Uint8Array {
  return new Uint8Array(randomBytes(secretKeyBytes));
}

/** Returns the 32-byte public key. Throws RangeError if the secret key has not 32 bytes. */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  return rawPublicKey(importSecret(secretKey));
}

/** Makes a signer. It keeps the key inside `node:crypto`: the caller may wipe the bytes. Throws like `publicKeyOf`. */
export function signerFromSecret(secretKey: Uint8Array): Signer {
  const key = importSecret(secretKey);
  return {
    publicKey: rawPublicKey(key),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

function importSecret(secretKey: Uint8Array): KeyObject {
  if (secretKey.length !== secretKeyBytes) {
    throw new RangeError(`a secret key has ${secretKeyBytes} bytes, this one ${secretKey.length}`);
  }
  const der = Buffer.concat([pkcs8Prefix, secretKey]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0); // Our copy of the secret; the import made its own.
  return key;
}

/** The key is the end of its DER form. */
function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(-publicKeyBytes));
}
