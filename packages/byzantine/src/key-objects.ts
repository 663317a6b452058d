/**
 * Public keys as `node:crypto` wants them. Importing one costs about as much as a verification, so the imported ones
 * are kept, in two generations: a hit in the older one moves the key to the younger, and when that is full it becomes
 * the older. This holds what is in use, like least-recently-used, without bookkeeping on a hit.
 */
import { Buffer } from 'node:buffer';
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** DER before the 32 bytes of a public key: SubjectPublicKeyInfo, algorithm 1.3.101.112 (RFC 8410, section 4). */
const spkiPrefix: Uint8Array = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Keys in one generation; at most twice as many are held. Four cells of the hard cap (512 members, D8) fit into one
 * generation; at 1.2 KB a key (measured) both take 5 MB.
 */
export const keysPerGenerationMax = 2048;

/** Bounded table from public key to `KeyObject`. */
export class KeyObjects {
  #young: Map<string, KeyObject> = new Map();
  #old: Map<string, KeyObject> = new Map();
  readonly #generationMax: number;

  constructor(generationMax: number = keysPerGenerationMax) {
    this.#generationMax = generationMax;
  }

  /** Keys held, at most two generations. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The key object of 32 bytes. Bytes that are no point are imported too; no signature verifies under them. */
  of(publicKey: Uint8Array): KeyObject {
    const text = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('latin1');
    return this.#young.get(text) ?? this.#keep(text, this.#takeOld(text) ?? importKey(publicKey));
  }

  #takeOld(text: string): KeyObject | undefined {
    const key = this.#old.get(text);
    if (key !== undefined) this.#old.delete(text);
    return key;
  }

  #keep(text: string, key: KeyObject): KeyObject {
    if (this.#young.size >= this.#generationMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, key);
    return key;
  }
}

function importKey(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' });
}
