/**
 * How many members are there? In a cell whose rows hold everybody: the rows that are alive or suspected. Where the rows are
 * full they are only a lower bound; then the sampler tells: of n uniform hashes the least is 1 / (n + 1) on average, so that
 * n ≈ slots / Σ least − 1 (a k-minimum-value sketch with one value per key; its error is 1 / √slots, 18 % for 32).
 */

/** From the least hashes of independent keys, each in 0 .. 1. */
export function sizeFromLeast(least: readonly number[]): number {
  const sum = least.reduce((total, hash) => total + hash, 0);
  return sum === 0 ? 0 : Math.max(0, least.length / sum - 1);
}
