/** The trace of a node: a hash over every letter that it took, in order. Another order is another trace. */
import { mix32 } from '@murmuration/protocol';

/** The trace after one more letter: its sender and flag in one word, and the round. */
export function traceAfter(trace: number, word: number, round: number): number {
  return mix32(trace ^ Math.imul(word + 1, 0x9e3779b1) ^ Math.imul(round, 0x85ebca77));
}
