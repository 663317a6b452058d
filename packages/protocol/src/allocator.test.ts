import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allocator } from './allocator.ts';

type Kind = 'uint8' | 'uint16' | 'int32' | 'uint32' | 'float64';
const kinds: readonly Kind[] = ['uint8', 'uint16', 'int32', 'uint32', 'float64'];

describe('Allocator', () => {
  it('gives zeroed columns of `width` cells for each node, and counts their bytes', () => {
    const wanted = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 9 })), { maxLength: 12 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), wanted, (nodes, columns) => {
      const allocator = new Allocator(nodes);
      const arrays = columns.map(([kind, width], index) => allocator[kind](`column ${index}`, width));
      expect(arrays.map((array) => array.length)).toEqual(columns.map(([, width]) => nodes * width));
      expect(arrays.every((array) => array.every((cell) => cell === 0))).toBe(true);
      expect(arrays.reduce((sum, array) => sum + array.byteLength, 0)).toBe(allocator.bytesPerNode * nodes);
      expect(allocator.columns.map(({ name }) => name)).toEqual(columns.map((_, index) => `column ${index}`));
    }));
  });

  it.each([
    ['uint8', Uint8Array, 1], ['uint16', Uint16Array, 2], ['int32', Int32Array, 4], ['uint32', Uint32Array, 4],
    ['float64', Float64Array, 8],
  ] as const)('makes a column %s of the cells that it names', (kind, type, bytes) => {
    const allocator = new Allocator(3);
    expect(allocator[kind]('one', 1)).toBeInstanceOf(type);
    expect(allocator.columns).toEqual([{ name: 'one', bytesPerNode: bytes }]);
  });

  it('makes a column uint48 of six bytes a cell, which holds what fits them', () => {
    const allocator = new Allocator(2);
    const column = allocator.uint48('one', 3);
    const values = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1, 0x1234_5678_9abc];
    for (const [cell, value] of values.entries()) column.set(cell, value);
    expect(values.map((_, cell) => column.at(cell))).toEqual(values);
    expect(allocator.columns).toEqual([{ name: 'one', bytesPerNode: 18 }]);
  });

  it('serves at least one node', () => {
    for (const nodes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new Allocator(nodes)).toThrow('at least one node');
    }
  });

  it('names a column once, and makes none without cells', () => {
    const allocator = new Allocator(1);
    allocator.uint8('state', 1);
    expect(() => allocator.uint16('state', 1)).toThrow('column state is named once');
    expect(() => allocator.uint8('nothing', 0)).toThrow('column nothing has at least one cell');
    expect(allocator.bytesPerNode).toBe(1);
  });
});
