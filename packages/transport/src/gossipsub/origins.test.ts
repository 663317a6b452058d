import { describe, expect, it } from 'vitest';
import type { PeerId } from '@murmuration/protocol';
import { Origins } from './origins.ts';

const [author, bridge] = ['author', 'bridge'] as [PeerId, PeerId];
const origins = (idsMax = 3): Origins => new Origins((peer) => peer === bridge, idsMax);

describe('what enters the mesh', () => {
  it('is every message of a foreign author, once', () => {
    const known = origins();
    const entered = ['a/1', 'a/2', 'a/1'].map((id) => known.entersMesh(author, id));
    expect(entered).toEqual([true, true, false]);
  });

  it('is nothing that a bridge signed, nor what the mesh carries already', () => {
    const known = origins();
    known.note('a/1');
    expect([known.entersMesh(bridge, 'b/1'), known.entersMesh(author, 'a/1')]).toEqual([false, false]);
    expect(known.size).toBe(1);
  });

  it('is remembered within a bound, the oldest forgotten first', () => {
    const known = origins();
    for (let id = 0; id < 100; id += 1) {
      known.note(`a/${id}`);
      expect(known.size).toBeLessThanOrEqual(3);
    }
    expect(['a/99', 'a/98', 'a/97', 'a/96'].map((id) => known.note(id))).toEqual([false, false, false, true]);
  });
});
