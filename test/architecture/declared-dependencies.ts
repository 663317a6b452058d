/** A manifest and the imports of its package tell the same story, and both agree with the arrows. */

import { builtinModules } from 'node:module';

import { importsOf, isRelative, packageOf } from './imports.ts';
import { folderOf, isLayered, layers, nameOf, scope, type Layer } from './layout.ts';
import { dependencyKinds, manifestOf, manifestSource, readManifest, runtimeNames, type Manifest } from './manifests.ts';
import { isCode, isTest, lineOf, tokensOf, type Finding, type SourceFile } from './source-file.ts';
import { literalOf } from './tokens.ts';

const isBuiltin = (specifier: string): boolean => specifier.startsWith('node:');
const bareBuiltins = new Set(builtinModules);
/** Shims run on a Node too old for us, to say so; that one may not know the prefix `node:`. */
const isShim = (path: string): boolean => path.endsWith('.cjs');

/** What is imported is declared in the manifest of the importing package. */
export const undeclaredImports = (sources: readonly SourceFile[]): Finding[] => {
  const forTests = new Set(Object.keys(manifestOf(sources, '.')?.devDependencies ?? {}));
  return sources.filter(({ path }) => isCode(path) && isLayered(folderOf(path))).flatMap((source) => {
    const folder = folderOf(source.path);
    const manifest = manifestOf(sources, folder);
    const declared = runtimeNames(manifest);
    const allowed = isTest(source.path)
      ? declared.union(forTests).union(new Set([nameOf(folder), ...Object.keys(manifest?.devDependencies ?? {})]))
      : declared;
    return importsOf(source).flatMap(({ specifier, line }) => {
      if (specifier === undefined || isRelative(specifier) || isBuiltin(specifier)) return [];
      if (isShim(source.path) && bareBuiltins.has(specifier)) return [];
      if (allowed.has(packageOf(specifier))) return [];
      return [{ file: source.path, line, rule: 'undeclared-import', message: undeclared(specifier, folder) }];
    });
  });
};

const undeclared = (specifier: string, folder: string): string => {
  if (bareBuiltins.has(specifier)) return `${specifier} is part of the platform: write node:${specifier}.`;
  if (packageOf(specifier) === nameOf(folder)) return `${specifier} is this very package: import the file, relatively.`;
  return `${packageOf(specifier)} is not declared in ${folder}/package.json: whoever installs the package alone ` +
    'would miss it. Declare it there, exact, or do without.';
};

/** What a manifest declares is allowed by the arrows, and used. */
export const badManifests = (sources: readonly SourceFile[]): Finding[] =>
  Object.entries(layers).flatMap(([folder, layer]) => {
    const source = manifestSource(sources, folder);
    if (source === undefined) return [];
    const manifest = readManifest(source);
    const used = mentionedNames(sources, folder);
    return dependencyKinds.flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}).flatMap((name) => {
        const message = misplaced(manifest, layer, folder, kind, name) ??
          (used.has(name) ? undefined : `${name} is declared but nothing in ${folder} uses it: remove the line.`);
        if (message === undefined) return [];
        return [{ file: source.path, line: lineOf(source, `"${name}"`), rule: 'manifest', message }];
      }));
  });

const misplaced = (
  manifest: Manifest, layer: Layer, folder: string, kind: (typeof dependencyKinds)[number], name: string,
): string | undefined => {
  if (name.startsWith(`${scope}/`)) {
    if (allowedPackages(layer).has(name)) return undefined;
    return `${folder} declares ${name}, but no arrow of section 3 leads there.`;
  }
  if (layer.externals === 'any' || layer.externals.includes(name) || kind === 'devDependencies') return undefined;
  const isOptionalPeer = kind === 'peerDependencies' && manifest.peerDependenciesMeta?.[name]?.optional === true;
  if (isOptionalPeer && folder === 'packages/byzantine') return undefined;
  return `${folder} declares ${name}, but the core and the client have no runtime dependency of others: ` +
    'write it, take it as a port, or move the work to a shell.';
};

const allowedPackages = (layer: Layer): Set<string> =>
  new Set([...layer.imports, ...Object.values(layer.files ?? {}).flat()].map(packageOf));

/** Packages that the code of a folder imports, or names in a string (a logger loads its printer by name). */
const mentionedNames = (sources: readonly SourceFile[], folder: string): Set<string> =>
  new Set(
    sources.filter(({ path }) => isCode(path) && folderOf(path) === folder).flatMap((source) =>
      tokensOf(source).code.flatMap((token) => {
        const literal = literalOf(token);
        return literal === undefined || literal === '' ? [] : [packageOf(literal)];
      })),
  );
