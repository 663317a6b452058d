/**
 * The links of one cell: who is linked with whom, how far apart the two are, and when the latest message of each direction arrives.
 * Both ends hold a row of the same number. A peer has a bounded number of links, as a daemon's transport has.
 */

const cells = { peer: 0, number: 1, arrivesAtMs: 2, latencyMs: 3, each: 4 } as const;

/** The place of no link. */
export const noPlace = -1;

export class Links {
  readonly #max: number;
  readonly #rows: Int32Array;
  readonly #count: Uint16Array;
  #numbers = 0;

  constructor(peers: number, linksMax: number) {
    this.#max = linksMax;
    this.#rows = new Int32Array(cells.each * peers * linksMax);
    this.#count = new Uint16Array(peers);
  }

  get bytes(): number {
    return this.#rows.byteLength + this.#count.byteLength;
  }

  countOf(peer: number): number {
    return this.#count[peer] as number;
  }

  /** The other end of a link, by its position below the count; positions move when links end. */
  otherAt(peer: number, position: number): number {
    return this.#rows[cells.each * (peer * this.#max + position)] as number;
  }

  /** Where the link of a peer to another is, or `noPlace`. Good until a link ends. */
  placeOf(peer: number, other: number): number {
    const start = cells.each * peer * this.#max;
    const end = start + cells.each * (this.#count[peer] as number);
    for (let place = start; place < end; place += cells.each) if (this.#rows[place] === other) return place;
    return noPlace;
  }

  numberAt(place: number): number {
    return this.#rows[place + cells.number] as number;
  }

  latencyAt(place: number): number {
    return this.#rows[place + cells.latencyMs] as number;
  }

  /** Notes an arrival; in order it comes no earlier than the one before it. */
  arriveAt(place: number, atMs: number): number {
    const latest = Math.max(atMs, this.#rows[place + cells.arrivesAtMs] as number);
    this.#rows[place + cells.arrivesAtMs] = latest;
    return latest;
  }

  /** Is this still the link of that number? */
  isUp(peer: number, other: number, number: number): boolean {
    const place = this.placeOf(peer, other);
    return place !== noPlace && this.numberAt(place) === number;
  }

  /** Links two peers; false where they are linked already or one of them has no room. */
  add(peer: number, other: number, latencyMs: number): boolean {
    if (peer === other || this.countOf(peer) === this.#max || this.countOf(other) === this.#max) return false;
    if (this.placeOf(peer, other) !== noPlace) return false;
    this.#numbers++;
    this.#append(peer, other, latencyMs);
    this.#append(other, peer, latencyMs);
    return true;
  }

  remove(peer: number, other: number): void {
    this.#drop(peer, other);
    this.#drop(other, peer);
  }

  #append(peer: number, other: number, latencyMs: number): void {
    const count = this.countOf(peer);
    this.#rows.set([other, this.#numbers, 0, latencyMs], cells.each * (peer * this.#max + count));
    this.#count[peer] = count + 1;
  }

  #drop(peer: number, other: number): void {
    const place = this.placeOf(peer, other);
    if (place === noPlace) return;
    const last = cells.each * (peer * this.#max + this.countOf(peer) - 1);
    this.#rows.copyWithin(place, last, last + cells.each);
    this.#count[peer] = this.countOf(peer) - 1;
  }
}
