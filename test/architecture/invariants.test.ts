import { describe, expect, it } from 'vitest';

import { invariantCitations, retryInventory } from './invariants.ts';
import { places, plant } from './planted.ts';

const page = (...lines: string[]): Record<string, string> =>
  ({ 'docs/PROTOCOL.md': ['# Protocol', ...lines].join('\n') });
const test = (text: string): Record<string, string> => ({ 'packages/gossip/src/rounds.test.ts': text });
const code = (text: string): Record<string, string> => ({ 'packages/gossip/src/rounds.ts': text });

describe('an invariant', () => {
  const faults = (...files: Record<string, string>[]): string[] =>
    places(invariantCitations(plant(Object.assign({}, ...files) as Record<string, string>)));

  it('that no test cites is found', () => {
    expect(faults(page('', '**GOS1** No batch twice.'), test(''))).toEqual(['docs/PROTOCOL.md:3 invariant']);
    expect(faults(page('**GOS1** No batch twice.'), code('// GOS1'))).toEqual(['docs/PROTOCOL.md:2 invariant']);
    expect(faults(page('**GOS12** No batch twice.'), test("it('GOS1')"))).toHaveLength(2);
  });

  it('that nobody wrote is found where it is cited', () => {
    expect(faults(page(), test("\nit('GOS1: no batch twice')"))).toEqual(
      ['packages/gossip/src/rounds.test.ts:2 invariant'],
    );
    expect(faults(page('See **GOS1**, which is no definition here.'), code('// GOS1'))).toEqual(
      ['packages/gossip/src/rounds.ts:1 invariant'],
    );
  });

  it('that is written and cited is fine', () => {
    const cited = test("it('no batch twice (GOS1, REG2)')");
    expect(faults(page('**GOS1** a', '**REG2** b'), cited, code('// GOS1'))).toEqual([]);
    const checker = { 'packages/simulator/src/checkers/whole.ts': '// PAR3' };
    expect(faults(page('**PAR3** a'), checker)).toEqual([]);
  });

  it('needs its page only when one is cited', () => {
    expect(faults(test(''))).toEqual([]);
    const found = invariantCitations(plant({ ...test("it('GOS1 and GOS2')"), ...code('// GOS3') }));
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain('docs/PROTOCOL.md is missing');
  });
});

describe('a loop that retries', () => {
  const faults = (...files: Record<string, string>[]): string[] =>
    places(retryInventory(plant(Object.assign({}, ...files) as Record<string, string>)));

  it('and is not in the inventory is found', () => {
    expect(faults(page('**R2** Dial.'), code('dial(); // retry: R1\ndial(); // retry: R2'))).toEqual(
      ['packages/gossip/src/rounds.ts:1 retry'],
    );
  });

  it('and exists in the inventory only is found', () => {
    expect(faults(page('- **R1** Dial.'), code("const text = '// retry: R1';"))).toEqual(['docs/PROTOCOL.md:2 retry']);
  });

  it('and is listed is fine', () => {
    expect(faults(page('| **R1** | Dial |'), code('// retry: R1'))).toEqual([]);
  });

  it('needs the page', () => {
    expect(faults(code(''))).toEqual([]);
    expect(faults(code('// retry: R1\n// retry: R2'))).toEqual(['packages/gossip/src/rounds.ts:1 retry']);
  });
});
