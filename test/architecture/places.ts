/** The repository speaks of the project alone: no path of one machine, no address of one registry. */

import { isCode, isTidyItself, type Finding, type SourceFile } from './source-file.ts';

const machinePath = /(?<![\w.~-])\/(?:work|root|tmp|Users|home\/[\w-]+)\/[\w.]*/;
const registryHost =
  /https?:\/\/[^\s/'"`)]*(?:registry|npm|artifactory|nexus|verdaccio)[^\s/'"`)]*|\bregistry\.(?:npm|yarn)\w+\.\w+/i;

const isRead = (path: string): boolean => (isCode(path) || path.endsWith('.md')) && !isTidyItself(path);

/** Nothing written here holds on one machine only. */
export const machinePlaces = (sources: readonly SourceFile[]): Finding[] =>
  sources.filter(({ path }) => isRead(path)).flatMap((source) =>
    source.text.split('\n').flatMap((text, index) => {
      const path = machinePath.exec(text)?.[0];
      const host = registryHost.exec(text)?.[0];
      const messages = [
        path === undefined ? undefined : `${path} is a place on one machine: take an option, or os.tmpdir().`,
        host === undefined ? undefined : `${host} is the address of a registry: each user has their own. Leave it out.`,
      ];
      return messages.filter((message) => message !== undefined).map((message) => ({
        file: source.path, line: index + 1, rule: 'place', message,
      }));
    }));
