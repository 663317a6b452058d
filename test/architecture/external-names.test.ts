import { describe, expect, it } from 'vitest';

import { misplacedLibraries } from './external-names.ts';
import { places, plant, withHeader } from './planted.ts';

describe('a library outside its home is found', () => {
  const misplaced = (path: string, specifier: string): string[] =>
    places(misplacedLibraries(plant({ [path]: withHeader(`import { thing } from '${specifier}';`) })));

  it.each([
    ['packages/node', '@opentelemetry/api'], ['packages/node', 'libp2p'], ['packages/node', '@libp2p/tcp'],
    ['packages/node', '@chainsafe/libp2p-quic'], ['packages/node', '@multiformats/multiaddr'], ['packages/node', 'yjs'],
    ['packages/gateway', 'pino'], ['packages/gateway', 'zod'], ['packages/node', 'yaml'],
    ['packages/node', 'sodium-native'], ['apps/mesh-node', 'libp2p'], ['apps/mesh-node', '@opentelemetry/sdk-trace'],
  ])('%s imports %s', (folder, specifier) => {
    expect(misplaced(`${folder}/src/a.ts`, specifier)).toEqual([`${folder}/src/a.ts:2 external-name`]);
  });

  it.each([
    ['packages/telemetry', '@opentelemetry/api'], ['packages/transport', '@libp2p/tcp'], ['packages/state', 'yjs'],
    ['apps/mesh-node', 'pino'], ['packages/byzantine', '@noble/ed25519'],
  ])('and at home it is not: %s imports %s', (folder, specifier) => {
    expect(misplaced(`${folder}/src/a.ts`, specifier)).toEqual([]);
  });
});
