/** The verb `version`: ours, that of the protocol, that of the Node which runs us. */
import { readFileSync } from 'node:fs';
import { protocolVersion } from '@murmuration/protocol';

/** What `version --json` prints. */
export interface VersionInfo {
  readonly version: string;
  readonly protocolVersion: number;
  readonly node: string;
}

/** Reads our version from the manifest, which stands one folder above both `src` and `dist`. */
export function versionInfo(): VersionInfo {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return { version: manifest.version, protocolVersion, node: process.versions.node };
}

/** One line for people. */
export function versionText({ version, protocolVersion: protocol, node }: VersionInfo): string {
  return `mesh-node ${version} (protocol ${protocol}, Node ${node})\n`;
}
