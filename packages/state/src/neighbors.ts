/**
 * Were the neighbors that an item names ever neighbors? Yjs converges for items that were put between two adjacent
 * ones; an update may claim any two, and then replicas end in different orders under equal state vectors (found by
 * search: 1 % of random histories of eight items). So an item is admissible in a list or text if, in the part of the
 * sequence that its author must have known, nothing stood between its origin and its right origin. An honest author
 * cannot fail: what it must have known is part of what it saw. The order of known items never changes, so every node
 * finds the same.
 */
import * as Y from 'yjs';
import { siblingsPerUpdateMax } from './admission-limits.ts';
import type { InadmissibleReason } from './admission.ts';
import type { SharedDoc, SharedType } from './shared-doc.ts';
import { firstItemOf } from './type-internals.ts';

/** Follows the items of one update through the sequences that they go into. */
export class Neighbors {
  readonly #doc: SharedDoc;
  readonly #client: number;
  /** The log's own clock before the update. */
  readonly #firstClock: number;
  readonly #knownOf: (client: number) => number;
  /** What comes first in a type, and what comes after an id, where items of this update have changed it. */
  readonly #heads = new Map<SharedType, Y.ID | null>();
  readonly #followers = new Map<number, Map<number, Y.ID | null>>();
  /** Items of this update by the type that they begin, or by what they follow. */
  readonly #siblings = new Map<SharedType | string, number>();

  /** `knownOf` is the exclusive clock of each client that the author must have known. */
  constructor(doc: SharedDoc, client: number, firstClock: number, knownOf: (client: number) => number) {
    this.#doc = doc;
    this.#client = client;
    this.#firstClock = firstClock;
    this.#knownOf = knownOf;
  }

  /** Puts the next item into its list or text; a reason if its author never saw its neighbors side by side. */
  insert({ id, length, origin, rightOrigin }: Y.Item, type: SharedType): InadmissibleReason | undefined {
    const follower = origin === null ? this.#headOf(type) : this.#followerOf(origin);
    if (!Y.compareIDs(follower, rightOrigin)) return 'impossible-place';
    if (origin === null) this.#heads.set(type, id);
    else this.#setFollower(origin, id);
    this.#setFollower(Y.createID(id.client, id.clock + length - 1), rightOrigin);
    const origins = origin === null ? type : `${origin.client}:${origin.clock}`;
    const siblings = (this.#siblings.get(origins) ?? 0) + 1;
    this.#siblings.set(origins, siblings);
    return siblings > siblingsPerUpdateMax ? 'oversized' : undefined;
  }

  #headOf(type: SharedType): Y.ID | null {
    const head = this.#heads.get(type);
    return head === undefined ? this.#firstKnown(firstItemOf(type)) : head;
  }

  #followerOf(id: Y.ID): Y.ID | null {
    const changed = this.#followers.get(id.client)?.get(id.clock);
    if (changed !== undefined) return changed;
    const next = Y.createID(id.client, id.clock + 1);
    // Inside an item of this update: its last position is among the changed ones.
    if (id.client === this.#client && id.clock >= this.#firstClock) return next;
    const item = Y.getItem(this.#doc.store, id);
    const isInside = next.clock < item.id.clock + item.length && next.clock < this.#knownOf(id.client);
    return isInside ? next : this.#firstKnown(item.right);
  }

  /**
   * The first position that the author knew, from an item on to the right. Over one update, no item is passed twice.
   */
  #firstKnown(start: Y.Item | null): Y.ID | null {
    for (let item = start; item !== null; item = item.right) {
      if (item.id.clock < this.#knownOf(item.id.client)) return item.id;
    }
    return null;
  }

  #setFollower(of: Y.ID, follower: Y.ID | null): void {
    const clocks = this.#followers.get(of.client);
    if (clocks === undefined) this.#followers.set(of.client, new Map([[of.clock, follower]]));
    else clocks.set(of.clock, follower);
  }
}
