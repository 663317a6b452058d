/** Reads `package.json` files out of a set of sources. */

import type { SourceFile } from './source-file.ts';

type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The kinds under which a manifest names other packages. */
export const dependencyKinds = [
  'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies',
] as const;

/** The manifest of a folder; `.` is the root. Undefined if the set has none. */
export const manifestOf = (sources: readonly SourceFile[], folder: string): Manifest | undefined => {
  const source = manifestSource(sources, folder);
  return source === undefined ? undefined : readManifest(source);
};

export const manifestSource = (sources: readonly SourceFile[], folder: string): SourceFile | undefined => {
  const path = folder === '.' ? 'package.json' : `${folder}/package.json`;
  return sources.find((source) => source.path === path);
};

export const manifestSources = (sources: readonly SourceFile[]): SourceFile[] =>
  sources.filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'));

export const readManifest = (source: SourceFile): Manifest => JSON.parse(source.text) as Manifest;

/** Names that code may import at run time. */
export const runtimeNames = (manifest: Manifest | undefined): Set<string> =>
  new Set(
    [manifest?.dependencies, manifest?.optionalDependencies, manifest?.peerDependencies].flatMap((versions) =>
      Object.keys(versions ?? {}),
    ),
  );
