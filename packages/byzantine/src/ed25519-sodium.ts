/**
 * The fastest scheme: libsodium through `sodium-native`, if that package and its prebuilt binary are there. libsodium
 * 1.0.21 as in sodium-native 5.1.0 compares R as bytes; other builds check the equation times the cofactor. A build
 * that does is not used: one rule on every node counts more than speed (D6).
 */
import { Buffer } from 'node:buffer';
import type { SignatureScheme, SignedBytes } from '@murmuration/protocol';
import { loadOptional } from './optional-package.ts';
import { strictScheme } from './strict-scheme.ts';

/** What we call of `sodium-native`, which has no types. It throws on wrong lengths, which never arrive here. */
interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

/** Makes the scheme `sodium`, or returns undefined if `sodium-native` is absent or not strict. */
export function sodiumScheme(): SignatureScheme | undefined {
  const sodium = loadOptional<Sodium>('sodium-native');
  if (sodium === undefined) return undefined;
  const equationHolds = ({ publicKey, message, signature }: SignedBytes): boolean =>
    sodium.crypto_sign_verify_detached(signature, message, publicKey);
  return isCofactorless(equationHolds) ? strictScheme('sodium', equationHolds) : undefined;
}

/**
 * The empty message, signed so that only the equation times the cofactor holds: key 2B, R = 3B + T with T of order 8,
 * S = 3 + 2k.
 */
export const cofactoredOnly: SignedBytes = {
  publicKey: Buffer.from('c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd6022', 'hex'),
  message: new Uint8Array(0),
  signature: Buffer.from(
    '08e8461bace82b50af65402ff1cad3d2399afe459544096a7f106c54fc875d42' +
      '6a93a04953965e00e88fde074d6079e1b5b50ca50ada70ec5ccc6487fd0e8a09',
    'hex',
  ),
};

function isCofactorless(equationHolds: (signed: SignedBytes) => boolean): boolean {
  return !equationHolds(cofactoredOnly);
}
