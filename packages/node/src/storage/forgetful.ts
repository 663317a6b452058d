/**
 * Storage of a node without a directory: an identity and an epoch for as long as it lives, and no log. What the node writes is in its
 * replica and with the others; whoever wants to find it after a restart names a directory.
 */
import { assert } from '@murmuration/protocol';
import { assertFloor, assertSecret, epochMax } from './identity-rules.ts';
import type { IdentityStore, Storage, UpdateLog } from './ports.ts';

/** A new, empty storage. */
export function forgetfulStorage(): Storage {
  return { identity: new MemoryIdentity(), log: forgetfulLog, close: async () => undefined };
}

const forgetfulLog: UpdateLog = {
  load: async () => ({ records: [], damagedBytes: 0 }),
  append: () => undefined,
  sync: async () => undefined,
  close: async () => undefined,
};

/** An identity that lives as long as the object. */
export class MemoryIdentity implements IdentityStore {
  #secret: Uint8Array | undefined;
  #epoch = 0;

  async secretKey(create: () => Uint8Array): Promise<Uint8Array> {
    if (this.#secret === undefined) {
      const made = create();
      assertSecret(made);
      this.#secret = made.slice();
    }
    return this.#secret.slice();
  }

  async nextEpoch(floor: number): Promise<number> {
    assertFloor(floor);
    assert(this.#epoch < epochMax, 'an identity has epochs left');
    this.#epoch = Math.max(this.#epoch + 1, floor);
    return this.#epoch;
  }
}
