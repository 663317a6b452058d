/** Rendezvous hashing (Thaler and Ravishankar, 1998): every agent finds the owner of a file alone, and all find the same one. */
import { createHash } from 'node:crypto';

/** The candidate with the highest hash of (candidate, item). When one leaves, only its own items move. */
export function ownerOf(item: string, candidates: readonly string[]): string | undefined {
  const weights = candidates.map((candidate) => ({ candidate, weight: weightOf(item, candidate) }));
  return weights.toSorted((a, b) => (a.weight < b.weight ? 1 : -1))[0]?.candidate;
}

function weightOf(item: string, candidate: string): string {
  return createHash('sha256').update(`${candidate}\n${item}`).digest('hex');
}
