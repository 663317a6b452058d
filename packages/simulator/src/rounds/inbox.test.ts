import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Inbox } from './inbox.ts';
import type { Mailbox } from './mailboxes.ts';

/** A box with more room than letters. */
function boxOf(letters: readonly (readonly [to: number, word: number])[]): Mailbox {
  const box = { to: new Int32Array(64), words: new Int32Array(64), count: Int32Array.of(letters.length) };
  for (const [at, [to, word]] of letters.entries()) [box.to[at], box.words[at]] = [to, word];
  return box;
}

it('an inbox is sorted by receiver, and letters to one receiver keep their order, box after box', () => {
  const range = { first: 10, end: 20 };
  const letter = fc.tuple(fc.integer({ min: range.first, max: range.end - 1 }), fc.nat(1_000));
  const phases = fc.array(fc.array(fc.array(letter, { maxLength: 40 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(phases, (all) => {
    const inbox = new Inbox(range);
    // The same inbox serves phase after phase.
    for (const boxes of all) {
      inbox.sort(boxes.map(boxOf));
      for (let node = range.first; node < range.end; node++) {
        const cell = node - range.first;
        const words = [...inbox.words.subarray(inbox.starts[cell], inbox.starts[cell + 1])];
        expect(words).toEqual(boxes.flat().filter(([to]) => to === node).map(([, word]) => word));
      }
    }
  }));
});
