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

/**
 * HalfSipHash-2-4 with 64 bits of output, over whole words. Of key and output, the low word is the first. One loop over all rounds keeps
 * the state in registers: two rounds for each word and for the length, four for either word of the output.
 */
export function halfSipHash(words: readonly number[], key: Digest): Digest {
  let [v0, v1, v2, v3] = [key.low, key.high ^ 0xee, key.low ^ 0x6c796765, key.high ^ 0x74656462];
  // The length in bytes ends the input, in the highest byte.
  const length = (4 * words.length) << 24;
  const absorbing = 2 * (words.length + 1);
  let low = 0;
  for (let round = 0; round < absorbing + 8; round++) {
    const input = words[round >> 1] ?? length;
    if (round < absorbing && round % 2 === 0) v3 ^= input;
    if (round === absorbing) v2 ^= 0xee;
    if (round === absorbing + 4) {
      low = (v1 ^ v3) >>> 0;
      v1 ^= 0xdd;
    }
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
    if (round < absorbing && round % 2 === 1) v0 ^= input;
  }
  return { low, high: (v1 ^ v3) >>> 0 };
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
