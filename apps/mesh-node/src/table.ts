/** Aligned text for people. Cells are padded by code points, which is right for the names and addresses that we print. */

/** Rows as lines, each column as wide as its widest cell, two spaces between. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, lengthOf(cell));
  }
  return rows.map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ').trimEnd());
}

/** Rows of a term and its explanation, which is broken between words to stay within the width. */
export function explanations(rows: readonly (readonly [term: string, text: string])[], width = 100): string[] {
  const indent = Math.max(0, ...rows.map(([term]) => lengthOf(term))) + 2;
  return rows.flatMap(([term, text]) =>
    wrap(text, Math.max(20, width - indent)).map((line, index) => `${pad(index === 0 ? term : '', indent)}${line}`));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (lengthOf(last) + 1 + lengthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const lengthOf = (text: string): number => [...text].length;

const pad = (text: string, width: number): string => text + ' '.repeat(width - lengthOf(text));

/** `93784000` as `1d 2h 3m`; under a minute in seconds. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'], [Math.floor(seconds / 3_600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'm'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return shown.length === 0 ? `${seconds}s` : shown.join(' ');
}
