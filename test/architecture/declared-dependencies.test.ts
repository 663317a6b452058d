import { describe, expect, it } from 'vitest';

import { badManifests, undeclaredImports } from './declared-dependencies.ts';
import { places, plant, withHeader } from './planted.ts';

const root = { devDependencies: { vitest: '5.1.1' } };

const undeclaredIn = (path: string, specifier: string, manifest: object): string[] => {
  const folder = path.split('/').slice(0, 2).join('/');
  const text = withHeader(`import { thing } from '${specifier}';`);
  return places(undeclaredImports(plant({ 'package.json': root, [`${folder}/package.json`]: manifest, [path]: text })));
};

const manifestFaults = (folder: string, manifest: object, ...imported: string[]): string[] => {
  const text = withHeader(...imported.map((name) => `import { thing } from '${name}';`));
  return places(badManifests(plant({ [`${folder}/package.json`]: manifest, [`${folder}/src/a.ts`]: text })));
};

describe('an undeclared import is found', () => {
  const path = 'packages/transport/src/a.ts';
  const found = [`${path}:2 undeclared-import`];

  it('of a sibling, of others, of itself, and of the platform by its bare name', () => {
    expect(undeclaredIn(path, '@murmuration/protocol', {})).toEqual(found);
    expect(undeclaredIn(path, '@libp2p/tcp/inner', { dependencies: { '@libp2p/noise': '17.0.3' } })).toEqual(found);
    expect(undeclaredIn(path, '@murmuration/transport/memory', {})).toEqual(found);
    expect(undeclaredIn(path, 'fs', {})).toEqual(found);
  });

  it('of a tool of tests, outside tests', () => {
    expect(undeclaredIn(path, 'vitest', {})).toEqual(found);
    expect(undeclaredIn('packages/transport/src/a.test.ts', 'vitest', {})).toEqual([]);
    expect(undeclaredIn('packages/transport/src/conformance.ts', 'vitest', {})).toEqual([]);
  });

  it('and a declared one is not', () => {
    expect(undeclaredIn(path, '@libp2p/tcp/inner', { dependencies: { '@libp2p/tcp': '11.0.28' } })).toEqual([]);
    expect(undeclaredIn(path, 'node:fs', {})).toEqual([]);
    expect(undeclaredIn('apps/mesh-node/bin/mesh-node.cjs', 'fs', {})).toEqual([]);
    const peer = { peerDependencies: { 'sodium-native': '5.1.0' } };
    expect(undeclaredIn('packages/byzantine/src/a.ts', 'sodium-native', peer)).toEqual([]);
  });
});

describe('a manifest is at fault', () => {
  it('where no arrow leads', () => {
    const manifest = { dependencies: { '@murmuration/node': '0.1.0' } };
    expect(manifestFaults('packages/gossip', manifest, '@murmuration/node')).toEqual(
      ['packages/gossip/package.json:3 manifest'],
    );
  });

  it.each(['protocol', 'peer-registry', 'gossip', 'byzantine', 'partition', 'topology', 'mesh', 'client'])(
    'where %s depends on others at run time',
    (name) => {
      const manifest = { dependencies: { 'lru-cache': '11.5.3' } };
      const folder = `packages/${name}`;
      expect(manifestFaults(folder, manifest, 'lru-cache')).toEqual([`${folder}/package.json:3 manifest`]);
    },
  );

  it('where state takes more than yjs', () => {
    const manifest = { dependencies: { yjs: '13.6.33', lib0: '0.2.120' } };
    expect(manifestFaults('packages/state', manifest, 'yjs', 'lib0')).toEqual(
      ['packages/state/package.json:4 manifest'],
    );
  });

  it('where a peer of byzantine is not optional', () => {
    const peer = { peerDependencies: { 'sodium-native': '5.1.0' } };
    expect(manifestFaults('packages/byzantine', peer, 'sodium-native')).toEqual(
      ['packages/byzantine/package.json:3 manifest'],
    );
    const optional = { ...peer, peerDependenciesMeta: { 'sodium-native': { optional: true } } };
    expect(manifestFaults('packages/byzantine', optional, 'sodium-native')).toEqual([]);
  });

  it('where nothing uses what it declares', () => {
    const manifest = { dependencies: { pino: '10.4.0', zod: '4.6.7' } };
    expect(manifestFaults('apps/mesh-node', manifest, 'pino')).toEqual(['apps/mesh-node/package.json:4 manifest']);
  });
});
