/**
 * Text that a peer could have chosen, made safe for terminals and logs: control characters (C0, DEL, C1), line separators and
 * the marks that reorder text are written as `\uXXXX`, so that no name moves a cursor or hides a line.
 */

// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text with every unsafe character escaped. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A copy of plain data with every text in it printable; deeper than `depth` levels stays as it is. */
export function printableData(value: unknown, depth = 4): unknown {
  if (typeof value === 'string') return printable(value);
  if (depth === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => printableData(item, depth - 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), printableData(item, depth - 1)]));
}
