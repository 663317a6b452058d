/**
 * The canonical hash of a replica: SHA-256 over a hash of the registers, a hash per document and the frontier, all in
 * orders that do not depend on the node (public keys and code units, never a `PeerIndex`). Tombstones and structs are
 * left out: the hash says what a reader sees, and how far each log is known, by its last hash, so that two forks never
 * look alike. Equal state vectors of Yjs would not do (Y7, Y8, A11).
 */
import { ByteWriter, encodeText, type PeerIndex } from '@murmuration/protocol';
import { compareBytes } from './byte-order.ts';
import { canonicalText, contentOf } from './canonical-content.ts';
import type { SharedDocument } from './document.ts';
import type { Documents } from './documents.ts';
import type { Authors, LogTable } from './log-table.ts';
import type { Registers } from './registers.ts';

const domain = encodeText('murmuration state 1');

/** What is hashed. */
export interface HashedState {
  readonly authors: Authors;
  readonly registers: Registers;
  readonly documents: Documents;
  readonly logs: LogTable;
}

/** Computes the hash, and again only what has changed since. */
export class StateDigest {
  readonly #state: HashedState;
  readonly #documentHashes = new Map<SharedDocument, { readonly revision: number; readonly hash: Uint8Array }>();
  #registersHash: Uint8Array | undefined;
  #hash: Uint8Array | undefined;

  constructor(state: HashedState) {
    this.#state = state;
  }

  /** Something was applied; `registersChanged` if a register was among it. */
  invalidate(registersChanged: boolean): void {
    this.#hash = undefined;
    if (registersChanged) this.#registersHash = undefined;
  }

  /** 32 bytes. The caller must not change them. */
  get hash(): Uint8Array {
    this.#hash ??= this.#compute();
    return this.#hash;
  }

  #compute(): Uint8Array {
    const { authors, documents, logs } = this.#state;
    this.#registersHash ??= authors.hash(this.#registerBytes());
    const writer = new ByteWriter();
    writer.bytes(domain);
    writer.bytes(this.#registersHash);
    const written = documents.inOrder();
    writer.u32(written.length);
    for (const document of written) {
      writer.text16(document.name);
      writer.bytes(this.#documentHash(document));
    }
    for (const log of logs.inOrder()) {
      writer.bytes(log.identity.publicKey);
      writer.u32(log.identity.epoch);
      writer.u48(log.lastSequence);
      writer.bytes(log.headHash);
    }
    return authors.hash(writer.finish());
  }

  #documentHash(document: SharedDocument): Uint8Array {
    const known = this.#documentHashes.get(document);
    if (known?.revision === document.revision) return known.hash;
    const hash = this.#state.authors.hash(encodeText(canonicalText(contentOf(document.doc))));
    this.#documentHashes.set(document, { revision: document.revision, hash });
    return hash;
  }

  #registerBytes(): Uint8Array {
    const { authors, registers } = this.#state;
    const writer = new ByteWriter();
    for (const author of authorsInOrder(registers, authors)) {
      const publicKey = authors.publicKeyOf(author);
      for (const { key, value } of registers.of(author)) {
        writer.bytes(publicKey);
        writer.text16(key);
        writer.bytes32(value);
      }
    }
    return writer.finish();
  }
}

/** Authors of registers by public key: the canonical order. */
export function authorsInOrder(registers: Registers, { publicKeyOf }: Pick<Authors, 'publicKeyOf'>): PeerIndex[] {
  return registers.authors().toSorted((a, b) => compareBytes(publicKeyOf(a), publicKeyOf(b)));
}
