/** What every store of identities demands of its callers. A breach is our own bug. */
import { assert, startEpochMax } from '@murmuration/protocol';

/** Bytes of an ed25519 seed. */
const secretBytes = 32;

/** The upper half of a u32 names logs of messages. */
export const epochMax: number = startEpochMax;

/** The secret that `create` made has its 32 bytes. */
export function assertSecret(secret: Uint8Array): void {
  assert(secret.length === secretBytes, 'a secret has 32 bytes');
}

/** A floor is an epoch itself, and not the last one, so that the next start has one left. */
export function assertFloor(floor: number): void {
  assert(Number.isSafeInteger(floor) && floor >= 0 && floor < epochMax, 'the floor of epochs fits 31 bits');
}
