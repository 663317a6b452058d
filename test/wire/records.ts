/** Records of all versions, in a folder: `versions.json` and `vectors/vN.json`. A recorded version stays as it is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Vectors } from './vectors.ts';
import { versionFault, type Versions } from './wire-digest.ts';

export function readVersions(folder: string): Versions {
  return JSON.parse(readFileSync(join(folder, 'versions.json'), 'utf8')) as Versions;
}

export function readVectors(folder: string, version: number | string): Vectors {
  return JSON.parse(readFileSync(vectorsPath(folder, version), 'utf8')) as Vectors;
}

/** Writes the records of a version that is new or has its digest; throws, and writes nothing, if it has another. */
export function recordVersion(folder: string, vectors: Vectors, digest: string): void {
  const { protocolVersion } = vectors;
  const versions = readVersions(folder);
  const fault = versions[protocolVersion] === undefined ? undefined : versionFault(versions, protocolVersion, digest);
  if (fault !== undefined) throw new Error(fault);
  mkdirSync(join(folder, 'vectors'), { recursive: true });
  writeFileSync(vectorsPath(folder, protocolVersion), jsonOf(vectors));
  writeFileSync(join(folder, 'versions.json'), jsonOf({ ...versions, [protocolVersion]: digest }));
}

const vectorsPath = (folder: string, version: number | string): string => join(folder, 'vectors', `v${version}.json`);
const jsonOf = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
