import { describe, expect, it } from 'vitest';

import { loosePins, unexplainedDependencies, unsafeLock } from './dependencies.ts';
import { places, plant } from './planted.ts';

const lock = (packages: object): Record<string, object> => ({ 'package-lock.json': { packages } });
const sound = { version: '1.0.0', integrity: 'sha512-x' };

describe('a loose pin is found', () => {
  const faults = (version: string, locked: object): string[] =>
    places(loosePins(plant({ 'apps/mesh-node/package.json': { dependencies: { zod: version } }, ...lock(locked) })));
  const found = ['apps/mesh-node/package.json:3 pin'];

  it.each(['^4.6.7', '~4.6.7', '4.x', '>=4.6.7', '*', 'latest', 'git+ssh://host/zod'])('%s', (version) => {
    expect(faults(version, { 'node_modules/zod': { version: '4.6.7' } })).toEqual(found);
  });

  it('that the lock does not hold', () => {
    expect(faults('4.6.7', { 'node_modules/zod': { version: '4.6.8' } })).toEqual(found);
    expect(faults('4.6.7', {})).toEqual(found);
    expect(faults('4.6.7', { 'node_modules/zod': { version: '4.6.7' } })).toEqual([]);
  });
});

describe('an unsafe entry of the lock is found', () => {
  const messages = (path: string, entry: object): string[] =>
    unsafeLock(plant(lock({ '': {}, [path]: entry }))).map(({ message }) => message);

  it.each([
    ['a forbidden name', 'node_modules/@libp2p/floodsub', sound, 'forbidden'],
    ['a forbidden name inside another', 'node_modules/a/node_modules/@libp2p/webrtc', sound, 'forbidden'],
    ['a version below its floor', 'node_modules/ws', { ...sound, version: '8.21.0' }, 'below 8.21.1'],
    ['an old major', 'node_modules/libp2p', { ...sound, version: '2.9.9' }, 'below 3.3.0'],
    ['an install script', 'node_modules/a', { ...sound, hasInstallScript: true }, 'install script'],
    ['no integrity', 'node_modules/a', { version: '1.0.0' }, 'no integrity'],
    ['an address', 'node_modules/a', { ...sound, resolved: 'git+ssh://host/a' }, 'resolved'],
  ])('%s', (_what, path, entry, words) => {
    const found = messages(path, entry);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });

  it('and its line is named', () => {
    expect(places(unsafeLock(plant(lock({ 'node_modules/a': sound, 'node_modules/ws': sound }))))).toEqual(
      ['package-lock.json:7 lock'],
    );
  });

  it.each([
    ['a sound package', 'node_modules/a', sound],
    ['a version at its floor', 'node_modules/ws', { ...sound, version: '8.21.1' }],
    ['a version above', 'node_modules/ws', { ...sound, version: '9.0.0-rc.1' }],
    ['a maintained older line', 'node_modules/protobufjs', { ...sound, version: '7.6.3' }],
    ['a link to a workspace', 'node_modules/@murmuration/mesh', { resolved: 'packages/mesh', link: true }],
    ['a workspace', 'packages/mesh', { version: '0.1.0' }],
  ])('but not %s', (_what, path, entry) => {
    expect(messages(path, entry)).toEqual([]);
  });
});

describe('a dependency without a reason is found', () => {
  const manifest = { 'apps/mesh-node/package.json': { dependencies: { '@murmuration/node': '0.1.0', zod: '4.6.7' } } };
  const faults = (...rows: string[]): string[] => {
    const table = ['| name | used by | reason |', '| --- | --- | --- |', ...rows].join('\n');
    return places(unexplainedDependencies(plant({ ...manifest, 'docs/decisions/dependencies.md': table })));
  };

  it('if its row is missing or empty', () => {
    expect(faults()).toEqual(['apps/mesh-node/package.json:4 dependency-reason']);
    expect(faults('| `zod` | mesh-node | |')).toEqual(['apps/mesh-node/package.json:4 dependency-reason']);
    expect(faults('| `zod` | mesh-node | Checks configuration. |')).toEqual([]);
  });

  it('and so is a reason without a dependency', () => {
    expect(faults('| `zod` | mesh-node | Checks. |', '| `yup` | mesh-node | Checks. |')).toEqual(
      ['docs/decisions/dependencies.md:4 dependency-reason'],
    );
  });
});
