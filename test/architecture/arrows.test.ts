import { describe, expect, it } from 'vitest';

import { brokenArrows, computedImports, deepImports, foreignRelatives, importCycles, importedApps } from './arrows.ts';
import { layers, nameOf } from './layout.ts';
import { places, plant, withHeader } from './planted.ts';

const importing = (path: string, specifier: string): ReturnType<typeof plant> =>
  plant({ [path]: withHeader(`import { thing } from '${specifier}';`) });

const folders = Object.keys(layers);
const missingArrows = folders.flatMap((from) =>
  folders.filter((to) => to.startsWith('packages/') && from !== to).flatMap((to) =>
    layers[from]?.imports.some((entry) => entry === nameOf(to) || entry.startsWith(`${nameOf(to)}/`)) === true
      ? []
      : [[from, nameOf(to)] as const]));
const drawnArrows = folders.flatMap((from) => (layers[from]?.imports ?? []).map((entry) => [from, entry] as const));

describe('an arrow', () => {
  it.each(missingArrows)('that is not drawn is found: %s may not import %s', (from, to) => {
    const path = `${from}/src/inner/file.ts`;
    expect(places(brokenArrows(importing(path, to)))).toEqual([`${path}:2 arrow`]);
  });

  it.each(drawnArrows)('that is drawn may be followed: %s imports %s', (from, to) => {
    expect(brokenArrows(importing(`${from}/src/file.ts`, to))).toEqual([]);
  });

  it('is the one of section 3, written out here a second time for those that matter most', () => {
    const broken = [
      ['gossip', 'peer-registry'], ['peer-registry', 'gossip'], ['protocol', 'state'], ['state', 'mesh'],
      ['mesh', 'transport'], ['mesh', 'node'], ['transport', 'mesh'], ['transport', 'node'], ['telemetry', 'node'],
      ['node', 'transport/libp2p'], ['node', 'telemetry/sdk'], ['node', 'gossip'], ['node', 'byzantine'],
      ['gateway', 'transport'], ['gateway', 'mesh'], ['client', 'protocol'], ['simulator', 'node'],
      ['simulator', 'transport'], ['simulator', 'telemetry'],
    ] as const;
    for (const [from, to] of broken) {
      const path = `packages/${from}/src/file.ts`;
      const found = places(brokenArrows(importing(path, `@murmuration/${to}`)));
      expect(found, `${from} -> ${to}`).toEqual([`${path}:2 arrow`]);
    }
  });

  it('breaks by every form of import', () => {
    const path = 'packages/gossip/src/file.ts';
    const forms = [
      "export * from '@murmuration/peer-registry';",
      "const rows = await import('@murmuration/peer-registry');",
      "type Rows = import('@murmuration/peer-registry').Rows;",
      "import type { Rows } from '@murmuration/peer-registry';",
      "const rows = require('@murmuration/peer-registry');",
    ];
    for (const form of forms) {
      expect(places(brokenArrows(plant({ [path]: withHeader(form) }))), form).toEqual([`${path}:2 arrow`]);
    }
  });

  it('is not broken by words in a comment or a string', () => {
    const remark = "// import { rows } from '@murmuration/peer-registry';";
    const text = withHeader(remark, "const a = \"from '@murmuration/node'\";");
    expect(brokenArrows(plant({ 'packages/gossip/src/file.ts': text }))).toEqual([]);
  });

  it('to libp2p leaves the node in one file only', () => {
    expect(brokenArrows(importing('packages/node/src/libp2p.ts', '@murmuration/transport/libp2p'))).toEqual([]);
    expect(places(brokenArrows(importing('packages/node/src/loop.ts', '@murmuration/transport/libp2p')))).toEqual(
      ['packages/node/src/loop.ts:2 arrow'],
    );
  });

  it('lets tests reach every entry of a package below, and no other package', () => {
    expect(brokenArrows(importing('packages/node/src/loop.test.ts', '@murmuration/transport/memory'))).toEqual([]);
    expect(brokenArrows(importing('packages/node/src/loop.test.ts', '@murmuration/node'))).toEqual([]);
    expect(brokenArrows(importing('test/e2e/first-light.test.ts', '@murmuration/gossip'))).toEqual([]);
    expect(places(brokenArrows(importing('packages/gossip/src/rounds.test.ts', '@murmuration/mesh')))).toEqual(
      ['packages/gossip/src/rounds.test.ts:2 arrow'],
    );
  });

  it('starts at a package of the drawing', () => {
    const found = brokenArrows(importing('packages/cache/src/cache.ts', '@murmuration/protocol'));
    expect(places(found)).toEqual(['packages/cache/src/cache.ts:2 arrow']);
    expect(found[0]?.message).toContain('not in the table');
  });

  it('never leads from the simulator to sockets', () => {
    expect(places(brokenArrows(importing('packages/simulator/src/world.ts', 'node:net')))).toEqual(
      ['packages/simulator/src/world.ts:2 arrow'],
    );
    expect(brokenArrows(importing('packages/simulator/src/sharding/worker.ts', 'node:worker_threads'))).toEqual([]);
  });
});

describe('other faults of imports are found', () => {
  const importers = ['packages/node/src/a.ts', 'apps/mesh-sim/src/a.ts'];

  it.each(importers)('an app imported by %s', (path) => {
    expect(places(importedApps(importing(path, '@murmuration/mesh-node')))).toEqual([`${path}:2 app-import`]);
  });

  it.each(['demo/a.ts', 'test/e2e/a.test.ts'])('none where %s uses an app as its users do', (path) => {
    expect(importedApps(importing(path, '@murmuration/mesh-node/control-client'))).toEqual([]);
  });

  it('an entry that is not exported', () => {
    const manifest = plant({ 'packages/state/package.json': { exports: { '.': {}, './memory': {} } } });
    const from = (specifier: string): string[] =>
      places(deepImports([...manifest, ...importing('packages/mesh/src/a.ts', specifier)]));
    expect(from('@murmuration/state/src/x.ts')).toEqual(['packages/mesh/src/a.ts:2 deep-import']);
    expect(from('@murmuration/state/disk')).toEqual(['packages/mesh/src/a.ts:2 deep-import']);
    expect(from('@murmuration/state/memory')).toEqual([]);
    expect(from('@murmuration/state')).toEqual([]);
  });

  it('a relative import of another package', () => {
    expect(places(foreignRelatives(importing('packages/mesh/src/mesh.ts', '../../state/src/replica.ts')))).toEqual(
      ['packages/mesh/src/mesh.ts:2 relative-import'],
    );
    expect(places(foreignRelatives(importing('test/e2e/a.test.ts', '../../packages/node/src/index.ts')))).toEqual(
      ['test/e2e/a.test.ts:2 relative-import'],
    );
    expect(foreignRelatives(importing('packages/mesh/src/inner/a.ts', '../mesh.ts'))).toEqual([]);
  });

  it('a computed name', () => {
    const text = withHeader('const found = await import(name);');
    expect(places(computedImports(plant({ 'packages/node/src/a.ts': text })))).toEqual(
      ['packages/node/src/a.ts:2 computed-import'],
    );
  });

  it('a cycle of packages', () => {
    const found = importCycles([
      ...importing('packages/gossip/src/a.ts', '@murmuration/mesh'),
      ...importing('packages/mesh/src/b.ts', '@murmuration/state'),
      ...importing('packages/state/src/c.ts', '@murmuration/gossip'),
    ]);
    expect(places(found)).toEqual(['packages/state/src/c.ts:2 cycle']);
    expect(found[0]?.message).toContain(
      '@murmuration/gossip -> @murmuration/mesh -> @murmuration/state -> @murmuration/gossip',
    );
  });

  it('a cycle of files, unless one of its imports vanishes at run time', () => {
    const one = importing('packages/mesh/src/one.ts', './two.ts');
    expect(places(importCycles([...one, ...importing('packages/mesh/src/two.ts', './one.ts')]))).toEqual(
      ['packages/mesh/src/two.ts:2 cycle'],
    );
    const back = plant({ 'packages/mesh/src/two.ts': withHeader("import type { One } from './one.ts';") });
    expect(importCycles([...one, ...back])).toEqual([]);
  });
});
