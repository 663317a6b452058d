/** A result as comma-separated values: one row a point of its curve, with what tells runs apart in front, so that files can be joined. */
import type { RunResult } from '../scenario.ts';

/** RFC 4180 with `\n` as line end. */
export function csvReport(result: RunResult): string {
  const { scenario, seed, nodes, curve } = result;
  const rows = curve.map(({ at, informed, expected }) => [scenario, seed, nodes, at, informed, expected ?? '']);
  return csvText([['scenario', 'seed', 'nodes', result.rounds === undefined ? 'simulatedMs' : 'round', 'informed', 'expected'], ...rows]);
}

/** Rows of cells as text; cells with separators are quoted. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\n`).join('');
}

function cellText(cell: string | number): string {
  const text = String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
