/**
 * Registers: each author's own keys, the last writer wins by (epoch, sequence). Versions are columns; value bytes lie
 * beside them. A delete leaves a row behind (a tombstone), so that an older write which arrives later stays dead.
 */
import { assert, type Epoch, type PeerIndex, type Sequence } from '@murmuration/protocol';
import { compareTexts } from './byte-order.ts';
import { KeyTable, type KeyHandle } from './key-table.ts';

/** One write: `value` is undefined for a delete. Its bytes must not change afterwards. */
export interface RegisterWrite {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly sequence: Sequence;
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** A register that has a value. */
export interface Register {
  readonly author: PeerIndex;
  readonly key: string;
  readonly value: Uint8Array;
}

const firstCapacity = 64;

/** Rows of registers, one per author and key. */
export class Registers {
  readonly #keys = new KeyTable();
  readonly #rows = new Map<number, number>();
  readonly #rowsByAuthor = new Map<PeerIndex, number[]>();
  readonly #values: (Uint8Array | undefined)[] = [];
  #keyColumn = new Int32Array(firstCapacity);
  #epochColumn = new Uint32Array(firstCapacity);
  #sequenceColumn = new Float64Array(firstCapacity);
  #rowCount = 0;
  #liveCount = 0;

  /** Rows, tombstones included: what the bounds count. */
  get rows(): number {
    return this.#rowCount;
  }

  /** Registers that have a value. */
  get live(): number {
    return this.#liveCount;
  }

  rowsOf(author: PeerIndex): number {
    return this.#rowsByAuthor.get(author)?.length ?? 0;
  }

  has(author: PeerIndex, key: string): boolean {
    return this.#find(author, key) !== undefined;
  }

  /**
   * Takes a write in; true if what a reader sees has changed. Any order of the same writes ends in the same registers.
   */
  merge(write: RegisterWrite): boolean {
    const known = this.#find(write.author, write.key);
    const row = known ?? this.#add(write.author, write.key);
    if (known !== undefined && !this.#isOlder(row, write)) return false;
    const before = this.#values[row];
    this.#epochColumn[row] = write.epoch;
    this.#sequenceColumn[row] = write.sequence;
    this.#values[row] = write.value;
    this.#liveCount += Number(write.value !== undefined) - Number(before !== undefined);
    return before !== undefined || write.value !== undefined;
  }

  /** The value, or undefined where there is none. */
  get(author: PeerIndex, key: string): Uint8Array | undefined {
    const row = this.#find(author, key);
    return row === undefined ? undefined : this.#values[row];
  }

  /** The author's registers that have a value, by key in the order of code units. */
  *of(author: PeerIndex): Generator<Register> {
    const found = (this.#rowsByAuthor.get(author) ?? []).map((row) => ({
      author,
      key: this.#keys.textOf(this.#keyColumn[row] as number),
      value: this.#values[row],
    }));
    for (const { key, value } of found.toSorted((a, b) => compareTexts(a.key, b.key))) {
      if (value !== undefined) yield { author, key, value };
    }
  }

  /** Authors that have rows, in no particular order. */
  authors(): PeerIndex[] {
    return [...this.#rowsByAuthor.keys()];
  }

  #isOlder(row: number, { epoch, sequence }: RegisterWrite): boolean {
    const rowEpoch = this.#epochColumn[row] as number;
    return rowEpoch < epoch || (rowEpoch === epoch && (this.#sequenceColumn[row] as number) < sequence);
  }

  #find(author: PeerIndex, key: string): number | undefined {
    const handle = this.#keys.find(key);
    return handle === undefined ? undefined : this.#rows.get(rowKey(author, handle));
  }

  #add(author: PeerIndex, key: string): number {
    const row = this.#rowCount++;
    if (row === this.#keyColumn.length) this.#grow();
    const handle = this.#keys.intern(key);
    this.#keyColumn[row] = handle;
    this.#values.push(undefined);
    this.#rows.set(rowKey(author, handle), row);
    const own = this.#rowsByAuthor.get(author);
    if (own === undefined) this.#rowsByAuthor.set(author, [row]);
    else own.push(row);
    return row;
  }

  #grow(): void {
    const capacity = this.#keyColumn.length * 2;
    this.#keyColumn = copyInto(new Int32Array(capacity), this.#keyColumn);
    this.#epochColumn = copyInto(new Uint32Array(capacity), this.#epochColumn);
    this.#sequenceColumn = copyInto(new Float64Array(capacity), this.#sequenceColumn);
  }
}

/** (author, key) as one number: 21 bits above 32. */
function rowKey(author: PeerIndex, handle: KeyHandle): number {
  assert(author >= 0 && author < 2 ** 21, 'a peer index fits 21 bits');
  return author * 0x1_0000_0000 + handle;
}

function copyInto<Column extends { set(source: Column): void }>(target: Column, source: Column): Column {
  target.set(source);
  return target;
}
