/**
 * The links of one cell: who is linked with whom, how far apart the two are, and when the latest message of each direction arrives.
 * Both ends hold a row of the same number. A peer has a bounded number of links, as a daemon's transport has.
 */

const cells = { number: 0, arrivesAtMs: 1, latencyMs: 2, each: 3 } as const;

/** The place of no link. */
export const noPlace = -1;

export class Links {
  readonly #max: number;
  /** The other end by place: apart from the rest, as a look for it reads many and wants one. */
  readonly #others: Int16Array;
  readonly #rest: Int32Array;
  readonly #count: Uint16Array;
  #numbers = 0;

  constructor(peers: number, linksMax: number) {
    this.#max = linksMax;
    this.#others = new Int16Array(peers * linksMax);
    this.#rest = new Int32Array(cells.each * peers * linksMax);
    this.#count = new Uint16Array(peers);
  }

  get bytes(): number {
    return this.#others.byteLength + this.#rest.byteLength + this.#count.byteLength;
  }

  countOf(peer: number): number {
    return this.#count[peer] as number;
  }

  /** The other end of a link, by its position below the count; positions move when links end. */
  otherAt(peer: number, position: number): number {
    return this.#others[peer * this.#max + position] as number;
  }

  /** Where the link of a peer to another is, or `noPlace`. Good until a link ends. */
  placeOf(peer: number, other: number): number {
    const start = peer * this.#max;
    const end = start + (this.#count[peer] as number);
    for (let place = start; place < end; place++) if (this.#others[place] === other) return place;
    return noPlace;
  }

  numberAt(place: number): number {
    return this.#rest[cells.each * place + cells.number] as number;
  }

  latencyAt(place: number): number {
    return this.#rest[cells.each * place + cells.latencyMs] as number;
  }

  /** Notes an arrival; in order it comes no earlier than the one before it. */
  arriveAt(place: number, atMs: number): number {
    const latest = Math.max(atMs, this.#rest[cells.each * place + cells.arrivesAtMs] as number);
    this.#rest[cells.each * place + cells.arrivesAtMs] = latest;
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
    this.#others[peer * this.#max + count] = other;
    this.#rest.set([this.#numbers, 0, latencyMs], cells.each * (peer * this.#max + count));
    this.#count[peer] = count + 1;
  }

  #drop(peer: number, other: number): void {
    const place = this.placeOf(peer, other);
    if (place === noPlace) return;
    const last = peer * this.#max + this.countOf(peer) - 1;
    this.#others[place] = this.#others[last] as number;
    this.#rest.copyWithin(cells.each * place, cells.each * last, cells.each * (last + 1));
    this.#count[peer] = this.countOf(peer) - 1;
  }
}
