/**
 * The content of a document as plain data, copied, and its canonical text: JSON with keys in the order of code units
 * (A11). What JSON lacks has a form of its own that no JSON value has: bytes as `b"hex"`, and undefined, NaN,
 * infinities and negative zero by name. Depth is bounded by admission.
 */
import * as Y from 'yjs';
import { compareTexts } from './byte-order.ts';
import { rootNames, type SharedDoc } from './shared-doc.ts';

/**
 * Root name to content: objects, arrays, texts, numbers, and `Uint8Array` for bytes. Shares nothing with the document.
 */
export type DocumentContent = Readonly<Record<string, unknown>>;

/** Reads the roots of a document. */
export function contentOf(doc: SharedDoc): DocumentContent {
  return Object.fromEntries(rootNames.map((name) => [name, plainOf(doc.share.get(name))]));
}

/** The canonical text of plain data. */
export function canonicalText(value: unknown): string {
  if (value instanceof Uint8Array) return `b"${hexOf(value)}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => compareTexts(a, b));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`).join(',')}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function plainOf(value: unknown): unknown {
  if (value instanceof Y.Text) return value.toString();
  if (value instanceof Y.Array) return value.toArray().map(plainOf);
  if (value instanceof Y.Map) return Object.fromEntries([...value].map(([key, item]) => [key, plainOf(item)]));
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainOf(item)]));
}
