import { describe, expect, it } from 'vitest';

import { machinePlaces } from './places.ts';
import { places, plant } from './planted.ts';

describe('a place on one machine is found', () => {
  const fault = (text: string, path = 'packages/node/src/a.ts'): string[] =>
    places(machinePlaces(plant({ [path]: text })));

  it.each([
    "const path = '/tmp/mesh';", '// See /work/notes for more.', 'cd /root/mesh', '`/home/ada/mesh`',
    '(/Users/ada/mesh)',
    'https://registry.npmjs.org/yjs', 'http://npm.example.org:4873/yjs',
  ])('%s', (text) => {
    expect(fault(text)).toEqual(['packages/node/src/a.ts:1 place']);
    expect(fault(text, 'docs/operations/start.md')).toEqual(['docs/operations/start.md:1 place']);
  });

  it.each([
    "import { a } from './work/a.ts';", "const part = 'docs/tmp/x';", 'registry.find(peer)', 'see /worker/ there',
    'https://example.org/mesh', 'join(tmpdir(), name)',
  ])('and what holds everywhere is not: %s', (text) => {
    expect(fault(text)).toEqual([]);
  });
});
