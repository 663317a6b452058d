/** What we take from others is pinned, known, locked and explained (RELIABILITY.md, section 8). Works offline. */

import { allowedInstallScripts, floors, forbiddenPackages, olderLines } from './dependency-policy.ts';
import { scope } from './layout.ts';
import { dependencyKinds, manifestSources, readManifest } from './manifests.ts';
import { lineOf, type Finding, type SourceFile } from './source-file.ts';

const lockPath = 'package-lock.json';
const reasonsPath = 'docs/decisions/dependencies.md';

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}
interface Lock {
  readonly packages?: Readonly<Record<string, LockEntry>>;
}
interface Direct {
  readonly name: string;
  readonly version: string;
  readonly source: SourceFile;
  readonly line: number;
}

const lockOf = (sources: readonly SourceFile[]): readonly [SourceFile, Lock] | undefined => {
  const source = sources.find(({ path }) => path === lockPath);
  return source === undefined ? undefined : [source, JSON.parse(source.text) as Lock];
};

/** Every package of others that a manifest of ours names. */
const directDependencies = (sources: readonly SourceFile[]): Direct[] =>
  manifestSources(sources).flatMap((source) => {
    const manifest = readManifest(source);
    return dependencyKinds.flatMap((kind) =>
      Object.entries(manifest[kind] ?? {})
        .filter(([name]) => !name.startsWith(`${scope}/`))
        .map(([name, version]) => ({ name, version, source, line: lineOf(source, `"${name}"`) })));
  });

/** Versions are exact, and the lock holds the same. */
export const loosePins = (sources: readonly SourceFile[]): Finding[] => {
  const packages = lockOf(sources)?.[1].packages;
  return directDependencies(sources).flatMap(({ name, version, source, line }) => {
    const locked = packages?.[`node_modules/${name}`]?.version;
    const message = looseness(name, version, packages === undefined, locked);
    return message === undefined ? [] : [{ file: source.path, line, rule: 'pin', message }];
  });
};

const looseness = (name: string, version: string, isUnlocked: boolean, locked?: string): string | undefined => {
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) {
    return `${name} ${version} is a range: an install on an old Node silently picks an old major. Pin it exactly.`;
  }
  if (isUnlocked || locked === version) return undefined;
  return `${name} is ${version} here and ${locked ?? 'absent'} in the lock: install again.`;
};

/** Everything in the lock is from the registry, unchanged, without scripts, above its floor and not forbidden. */
export const unsafeLock = (sources: readonly SourceFile[]): Finding[] => {
  const found = lockOf(sources);
  if (found === undefined) return [];
  const [source, { packages = {} }] = found;
  return Object.entries(packages).filter(([path]) => path.includes('node_modules/')).flatMap(([path, entry]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return faultsOf(name, entry).map((message) => ({
      file: lockPath, line: lineOf(source, `"${path}"`), rule: 'lock', message,
    }));
  });
};

const faultsOf = (name: string, entry: LockEntry): string[] => {
  if (entry.link === true) return [];
  const faults: string[] = [];
  const forbidden = Object.hasOwn(forbiddenPackages, name) ? forbiddenPackages[name] : undefined;
  if (forbidden !== undefined) faults.push(`${name} is forbidden: ${forbidden}.`);
  const floor = Object.hasOwn(floors, name) ? floors[name] : undefined;
  if (floor !== undefined && !isAbove(name, entry.version ?? '0.0.0', floor.version)) {
    faults.push(`${name} ${entry.version} is below ${floor.version}: ${floor.reason}.`);
  }
  if (entry.hasInstallScript === true && !Object.hasOwn(allowedInstallScripts, name)) {
    faults.push(`${name} has an install script: it runs as whoever installs. Do without, or allow it with a reason.`);
  }
  if (entry.integrity === undefined) faults.push(`${name} has no integrity: nothing proves that it is what we tested.`);
  if (entry.resolved !== undefined) {
    faults.push(`${name} is resolved to an address: our lock names none, so that any registry serves it. ` +
      'Install with --omit-lockfile-registry-resolved; what keeps its address then is not from a registry.');
  }
  return faults;
};

/** Compares release numbers; a version in a maintained older line is measured against that line. */
const isAbove = (name: string, version: string, floor: string): boolean => {
  const older = olderLines[name]?.find((line) => line.split('.')[0] === version.split('.')[0]);
  const numbers = version.split('-')[0]?.split('.').map(Number) ?? [];
  for (const [index, wanted] of (older ?? floor).split('.').map(Number).entries()) {
    const difference = (numbers[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
};

/** Every direct dependency has its reason in the decisions. */
export const unexplainedDependencies = (sources: readonly SourceFile[]): Finding[] => {
  const reasons = sources.find(({ path }) => path === reasonsPath);
  const rows = reasons?.text.matchAll(/^\| `([^|`]+)` \| [^|]+ \| [^|]*\w[^|]* \|$/gm) ?? [];
  const explained = new Set([...rows].map(([, name = '']) => name));
  const direct = directDependencies(sources);
  const named = new Set(direct.map(({ name }) => name));
  return [
    ...direct.filter(({ name }) => !explained.has(name)).map(({ name, source, line }) => ({
      file: source.path, line, rule: 'dependency-reason',
      message: `${name} has no reason in ${reasonsPath}: say there who uses it and why we do not write it.`,
    })),
    ...[...explained].filter((name) => !named.has(name)).map((name) => ({
      file: reasonsPath, line: reasons === undefined ? 1 : lineOf(reasons, name), rule: 'dependency-reason',
      message: `${name} is explained, but no manifest names it: remove the row.`,
    })),
  ];
};
