/** What every store of identities demands of its callers. A breach is our own bug. */
import { assert } from '@murmuration/protocol';

/** Bytes of an ed25519 seed. */
const secretBytes = 32;

/** An epoch travels as a u32. */
export const epochMax = 0xffff_ffff;

/** The secret that `create` made has its 32 bytes. */
export function assertSecret(secret: Uint8Array): void {
  assert(secret.length === secretBytes, 'a secret has 32 bytes');
}

/** A floor is an epoch itself, and not the last one, so that the next start has one left. */
export function assertFloor(floor: number): void {
  assert(Number.isSafeInteger(floor) && floor >= 0 && floor < epochMax, 'the floor of epochs fits 32 bits');
}
