/**
 * Columns for N nodes. Every module takes its arrays from one allocator and names each once, so that the state of a node
 * can be counted to the byte and a million nodes are a few dozen arrays.
 */
import { assert } from './assert.ts';

/** One named column: `width` cells for each node, node after node. */
export interface ColumnInfo {
  readonly name: string;
  readonly bytesPerNode: number;
}

/** A column of integers up to 2^48 - 1: sequences, and what else has six bytes on the wire. */
export class Uint48Column {
  readonly #high: Uint16Array;
  readonly #low: Uint32Array;

  constructor(cells: number) {
    this.#high = new Uint16Array(cells);
    this.#low = new Uint32Array(cells);
  }

  at(cell: number): number {
    return (this.#high[cell] as number) * 0x1_0000_0000 + (this.#low[cell] as number);
  }

  set(cell: number, value: number): void {
    this.#high[cell] = value / 0x1_0000_0000;
    this.#low[cell] = value;
  }
}

/** Hands out zeroed columns and keeps their account. */
export class Allocator {
  readonly nodes: number;
  readonly #columns: ColumnInfo[] = [];

  constructor(nodes: number) {
    assert(Number.isSafeInteger(nodes) && nodes > 0, 'an allocator serves at least one node');
    this.nodes = nodes;
  }

  uint8(name: string, width: number): Uint8Array {
    return new Uint8Array(this.#account(name, width, 1));
  }

  uint16(name: string, width: number): Uint16Array {
    return new Uint16Array(this.#account(name, width, 2));
  }

  int32(name: string, width: number): Int32Array {
    return new Int32Array(this.#account(name, width, 4));
  }

  uint32(name: string, width: number): Uint32Array {
    return new Uint32Array(this.#account(name, width, 4));
  }

  uint48(name: string, width: number): Uint48Column {
    return new Uint48Column(this.#account(name, width, 6));
  }

  float64(name: string, width: number): Float64Array {
    return new Float64Array(this.#account(name, width, 8));
  }

  /** Every column, in the order they were taken. */
  get columns(): readonly ColumnInfo[] {
    return this.#columns;
  }

  /** Bytes of protocol state that one node costs. */
  get bytesPerNode(): number {
    return this.#columns.reduce((sum, column) => sum + column.bytesPerNode, 0);
  }

  #account(name: string, width: number, cellBytes: number): number {
    assert(width > 0, `column ${name} has at least one cell`);
    assert(
      this.#columns.every((column) => column.name !== name),
      `column ${name} is named once`,
    );
    this.#columns.push({ name, bytesPerNode: width * cellBytes });
    return this.nodes * width;
  }
}
