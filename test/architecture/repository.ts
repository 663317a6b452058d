/** Reads the files that the rules judge. The only file of the tidy test that touches the disk. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import type { SourceFile } from './source-file.ts';

const skippedFolders = new Set(['node_modules', 'dist', 'results']);
const readFiles = /\.(?:[mc]?[jt]s|md)$|^package(?:-lock)?\.json$/;

/** Reads every source, manifest and page below a folder, in a fixed order. Dot folders hold nothing written by hand. */
export const readRepository = (root: string): SourceFile[] => {
  const found: SourceFile[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && !skippedFolders.has(entry.name)) visit(path);
      if (!entry.isFile() || !readFiles.test(entry.name)) continue;
      found.push({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') });
    }
  };
  visit(root);
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1));
};
