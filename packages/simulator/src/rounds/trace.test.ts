import fc from 'fast-check';
import { expect, it } from 'vitest';
import { traceAfter } from './trace.ts';

it('the same letters in another order, or in another round, are another trace', () => {
  const word = fc.nat(2 ** 25);
  fc.assert(fc.property(fc.nat(), word, word, fc.nat(1_000), (trace, first, second, round) => {
    fc.pre(first !== second);
    const inOrder = traceAfter(traceAfter(trace, first, round), second, round);
    expect(traceAfter(traceAfter(trace, second, round), first, round)).not.toBe(inOrder);
    expect(traceAfter(trace, first, round + 1)).not.toBe(traceAfter(trace, first, round));
  }));
});
