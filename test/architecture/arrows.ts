/** Arrows point down: who may import whom, by name, and only what `exports` names (ARCHITECTURE.md, section 3). */

import { posix } from 'node:path';

import { importsOf, isRelative, packageOf, type Import } from './imports.ts';
import {
  folderNamed, folderOf, forbiddenBuiltins, isApp, isLayered, layers, nameOf, scope, type Layer,
} from './layout.ts';
import { manifestOf } from './manifests.ts';
import { isCode, isTest, type Finding, type SourceFile } from './source-file.ts';

type Judge = (source: SourceFile, specifier: string, folder: string) => string | undefined;

/** Applies a judgment to every import whose name is known. */
const judgeImports = (sources: readonly SourceFile[], rule: string, judge: Judge): Finding[] =>
  sources.filter(({ path }) => isCode(path)).flatMap((source) =>
    importsOf(source).flatMap(({ specifier, line }) => {
      const message = specifier === undefined ? undefined : judge(source, specifier, folderOf(source.path));
      return message === undefined ? [] : [{ file: source.path, line, rule, message }];
    }),
  );

const isOurs = (specifier: string): boolean => packageOf(specifier).startsWith(`${scope}/`);

/** Each import of a sibling follows an arrow of section 3. */
export const brokenArrows = (sources: readonly SourceFile[]): Finding[] =>
  judgeImports(sources, 'arrow', (source, specifier, folder) => {
    const forbidden = forbiddenBuiltins[folder]?.includes(specifier) === true;
    if (forbidden) return `${folder} imports ${specifier}: it is a world of its own; links and time are simulated.`;
    if (!isOurs(specifier) || !isLayered(folder) || isApp(folderNamed(packageOf(specifier)) ?? '')) return undefined;
    const layer = layers[folder];
    if (layer === undefined) return `${folder} is not in the table of layout.ts: give it a place in section 3 first.`;
    if (followsArrow(layer, source.path, specifier, folder)) return undefined;
    const allowed = layer.imports.length === 0 ? 'nothing of ours' : layer.imports.join(', ');
    return `${folder} imports ${specifier}, but may import ${allowed}. ` +
      'Arrows point down: move the word into protocol, take a port, or let the composer forward the fact.';
  });

const followsArrow = (layer: Layer, path: string, specifier: string, folder: string): boolean => {
  if (layer.imports.includes(specifier) || layer.files?.[path]?.includes(specifier) === true) return true;
  if (!isTest(path)) return false;
  // A test may reach every entry of a package below, and its own package as users see it.
  const target = packageOf(specifier);
  return target === nameOf(folder) || layer.imports.some((entry) => packageOf(entry) === target);
};

/** No package and no app imports an app. The demo and the tests are its users and take the entries that it exports. */
export const importedApps = (sources: readonly SourceFile[]): Finding[] =>
  judgeImports(sources, 'app-import', (_source, specifier, folder) =>
    isLayered(folder) && isApp(folderNamed(packageOf(specifier)) ?? '')
      ? `${specifier} is an app, and apps are imported by nobody: move what is shared into a package.`
      : undefined);

/** Siblings are imported by an entry that their manifest exports. */
export const deepImports = (sources: readonly SourceFile[]): Finding[] =>
  judgeImports(sources, 'deep-import', (_source, specifier) => {
    if (!isOurs(specifier)) return undefined;
    const target = packageOf(specifier);
    const entry = `.${specifier.slice(target.length)}`;
    const exported = manifestOf(sources, folderNamed(target) ?? '')?.exports;
    if (exported === undefined ? entry === '.' : Object.hasOwn(exported, entry)) return undefined;
    return `${specifier} is not in the exports of ${target}: an inner file may change at any time. ` +
      'Import an exported entry, or export it there.';
  });

/** A relative import stays inside its package. */
export const foreignRelatives = (sources: readonly SourceFile[]): Finding[] =>
  judgeImports(sources, 'relative-import', (source, specifier, folder) => {
    if (!isRelative(specifier)) return undefined;
    const target = posix.join(posix.dirname(source.path), specifier);
    if (folderOf(target) === folder) return undefined;
    return `${specifier} leaves ${folder}: the compiler would build that file twice (TS2878). ` +
      `Import siblings by name, ${scope}/….`;
  });

/** Files whose computed imports are known, with the reason. */
const knownLoaders: Readonly<Record<string, string>> = {
  'packages/byzantine/src/optional-package.ts': 'loads an optional peer whose name its callers write as a literal',
};

/** A name that is computed hides an arrow. */
export const computedImports = (sources: readonly SourceFile[]): Finding[] =>
  sources.filter(({ path }) => isCode(path) && isLayered(folderOf(path)) && !Object.hasOwn(knownLoaders, path))
    .flatMap((source) =>
      importsOf(source).filter(({ specifier }) => specifier === undefined).map(({ line }) => ({
        file: source.path, line, rule: 'computed-import',
        message: 'The imported name is computed, so nobody can check its arrow: write it as a literal.',
      })));

/** No cycle between packages, nor at run time between files. */
export const importCycles = (sources: readonly SourceFile[]): Finding[] => {
  const code = sources.filter(({ path }) => isCode(path));
  return [...cyclesIn(packageGraph(code), 'packages'), ...cyclesIn(fileGraph(code), 'files')];
};

/** From a name to the names that it imports, with the place of each import. */
type Graph = Map<string, Map<string, { file: string; line: number }>>;

const graphOf = (
  sources: readonly SourceFile[],
  edge: (source: SourceFile, found: Import, specifier: string) => readonly [string, string] | undefined,
): Graph => {
  const graph: Graph = new Map();
  for (const source of sources) {
    for (const found of importsOf(source)) {
      const pair = found.specifier === undefined ? undefined : edge(source, found, found.specifier);
      if (pair === undefined) continue;
      const targets = graph.get(pair[0]) ?? new Map<string, { file: string; line: number }>();
      if (!targets.has(pair[1])) targets.set(pair[1], { file: source.path, line: found.line });
      graph.set(pair[0], targets);
    }
  }
  return graph;
};

const packageGraph = (sources: readonly SourceFile[]): Graph =>
  graphOf(sources.filter(({ path }) => !isTest(path)), (source, _found, specifier) => {
    const from = nameOf(folderOf(source.path));
    const to = packageOf(specifier);
    return isOurs(specifier) && isLayered(folderOf(source.path)) && from !== to ? [from, to] : undefined;
  });

const fileGraph = (sources: readonly SourceFile[]): Graph =>
  graphOf(sources, (source, { isTypeOnly }, specifier) =>
    isRelative(specifier) && !isTypeOnly
      ? [source.path, posix.join(posix.dirname(source.path), specifier)]
      : undefined);

/** One finding for each import that closes a cycle in a walk from front to back. */
const cyclesIn = (graph: Graph, what: string): Finding[] => {
  const findings: Finding[] = [];
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): void => {
    if (done.has(name)) return;
    for (const [target, place] of graph.get(name) ?? []) {
      const start = [...path, name].indexOf(target);
      if (start < 0) walk(target, [...path, name]);
      else findings.push(cycle([...path, name].slice(start), target, what, place));
    }
    done.add(name);
  };
  for (const name of graph.keys()) walk(name, []);
  return findings;
};

const cycle = (path: string[], target: string, what: string, place: { file: string; line: number }): Finding => ({
  ...place,
  rule: 'cycle',
  message: `A cycle of ${what}: ${[...path, target].join(' -> ')}. ` +
    'What is in a cycle cannot be understood or built alone: move the shared part below both.',
});
