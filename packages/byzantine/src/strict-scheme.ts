/**
 * What the three schemes share: the strict checks before, SHA-256, and the shape of the port. A scheme adds one thing,
 * the equation [S]B = R + [k]A, without the cofactor: R is compared as bytes. A factor of 8 on both sides (RFC 8032
 * allows it, ZIP 215 demands it) would also accept an R moved by a point of small order, which `node:crypto` does not.
 * A key moved by such a point is no error of encoding: it can sign, and where the equation holds, it holds everywhere.
 */
import { hash } from 'node:crypto';
import type { SignatureScheme, SignedBytes } from '@murmuration/protocol';
import { isOnCurve } from './curve-point.ts';
import { isStrictKeyEncoding, isStrictSignatureEncoding } from './strict-encoding.ts';

/** Makes a scheme of an equation, which is asked only about strictly encoded bytes, and answers false off the curve. */
export function strictScheme(name: string, equationHolds: (signed: SignedBytes) => boolean): SignatureScheme {
  const verify = (signed: SignedBytes): boolean =>
    isStrictSignatureEncoding(signed.signature) && isStrictKeyEncoding(signed.publicKey) && equationHolds(signed);
  return {
    name,
    isAcceptableKey: (publicKey) => isStrictKeyEncoding(publicKey) && isOnCurve(publicKey),
    verify,
    verifyBatch: (signed) => signed.map(verify),
    hash: sha256,
  };
}

function sha256(message: Uint8Array): Uint8Array {
  const digest = hash('sha256', message, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
