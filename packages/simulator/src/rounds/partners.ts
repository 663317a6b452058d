/**
 * Uniform partners, as the theory has it: distinct ones out of everybody else, each with the same chance (Floyd's sampling: as many draws as
 * partners). A daemon picks from a ring of the neighbors that it is linked with, at most a few hundred, which no node of a million can be.
 */
import { pickBelow, random32 } from '@murmuration/protocol';

/** Whose draw it is, and when. */
export interface PartnerDraw {
  readonly seed: number;
  readonly node: number;
  readonly round: number;
}

/** Fills the array with partners from the front; answers how many there are, fewer than the array holds only in a tiny mesh. */
export function drawPartners(nodes: number, { seed, node, round }: PartnerDraw, into: Int32Array): number {
  const others = nodes - 1;
  const least = Math.max(0, others - into.length);
  const count = others - least;
  for (let index = 0; index < count; index++) {
    const last = least + index;
    const drawn = pickBelow(random32(seed, node, round, last), last + 1);
    const position = isAmong(into, index, drawn, node) ? last : drawn;
    into[index] = peerAt(position, node);
  }
  return count;
}

/** Positions are counted without the node itself. */
function peerAt(position: number, node: number): number {
  return position < node ? position : position + 1;
}

function isAmong(partners: Int32Array, count: number, position: number, node: number): boolean {
  const peer = peerAt(position, node);
  for (let index = 0; index < count; index++) if (partners[index] === peer) return true;
  return false;
}
