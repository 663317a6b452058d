/**
 * What is compared in place of logs: 64 bits of (name, sequence, first 48 bits of the last batch's hash). `logMix` is cheap and the
 * same for everybody: whoever chooses names and batches can make two sums equal. `logFingerprint` is HalfSipHash-2-4 (Aumasson,
 * Bernstein) under a key that was drawn after the logs were written. Neither tells batches apart whose hashes begin with the same
 * 48 bits: their author finds two such after some 2^24 trials.
 */
import { mix32, type Digest, type LogMark } from '@murmuration/protocol';

const word = 0x1_0000_0000;

/** Never equal for two logs that differ in hash alone. */
export function logMix({ tagHigh, tagLow, epoch, sequence }: LogMark, hash48: number): Digest {
  const where = mix32(mix32(Math.floor(sequence / word) ^ Math.imul(epoch, 0x9e3779b1)) ^ (sequence % word));
  const high = mix32(tagHigh ^ mix32(where ^ (hash48 % word)));
  const low = mix32(tagLow ^ mix32(Math.imul(where, 0x85ebca77) ^ Math.floor(hash48 / word)) ^ high);
  return { high, low };
}

/** Nobody who does not know the key can choose logs whose fingerprints have a chosen sum. */
export function logFingerprint({ tagHigh, tagLow, epoch, sequence }: LogMark, hash48: number, key: Digest): Digest {
  const far = Math.floor(sequence / word) + 0x1_0000 * Math.floor(hash48 / word);
  return halfSipHash([tagHigh, tagLow, epoch, sequence % word, hash48 % word, far], key);
}

/** HalfSipHash-2-4 with 64 bits of output, over whole words. Of key and output, the low word is the first. */
export function halfSipHash(words: readonly number[], key: Digest): Digest {
  const state = Int32Array.of(key.low, key.high ^ 0xee, key.low ^ 0x6c796765, key.high ^ 0x74656462);
  for (const word of words) absorb(state, word);
  // The last word of the input is its length in bytes, in the highest byte.
  absorb(state, (4 * words.length) << 24);
  state[2] = at(state, 2) ^ 0xee;
  mixRounds(state, 4);
  const low = (at(state, 1) ^ at(state, 3)) >>> 0;
  state[1] = at(state, 1) ^ 0xdd;
  mixRounds(state, 4);
  return { low, high: (at(state, 1) ^ at(state, 3)) >>> 0 };
}

function absorb(state: Int32Array, word: number): void {
  state[3] = at(state, 3) ^ word;
  mixRounds(state, 2);
  state[0] = at(state, 0) ^ word;
}

function mixRounds(state: Int32Array, rounds: number): void {
  let [v0, v1, v2, v3] = [at(state, 0), at(state, 1), at(state, 2), at(state, 3)];
  for (let round = 0; round < rounds; round++) {
    v0 = (v0 + v1) | 0;
    v1 = rotated(v1, 5) ^ v0;
    v0 = rotated(v0, 16);
    v2 = (v2 + v3) | 0;
    v3 = rotated(v3, 8) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = rotated(v3, 7) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = rotated(v1, 13) ^ v2;
    v2 = rotated(v2, 16);
  }
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}

const at = (state: Int32Array, index: number): number => state[index] as number;
const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
