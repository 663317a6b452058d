/** What an agent finds in one file: lines, words, and the names that it declares. A pure function of the bytes. */
import { createHash } from 'node:crypto';

/** The entry of one file. */
export interface FileIndex {
  readonly path: string;
  /** SHA-256 of the content, hex: which version was indexed. */
  readonly hash: string;
  readonly lines: number;
  readonly words: number;
  /** Declared names, sorted, at most 100. */
  readonly symbols: readonly string[];
}

const declaration =
  /\b(?:function\*?|class|interface|type|enum|const|let|def|fn|struct|trait|func|impl)\s+([A-Za-z_$][\w$]*)/g;
const symbolsMax = 100;
const symbolLengthMax = 80;

/** Indexes a file's content. */
export function indexFile(path: string, content: Buffer): FileIndex {
  const text = content.toString('utf8');
  const names = Array.from(text.matchAll(declaration), (match) => match[1] as string);
  const symbols = [...new Set(names)].filter((name) => name.length <= symbolLengthMax).toSorted();
  return {
    path,
    hash: createHash('sha256').update(content).digest('hex'),
    lines: text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    words: text.match(/\S+/g)?.length ?? 0,
    symbols: symbols.slice(0, symbolsMax),
  };
}

/** Longer paths are named by their hash, since a register's key is short. */
const keyPathBytesMax = 200;

/** The register of a file. */
export function keyOf(path: string): string {
  if (Buffer.byteLength(path) <= keyPathBytesMax) return `file/${path}`;
  return `file/#${createHash('sha256').update(path).digest('hex')}`;
}
