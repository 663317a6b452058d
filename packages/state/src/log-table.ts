/** All logs of a replica by (author, epoch), and which of them owns each client id. */
import { assert, type Epoch, type PeerIndex } from '@murmuration/protocol';
import { AuthorLog } from './author-log.ts';
import { clientIdOf, clientSeed } from './client-id.ts';
import { compareLogs, type LogIdentity } from './log-identity.ts';

/** What the table needs to know of authors. */
export interface Authors {
  /** SHA-256. */
  hash(bytes: Uint8Array): Uint8Array;
  /** The public key of a peer, 32 bytes; the same for the same peer, always. */
  publicKeyOf(peer: PeerIndex): Uint8Array;
}

/** 21 bits above the 32 of an epoch. A process knows fewer than two million peers. */
const authorsMax = 2 ** 21;

/** Logs are opened by their first batch or by the first local edit for them, and stay. */
export class LogTable {
  readonly #authors: Authors;
  readonly #logs = new Map<number, AuthorLog>();
  readonly #owners = new Map<number, LogIdentity>();

  constructor(authors: Authors) {
    this.#authors = authors;
  }

  /** Number of logs. */
  get size(): number {
    return this.#logs.size;
  }

  find(author: PeerIndex, epoch: Epoch): AuthorLog | undefined {
    return this.#logs.get(logKey(author, epoch));
  }

  /** The log, opened if it is new. `onShadowed` hears which log lost its client id to the new one, if one did. */
  open(author: PeerIndex, epoch: Epoch, onShadowed: (loser: LogIdentity) => void): AuthorLog {
    const known = this.find(author, epoch);
    if (known !== undefined) return known;
    const identity = this.#identify(author, epoch);
    const log = new AuthorLog(identity);
    this.#logs.set(logKey(author, epoch), log);
    const owner = this.#owners.get(identity.client);
    if (owner !== undefined && compareLogs(owner, identity) < 0) {
      identity.isShadowed = true;
      return log;
    }
    this.#owners.set(identity.client, identity);
    if (owner !== undefined) {
      owner.isShadowed = true;
      onShadowed(owner);
    }
    return log;
  }

  /** The logs that have batches, in canonical order: by public key, then by epoch. */
  inOrder(): AuthorLog[] {
    const begun = [...this.#logs.values()].filter(({ length }) => length > 0);
    return begun.toSorted((a, b) => compareLogs(a.identity, b.identity));
  }

  #identify(author: PeerIndex, epoch: Epoch): LogIdentity {
    const publicKey = this.#authors.publicKeyOf(author).slice();
    const client = clientIdOf(this.#authors.hash(clientSeed(publicKey, epoch)));
    return { author, publicKey, epoch, client, isShadowed: false };
  }
}

/** (author, epoch) as one number. */
export function logKey(author: PeerIndex, epoch: Epoch): number {
  assert(author >= 0 && author < authorsMax, 'a peer index fits 21 bits');
  return author * 0x1_0000_0000 + epoch;
}
