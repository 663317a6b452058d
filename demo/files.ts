/** Which files of a folder are indexed: readable text, not generated, not hidden, in a stable order. */
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Made by tools, not by people. */
const skippedFolders = new Set(['node_modules', 'dist', 'build', 'target', 'coverage']);
/** Larger ones are data, not sources. */
const fileBytesMax = 1024 * 1024;
/** What nine nodes on two cores index well within the demo's minute. */
const filesMax = 2_000;

/** Paths relative to the folder, with `/`, sorted. At most 2,000, and of what can be read; the rest is left out. Rejects where the folder is none. */
export async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  await readdir(folder);
  await collect(folder, folder, found);
  return found.toSorted().slice(0, filesMax);
}

/**
 * Copies the files into another folder, so that all agents and the verdict see one version of a folder that people work in. Answers
 * which could be copied.
 */
export async function takeSnapshot(folder: string, files: readonly string[], target: string): Promise<string[]> {
  const copied: string[] = [];
  for (const path of files) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    const isCopied = await copyFile(join(folder, path), join(target, path)).then(() => true, () => false);
    if (isCopied) copied.push(path);
  }
  return copied;
}

async function collect(root: string, folder: string, found: string[]): Promise<void> {
  // People work in the folder meanwhile, and parts of it may be closed to us: what is gone or refused is left out.
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) await collect(root, path, found);
    if (entry.isFile() && (await isIndexed(path))) found.push(relative(root, path).split(sep).join('/'));
  }
}

async function isIndexed(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && stats.size <= fileBytesMax;
}
