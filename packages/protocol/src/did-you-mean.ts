/**
 * The known word that a mistyped one is nearest to. Distance: edits of one letter, a swap of neighbors counting as one
 * (Damerau-Levenshtein, restricted), over the words without case and separators, since people mix `-`, `_` and `.` up.
 */

/** ` (did you mean X?)`, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** The nearest known word, if it is at most a third of the letters away, or one that the typed word begins; of equals the first. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const typed = bare(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(typed, bare(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined || typed.length < beginningLengthMin) return best;
  return known.find((candidate) => bare(candidate).startsWith(typed));
}

const lengthMax = 64;
/** Shorter beginnings fit too many words. */
const beginningLengthMin = 3;

function bare(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '').slice(0, lengthMax);
}

/** Least number of insertions, deletions, replacements and swaps of neighbors that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
