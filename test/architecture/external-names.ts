/** Each library of others has one home, so that replacing it touches one package. */

import { importsOf, packageOf } from './imports.ts';
import { folderOf, isApp, isLayered } from './layout.ts';
import { isCode, type Finding, type SourceFile } from './source-file.ts';

interface Home {
  readonly names: RegExp;
  readonly isHome: (folder: string) => boolean;
  readonly where: string;
  readonly instead: string;
}

const only = (folder: string) => (other: string): boolean => other === folder;

const homes: readonly Home[] = [
  {
    names: /^@opentelemetry\//, isHome: only('packages/telemetry'), where: 'packages/telemetry',
    instead: 'one place knows the SDK. Report the fact through the Observer.',
  },
  {
    names: /^(?:libp2p$|@libp2p\/|@chainsafe\/libp2p-|@multiformats\/)/, isHome: only('packages/transport'),
    where: 'packages/transport', instead: 'one place knows the network. Use the port of @murmuration/transport.',
  },
  {
    names: /^(?:yjs|lib0|y-protocols)$/, isHome: only('packages/state'), where: 'packages/state',
    instead: 'updates are checked before Yjs sees them, there only. Go through the replica.',
  },
  {
    names: /^(?:@noble\/ed25519|sodium-native)$/, isHome: only('packages/byzantine'), where: 'packages/byzantine',
    instead: 'one rule decides which signatures are valid. Use @murmuration/byzantine/schemes.',
  },
  {
    names: /^(?:pino|pino-pretty|zod|yaml)$/, isHome: isApp, where: 'apps',
    instead: 'a library takes options and reports facts. Read configuration and write logs in the app.',
  },
];

/** Libraries are named in their one home. */
export const misplacedLibraries = (sources: readonly SourceFile[]): Finding[] =>
  sources.filter(({ path }) => isCode(path) && isLayered(folderOf(path))).flatMap((source) =>
    importsOf(source).flatMap(({ specifier = '', line }) => {
      const home = homes.find(({ names }) => names.test(packageOf(specifier)));
      if (home === undefined || home.isHome(folderOf(source.path))) return [];
      const message = `${specifier} outside ${home.where}: ${home.instead}`;
      return [{ file: source.path, line, rule: 'external-name', message }];
    }));
