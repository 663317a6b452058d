/** Which files of a folder are indexed: readable text, not generated, not hidden, in a stable order. */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Made by tools, not by people. */
const skippedFolders = new Set(['node_modules', 'dist', 'build', 'target', 'coverage']);
/** Larger ones are data, not sources. */
const fileBytesMax = 1024 * 1024;
/** What nine nodes on two cores index well within the demo's minute. */
const filesMax = 5_000;

/** Paths relative to the folder, with `/`, sorted. At most 5,000; the rest is left out. */
export async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  await collect(folder, folder, found);
  return found.toSorted().slice(0, filesMax);
}

async function collect(root: string, folder: string, found: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) await collect(root, path, found);
    if (entry.isFile() && (await stat(path)).size <= fileBytesMax) found.push(relative(root, path).split(sep).join('/'));
  }
}
