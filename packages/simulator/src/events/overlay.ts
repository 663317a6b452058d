/**
 * Overlays for a start without a join: what a join leaves after its looks and walks is close to a random regular graph, so here each
 * cell is the union of random rings. It is connected, no peer has more links than two for each ring, and few have less.
 */
import { random32, shuffle } from '@murmuration/protocol';

const ringDraw = 21;

/** Pairs that are to be linked: everybody with everybody where that fits, else so many random rings. */
export function* pairsOf(peers: number, linksPerPeer: number, seed: number): Generator<readonly [number, number]> {
  if (peers - 1 <= linksPerPeer) {
    for (let peer = 0; peer < peers; peer++) for (let other = 0; other < peer; other++) yield [peer, other];
    return;
  }
  const ring = new Int32Array(peers);
  for (let turn = 0; turn < Math.floor(linksPerPeer / 2); turn++) {
    for (let peer = 0; peer < peers; peer++) ring[peer] = peer;
    shuffle(ring, peers, (index) => random32(seed, index, turn, ringDraw));
    for (let i = 0; i < peers; i++) yield [ring[i] as number, ring[(i + 1) % peers] as number];
  }
}
