/** All rules of the house that a machine can check, each with the truth that it guards. */

import { brokenArrows, computedImports, deepImports, foreignRelatives, importCycles, importedApps } from './arrows.ts';
import { badManifests, undeclaredImports } from './declared-dependencies.ts';
import { loosePins, unexplainedDependencies, unsafeLock } from './dependencies.ts';
import { misplacedLibraries } from './external-names.ts';
import { invariantCitations, retryInventory } from './invariants.ts';
import { defaultExports, unerasableSyntax, unfinishedRemarks, yjsV2Calls } from './language.ts';
import { badIndexes, badNames, missingHeaders } from './names.ts';
import { machinePlaces } from './places.ts';
import { impurities } from './purity.ts';
import { processOwnership, strayClocks } from './shell-bans.ts';
import { longFiles, longFunctions } from './sizes.ts';
import type { Finding, Rule, SourceFile } from './source-file.ts';

export const rules: readonly Rule[] = [
  { truth: 'packages import along the arrows of the architecture', check: brokenArrows },
  { truth: 'nobody imports an app', check: importedApps },
  { truth: 'packages import each other through exported entries only', check: deepImports },
  { truth: 'relative imports stay inside their package', check: foreignRelatives },
  { truth: 'imported names are literals', check: computedImports },
  { truth: 'imports form no cycle', check: importCycles },
  { truth: 'imports are declared in the manifest of their package', check: undeclaredImports },
  { truth: 'manifests declare what the arrows allow and the code uses', check: badManifests },
  { truth: 'each library of others has one home', check: misplacedLibraries },
  { truth: 'pure packages use no clock, chance, platform or promise', check: impurities },
  { truth: 'all syntax is erasable', check: unerasableSyntax },
  { truth: 'exports have names', check: defaultExports },
  { truth: 'Yjs speaks V1 only', check: yjsV2Calls },
  { truth: 'no remark speaks of work left over', check: unfinishedRemarks },
  { truth: 'packages leave the process to the apps', check: processOwnership },
  { truth: 'time comes from its producers', check: strayClocks },
  { truth: 'files are short', check: longFiles },
  { truth: 'functions are short', check: longFunctions },
  { truth: 'files have names that say something', check: badNames },
  { truth: 'every package has an index of exports only', check: badIndexes },
  { truth: 'source files open with a header', check: missingHeaders },
  { truth: 'invariants and the tests that cite them agree', check: invariantCitations },
  { truth: 'loops that retry and their inventory agree', check: retryInventory },
  { truth: 'dependencies are pinned and locked alike', check: loosePins },
  { truth: 'the lock holds nothing unsafe', check: unsafeLock },
  { truth: 'every dependency has its reason', check: unexplainedDependencies },
  { truth: 'nothing names a place on one machine', check: machinePlaces },
];

/** Everything that any rule finds. */
export const findingsIn = (sources: readonly SourceFile[]): Finding[] => rules.flatMap(({ check }) => check(sources));
