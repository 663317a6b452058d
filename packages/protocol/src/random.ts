/**
 * Chance as a hash. The value of a draw depends on (seed, node, step, draw) alone and never on what was drawn before, so
 * the same run on any number of workers gives the same trace. 32-bit arithmetic only; the mixer is MurmurHash3's finalizer.
 * Not for keys: whoever knows the seed knows every draw.
 */

/** Mixes 32 bits so that each input bit flips each output bit with probability one half. */
export function mix32(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A draw in 0 .. 2^32 - 1. `step` says when (a counter of the caller), `draw` which of several at that step. */
export function random32(seed: number, node: number, step: number, draw: number): number {
  // Odd multipliers keep the four inputs apart before they meet; each is mixed in turn, so none cancels another.
  const a = mix32(seed ^ Math.imul(node + 1, 0x9e3779b1));
  return mix32(mix32(a ^ Math.imul(step + 1, 0x85ebca77)) ^ Math.imul(draw + 1, 0xc2b2ae3d));
}

/** Maps a draw onto 0 .. bound - 1. The bias is at most bound / 2^32. */
export function pickBelow(draw32: number, bound: number): number {
  return Math.floor((draw32 / 0x1_0000_0000) * bound);
}

/** `value` stretched or shrunk by up to `share`: a draw of 0 gives value · (1 - share), the largest value · (1 + share). */
export function jittered(value: number, share: number, draw32: number): number {
  return value * (1 - share + (2 * share * draw32) / 0x1_0000_0000);
}

/** Fisher-Yates over the first `length` cells, in place; one draw per cell. */
export function shuffle(cells: Int32Array, length: number, drawAt: (index: number) => number): void {
  for (let last = length - 1; last > 0; last--) {
    const other = pickBelow(drawAt(last), last + 1);
    const moved = cells[last] as number;
    cells[last] = cells[other] as number;
    cells[other] = moved;
  }
}
